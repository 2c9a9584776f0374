// How a machine signs and checks without holding a key: the node passes the member's enrollment
// key, an exhaustive search passes symbols. A machine's decisions depend on nothing else of a
// signature.
#pragma once

#include "crypto/keys.hpp"

namespace quorate::actors {

class Notary {
 public:
  virtual ~Notary() = default;
  /// Signs with the own key; the same digest always gives the same signature, so that a repeated
  /// message is the same message.
  [[nodiscard]] virtual crypto::SchnorrSignature sign(const Hash256& digest) const = 0;
  [[nodiscard]] virtual bool check(const crypto::PublicKey& key, const Hash256& digest,
                                   const crypto::SchnorrSignature& signature) const = 0;
};

/// BIP 340 with the member's enrollment (producers) or stacking (stackers) key. Source: BIP 340.
class KeyNotary final : public Notary {
 public:
  explicit KeyNotary(crypto::SecretKey key) : key_(std::move(key)) {}
  [[nodiscard]] crypto::SchnorrSignature sign(const Hash256& digest) const override {
    return crypto::sign_schnorr(key_, digest, Hash256{});
  }
  [[nodiscard]] bool check(const crypto::PublicKey& key, const Hash256& digest,
                           const crypto::SchnorrSignature& signature) const override {
    return crypto::verify_schnorr(crypto::x_only(key), digest.view(), signature);
  }

 private:
  crypto::SecretKey key_;
};

}  // namespace quorate::actors
