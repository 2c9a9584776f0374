// What all operations on Bitcoin share: magic, op letter, and references to places on Bitcoin.
// Source: SIP "Producer Set Enrollments"; SIP-001.
#pragma once

#include "base/units.hpp"

namespace quorate::bitcoin {

/// The two bytes in front of every operation; tells networks on one Bitcoin chain apart.
using Magic = std::array<std::uint8_t, 2>;

/// Magic and op letter.
inline constexpr std::size_t payload_prefix = 3;

/// A transaction by the height of its block and its index in it (coinbase = 0).
/// In payloads: height u32, index u16.
struct BurnPlace {
  BurnHeight height;
  std::uint16_t txoff{};
  auto operator<=>(const BurnPlace&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnPlace::height, &BurnPlace::txoff);
  }
};

/// The 6-byte form. A height above 2^32 − 1 is a bug: Bitcoin needs 80,000 years to reach it.
void put_place(Writer& out, const BurnPlace& place);
[[nodiscard]] BurnPlace take_place(Reader& in);

}  // namespace quorate::bitcoin
