// Bech32 and bech32m: witness programs in 32 letters and digits with a checksum that names errors.
// Source: BIP 173, BIP 350.
#pragma once

#include "base/bytes.hpp"

namespace quorate::bitcoin {

/// A witness version and its program of 2..40 bytes.
struct WitnessProgram {
  std::uint8_t version{};
  Bytes program;
  bool operator==(const WitnessProgram&) const = default;
};

/// `prefix` in lower case ("bc", "tb", "bcrt"). Version 0 is written in bech32, others in bech32m.
[[nodiscard]] std::string encode_segwit(std::string_view prefix, const WitnessProgram& program);
/// @returns address_bad_character (also mixed case), address_bad_length, address_bad_checksum, or
/// address_bad_version (another prefix, or a version above 16).
[[nodiscard]] Result<WitnessProgram> decode_segwit(std::string_view prefix, std::string_view text);

}  // namespace quorate::bitcoin
