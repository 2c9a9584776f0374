// The one libsecp256k1 context of the process. Included by crypto/*.cpp only.
#pragma once

#include <secp256k1.h>

namespace quorate::crypto {

/// Created on first use and blinded with fresh randomness, read-only afterwards, so every thread
/// may use it. Blinding protects secrets against timing and power analysis; it never changes a
/// result.
[[nodiscard]] const secp256k1_context* secp();

}  // namespace quorate::crypto
