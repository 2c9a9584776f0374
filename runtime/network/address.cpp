#include "runtime/network/address.hpp"

#include <charconv>

namespace quorate::network {

namespace {

Error malformed(std::string_view text, std::string_view why) {
  return {Errc::address_malformed, "'" + std::string(text) + "': " + std::string(why)};
}

}  // namespace

std::string Address::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return malformed(text, "write host:port, as in 127.0.0.1:20444");
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return malformed(text, "a bracket is missing");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return malformed(text, "write an IPv6 address in brackets, as in [::1]:20444");
  }
  Address out;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (port.empty() || failed != std::errc{} || end != port.data() + port.size()) {
    return malformed(text, "the port is a number from 0 to 65535");
  }
  out.host = std::string(host);
  return out;
}

Result<PeerAddress> parse_peer(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return malformed(text, "write node-id@host:port");
  const auto node = fixed_from_hex<messages::NodeId>(text.substr(0, at));
  if (!node.ok()) return malformed(text, "a node id is 64 hexadecimal digits");
  TRY_ASSIGN(Address address, parse_address(text.substr(at + 1)));
  return PeerAddress{*node, std::move(address)};
}

}  // namespace quorate::network
