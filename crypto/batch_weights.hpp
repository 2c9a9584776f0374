// Weights of batch checks (public data).
#pragma once

#include "crypto/hash.hpp"
#include "crypto/scalar.hpp"

namespace quorate::crypto {

/// A stream of 128-bit factors derived from a seed. A combination of false equations holds with
/// probability 2^-128 when its author could not foresee the seed: fresh randomness for local
/// checks, a hash of everything checked where the answer must be the same everywhere.
class BatchWeights {
 public:
  explicit BatchWeights(const Hash256& seed) : seed_(seed) {}
  Scalar next() {
    Bytes data = to_bytes(seed_.view());
    data.resize(seed_.view().size() + sizeof counter_);
    put_be(data.data() + seed_.view().size(), ++counter_);
    Hash256 hash = tagged_sha256("quorate/batch-weight", data);
    std::fill(hash.bytes.begin(), hash.bytes.begin() + 16, std::uint8_t{0});
    return Scalar::from_hash(hash);
  }

 private:
  Hash256 seed_;
  std::uint32_t counter_{};
};

}  // namespace quorate::crypto
