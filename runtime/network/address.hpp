// Where nodes are found, as people write it: "host:port" and "node-id@host:port".
#pragma once

#include "messages/transport_frames.hpp"

namespace quorate::network {

struct Address {
  std::string host;  ///< A name or a number; IPv6 numbers stand in brackets in the text.
  std::uint16_t port{};
  bool operator==(const Address&) const = default;
  [[nodiscard]] std::string text() const;
};
/// @returns address_malformed. Port 0 (any free one) is taken.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

struct PeerAddress {
  messages::NodeId node;
  Address address;
  bool operator==(const PeerAddress&) const = default;
};
/// @returns address_malformed.
[[nodiscard]] Result<PeerAddress> parse_peer(std::string_view text);

}  // namespace quorate::network
