// The 65-byte form of a public key, which older wallets hash into their addresses.
#pragma once

#include "crypto/keys.hpp"

namespace quorate::crypto {

/// 04 ‖ X ‖ Y.
using UncompressedKey = FixedBytes<struct UncompressedKeyTag, 65>;

/// The key must be a curve point: `is_valid(key)`, which `recover` guarantees.
[[nodiscard]] UncompressedKey uncompressed(const PublicKey& key);

}  // namespace quorate::crypto
