// c32check: how Stacks writes an address. A base-32 alphabet without look-alikes, a version, and
// four checksum bytes. Source: SIP-005 "Transaction Accounts", docs/wire_formats.md "Addresses".
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace quorate::stacks {

/// The account behind one key or one script: version (< 32) and hash.
struct Address {
  std::uint8_t version{};
  Hash160 hash;

  auto operator<=>(const Address&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Address::version, &Address::hash); }
};

/// Address versions of the two networks.
namespace address_version {
inline constexpr std::uint8_t mainnet_single = 22;  // "SP"
inline constexpr std::uint8_t mainnet_multi = 20;   // "SM"
inline constexpr std::uint8_t testnet_single = 26;  // "ST"
inline constexpr std::uint8_t testnet_multi = 21;   // "SN"
inline constexpr std::uint8_t limit = 32;
}  // namespace address_version

/// `S` ‖ version ‖ c32(hash ‖ checksum), upper case. The version must be below 32.
[[nodiscard]] std::string to_text(const Address& address);

/// Reads an address as people type it: any case, O for 0, L and I for 1.
/// @returns bad_c32_character, bad_address, bad_c32_checksum, length_out_of_bounds.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

/// The bytes as one big-endian number in base 32; every leading zero byte becomes one leading '0'.
[[nodiscard]] std::string c32_encode(ByteView bytes);

/// Inverse of c32_encode; reads the same look-alikes as parse_address.
/// @returns bad_c32_character, or length_out_of_bounds above `c32_max_length`.
[[nodiscard]] Result<Bytes> c32_decode(std::string_view text);
inline constexpr std::size_t c32_max_length = 128;

/// Upper case with O, L and I replaced by the digits they are read as.
[[nodiscard]] std::string c32_normalized(std::string_view text);

}  // namespace quorate::stacks
