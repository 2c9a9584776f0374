// Secret scalars: shares, nonces, dealt polynomial values. All arithmetic goes through
// libsecp256k1's constant-time key functions; multipliers and tweaks that are public come as
// `Scalar`. There is deliberately no way from a secret to a `Scalar`.
#pragma once

#include <array>
#include <vector>

#include "base/units.hpp"
#include "crypto/keys.hpp"
#include "crypto/point.hpp"

namespace quorate::crypto {

/// A secret in [1, n): move-only, wiped when destroyed and when moved from. Zero is refused
/// everywhere, as libsecp256k1 does; it occurs with probability 2^-256.
class SecretScalar {
 public:
  /// @returns bad_secret_scalar unless `bytes` are 32 and encode a scalar in [1, n).
  static Result<SecretScalar> from(ByteView bytes);
  /// The number `hash` modulo n, for secret hashes. @returns bad_secret_scalar for zero.
  static Result<SecretScalar> reduce(const Hash256& hash);

  SecretScalar(SecretScalar&& other) noexcept;
  SecretScalar& operator=(SecretScalar&& other) noexcept;
  SecretScalar(const SecretScalar&) = delete;
  SecretScalar& operator=(const SecretScalar&) = delete;
  ~SecretScalar();

  [[nodiscard]] SecretScalar clone() const;

  /// this + other. @returns zero_scalar when the sum is 0; after any refusal the scalar must not be
  /// used again.
  [[nodiscard]] Result<> add(const SecretScalar& other);
  [[nodiscard]] Result<> subtract(const SecretScalar& other);
  /// this + public tweak. @returns zero_scalar when the sum is 0.
  [[nodiscard]] Result<> add(const Scalar& tweak);
  /// this · public factor. @returns zero_scalar for factor 0.
  [[nodiscard]] Result<> multiply(const Scalar& factor);
  void negate();

  /// this·G, computed in constant time.
  [[nodiscard]] PublicKey public_key() const;
  /// For encryption at rest, share boxes and the final release of a partial signature only.
  [[nodiscard]] ByteView reveal() const { return bytes_; }

 private:
  SecretScalar() = default;
  std::array<std::uint8_t, 32> bytes_{};
};

/// The share of one key id: s_i = f(i + 1), tweaked as docs/threshold_signing.md "Taproot" says.
struct SecretShare {
  SlotIndex id;
  SecretScalar value;
};

/// All shares one party owns, in ascending order of their ids.
struct PartyKey {
  MemberIndex party;
  std::vector<SecretShare> shares;
};

}  // namespace quorate::crypto
