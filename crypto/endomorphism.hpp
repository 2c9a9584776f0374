// The curve's endomorphism (x, y) → (βx, y) = λ·(x, y): a 256-bit scalar becomes two of 128 bits
// (Gallant, Lambert, Vanstone). Public data only. Internal to crypto/.
#pragma once

#include "crypto/point.hpp"

namespace quorate::crypto {

/// |value| < 2^128 with a sign.
struct HalfScalar {
  unsigned __int128 magnitude{};
  bool negative{};
};

/// k ≡ first + λ·second modulo n.
struct SplitScalar {
  HalfScalar first;
  HalfScalar second;
};
[[nodiscard]] SplitScalar split(const Scalar& k);

/// λ·P.
[[nodiscard]] Point apply_endomorphism(const Point& p);

}  // namespace quorate::crypto
