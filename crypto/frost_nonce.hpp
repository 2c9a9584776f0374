// Secret nonces of one signing session and their public halves. Source: BIP 445.
#pragma once

#include <optional>
#include <span>

#include "crypto/secret_scalar.hpp"

namespace quorate::crypto {

/// cbytes(R1) ‖ cbytes(R2).
using PublicNonce = FixedBytes<struct PublicNonceTag, 66>;
/// cbytes_ext(ΣR1) ‖ cbytes_ext(ΣR2); infinity is 33 zero bytes.
using AggregateNonce = FixedBytes<struct AggregateNonceTag, 66>;

/// Two secret scalars that may serve one signature. Signing takes it by value, so a second use
/// shows up as use after move; a moved-from nonce is refused.
class SecretNonce {
 public:
  /// k1 ‖ k2. @returns bad_secret_nonce, detail "first" or "second", when a half is 0 or >= n.
  static Result<SecretNonce> from(ByteView bytes64);
  SecretNonce(SecretScalar k1, SecretScalar k2) : k1_(std::move(k1)), k2_(std::move(k2)) {}

  [[nodiscard]] PublicNonce public_nonce() const;
  [[nodiscard]] const SecretScalar& k1() const { return k1_; }
  [[nodiscard]] const SecretScalar& k2() const { return k2_; }

 private:
  SecretScalar k1_;
  SecretScalar k2_;
};

/// What may be mixed into a nonce besides randomness. Every field is optional defence in depth.
struct NonceContext {
  const SecretScalar* share{};
  std::optional<PublicKey> public_share;
  std::optional<XOnlyKey> threshold_key;
  std::optional<Bytes> message;
  Bytes extra;
};

/// NonceGen of BIP 445 with `rand32` fresh and secret.
[[nodiscard]] SecretNonce generate_nonce(const Hash256& rand32, const NonceContext& context);

/// NonceAgg of BIP 445. @returns bad_public_nonce with the index of the bad one as detail.
[[nodiscard]] Result<AggregateNonce> aggregate_nonces(std::span<const PublicNonce> nonces);

}  // namespace quorate::crypto
