#include "stacks/principal.hpp"

namespace quorate::stacks {
namespace {

constexpr std::uint8_t standard_tag = 0x05;
constexpr std::uint8_t contract_tag = 0x06;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

bool belongs_to(const Address& address, Network network) {
  namespace v = address_version;
  return network == Network::mainnet
             ? address.version == v::mainnet_single || address.version == v::mainnet_multi
             : address.version == v::testnet_single || address.version == v::testnet_multi;
}

Address single_key_address(const Hash160& key_hash, Network network) {
  return {network == Network::mainnet ? address_version::mainnet_single
                                      : address_version::testnet_single,
          key_hash};
}

Address script_address(const Hash160& script_hash, Network network) {
  return {
      network == Network::mainnet ? address_version::mainnet_multi : address_version::testnet_multi,
      script_hash};
}

Address boot_address(Network network) { return single_key_address(Hash160{}, network); }

bool is_contract_name(std::string_view name) {
  return !name.empty() && name.size() <= max_contract_name && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

void put_principal(Writer& out, const Principal& principal) {
  ASSERT(principal.address.version < address_version::limit);
  out.put(principal.is_contract() ? contract_tag : standard_tag).put(principal.address);
  if (!principal.is_contract()) return;
  ASSERT(principal.contract.size() <= max_contract_name);
  out.put(static_cast<std::uint8_t>(principal.contract.size()));
  out.raw(as_bytes(principal.contract));
}

Principal get_principal(Reader& in) {
  const auto tag = in.get<std::uint8_t>();
  if (in.ok() && tag != standard_tag && tag != contract_tag) in.fail(Errc::bad_principal);
  Principal out{in.get<Address>()};
  if (out.address.version >= address_version::limit) in.fail(Errc::bad_address_version);
  if (tag == contract_tag) {
    const ByteView name = in.raw(in.get<std::uint8_t>());
    out.contract.assign(name.begin(), name.end());
    if (in.ok() && !is_contract_name(out.contract)) in.fail(Errc::bad_contract_name);
  }
  return in.ok() ? out : Principal{};
}

Bytes encode_principal(const Principal& principal) {
  Bytes out;
  Writer writer{out};
  put_principal(writer, principal);
  return out;
}

Result<Principal> decode_principal(ByteView in) {
  Reader reader{in};
  Principal out = get_principal(reader);
  TRY(reader.finish());
  return out;
}

std::string to_text(const Principal& principal) {
  const std::string address = to_text(principal.address);
  return principal.is_contract() ? address + "." + principal.contract : address;
}

Result<Principal> parse_principal(std::string_view text) {
  const std::size_t dot = text.find('.');
  TRY_ASSIGN(const Address address, parse_address(text.substr(0, dot)));
  if (dot == std::string_view::npos) return Principal{address};
  const std::string_view name = text.substr(dot + 1);
  if (!is_contract_name(name)) return Errc::bad_contract_name;
  return Principal{address, std::string{name}};
}

}  // namespace quorate::stacks
