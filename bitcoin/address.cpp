#include "bitcoin/address.hpp"

#include "bitcoin/base58.hpp"
#include "bitcoin/bech32.hpp"

namespace quorate::bitcoin {
namespace {

struct Prefixes {
  std::uint8_t p2pkh;
  std::uint8_t p2sh;
  std::string_view segwit;
};

// Source: Bitcoin Core's chain parameters.
Prefixes prefixes_of(Network network) {
  switch (network) {
    case Network::main:
      return {0x00, 0x05, "bc"};
    case Network::test:
      return {0x6f, 0xc4, "tb"};
    case Network::regtest:
      return {0x6f, 0xc4, "bcrt"};
  }
  ASSERT(false);
}

/// Whether the text claims to be a segwit address of any network; base58 texts contain no such
/// start with a valid checksum.
bool looks_segwit(std::string_view text) {
  for (const std::string_view start : {"bc1", "tb1", "bcrt1", "BC1", "TB1", "BCRT1"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

Result<Destination> parse_segwit(const Prefixes& prefixes, std::string_view text) {
  TRY_ASSIGN(WitnessProgram found, decode_segwit(prefixes.segwit, text));
  const std::size_t size = found.program.size();
  if (found.version == 0 && size == 20) return Destination{OutputKind::p2wpkh, found.program};
  if (found.version == 0 && size == 32) return Destination{OutputKind::p2wsh, found.program};
  if (found.version == 1 && size == 32) return Destination{OutputKind::p2tr, found.program};
  return found.version == 1 ? Errc::address_bad_length : Errc::address_bad_version;
}

Result<Destination> parse_base58(const Prefixes& prefixes, std::string_view text) {
  TRY_ASSIGN(const Base58Payload payload, decode_base58check(text));
  if (payload.version == prefixes.p2pkh) {
    return Destination{OutputKind::p2pkh, to_bytes(payload.hash.view())};
  }
  if (payload.version == prefixes.p2sh) {
    return Destination{OutputKind::p2sh, to_bytes(payload.hash.view())};
  }
  return Errc::address_bad_version;
}

}  // namespace

std::string address_text(Network network, const Destination& destination) {
  const Prefixes prefixes = prefixes_of(network);
  switch (destination.kind) {
    case OutputKind::p2pkh:
      return encode_base58check({prefixes.p2pkh, Hash160::from(destination.hash)});
    case OutputKind::p2sh:
      return encode_base58check({prefixes.p2sh, Hash160::from(destination.hash)});
    case OutputKind::p2wpkh:
    case OutputKind::p2wsh:
      return encode_segwit(prefixes.segwit, {0, destination.hash});
    case OutputKind::p2tr:
      return encode_segwit(prefixes.segwit, {1, destination.hash});
  }
  ASSERT(false);
}

std::optional<std::string> address_text(Network network, const Script& script) {
  const std::optional<Destination> destination = destination_of(script);
  if (!destination) return std::nullopt;
  return address_text(network, *destination);
}

Result<Destination> parse_address(Network network, std::string_view text) {
  const Prefixes prefixes = prefixes_of(network);
  return looks_segwit(text) ? parse_segwit(prefixes, text) : parse_base58(prefixes, text);
}

}  // namespace quorate::bitcoin
