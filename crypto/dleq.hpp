// Proof that two points have the same discrete logarithm to two bases: a complainer opens one ECDH
// point without opening its key. Source: BIP 374.
#pragma once

#include <optional>

#include "crypto/keys.hpp"

namespace quorate::crypto {

/// e ‖ s.
using DleqProof = FixedBytes<struct DleqProofTag, 64>;

/// The statement: A = a·G and C = a·B.
struct DleqStatement {
  PublicKey g;  ///< Base G; normally the curve's generator.
  PublicKey a;
  PublicKey b;
  PublicKey c;
};

/// The curve's generator as a public key: the usual `g`.
[[nodiscard]] const PublicKey& generator_key();

/// Proves the statement for the secret `a`; `aux` is fresh randomness, `message` is bound into the
/// proof when present. The secret is used through libsecp256k1 only.
/// @returns the proof, or bad_public_key when G or B is no point (infinity has no encoding).
[[nodiscard]] Result<DleqProof> prove_dleq(const SecretKey& a, const PublicKey& g,
                                           const PublicKey& b, const Hash256& aux,
                                           const std::optional<Hash256>& message);

/// @returns done, or bad_dleq_proof.
[[nodiscard]] Result<> verify_dleq(const DleqStatement& statement, const DleqProof& proof,
                                   const std::optional<Hash256>& message);

}  // namespace quorate::crypto
