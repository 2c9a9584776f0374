// Base58check: a version byte and a payload with four bytes of checksum, in 58 letters and digits.
// Source: Bitcoin's address format.
#pragma once

#include "base/bytes.hpp"

namespace quorate::bitcoin {

struct Base58Payload {
  std::uint8_t version{};
  Hash160 hash;
  bool operator==(const Base58Payload&) const = default;
};

[[nodiscard]] std::string encode_base58check(const Base58Payload& payload);
/// @returns address_bad_character, address_bad_length (not version and 20 bytes) or
/// address_bad_checksum.
[[nodiscard]] Result<Base58Payload> decode_base58check(std::string_view text);

}  // namespace quorate::bitcoin
