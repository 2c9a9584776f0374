// Many BIP 340 signatures at once. Source: BIP 340 "Batch Verification".
#pragma once

#include <optional>
#include <span>

#include "crypto/keys.hpp"
#include "crypto/lanes.hpp"

namespace quorate::crypto {

/// "`key` signed `message` so."
struct SchnorrClaim {
  XOnlyKey key;
  Hash256 message;
  SchnorrSignature signature;
};

/// Position of the first claim that is false, if any: what verify_schnorr says of each, only faster
/// where the processor works on many points at a time. True claims are remembered as by
/// verify_schnorr.
///
/// With lanes it is one sum, Σ w·(s·G − R − e·P) = infinity, whose 128-bit weights w are hashed
/// from all the claims, so the answer is the same on every machine; false claims pass with
/// probability 2^-128, as many as forging a hash takes. Only if the sum fails each claim is looked
/// at.
[[nodiscard]] std::optional<std::size_t> find_false_claim(std::span<const SchnorrClaim> claims,
                                                          CurveCode code = best_code());

}  // namespace quorate::crypto
