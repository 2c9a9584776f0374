// Lagrange coefficients at 0 for the points x_i = i + 1, i a key id (public data).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/units.hpp"
#include "crypto/scalar.hpp"

namespace quorate::crypto {

/// Factorials and their inverses modulo n up to `slots`: with them the coefficient of a contiguous
/// gap costs two multiplications. Immutable.
class Factorials {
 public:
  explicit Factorials(std::uint32_t slots);
  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  [[nodiscard]] const Scalar& of(std::uint32_t k) const { return factorial_[k]; }
  [[nodiscard]] const Scalar& inverse_of(std::uint32_t k) const { return inverse_[k]; }
  /// 1/k for k >= 1.
  [[nodiscard]] const Scalar& reciprocal_of(std::uint32_t k) const { return reciprocal_[k]; }

  /// The table for `slots`, remembered per thread (a pure function, so unobservable but in time).
  static std::shared_ptr<const Factorials> shared(std::uint32_t slots);

 private:
  std::uint32_t slots_;
  std::vector<Scalar> factorial_;
  std::vector<Scalar> inverse_;
  std::vector<Scalar> reciprocal_;
};

/// λ_i for every id in `ids` (strictly ascending, below `slots`), in the same order. Chooses
/// between the two forms below by cost. Source: docs/threshold_signing.md "Lagrange coefficients".
[[nodiscard]] std::vector<Scalar> lagrange_coefficients(std::uint32_t slots,
                                                        std::span<const SlotIndex> ids);

/// Π x_j / (x_j − x_i), the definition: |ids|² multiplications, for tests and small sets.
[[nodiscard]] std::vector<Scalar> lagrange_direct(std::span<const SlotIndex> ids);

/// Closed form over the absent ids: (−1)^(k−1)·binom(N, k)·Π (c−k)/c with contiguous gaps folded.
[[nodiscard]] std::vector<Scalar> lagrange_by_gaps(std::uint32_t slots,
                                                   std::span<const SlotIndex> ids);

/// One value asked of a polynomial, with its factor in a linear combination.
struct WeightedPoint {
  std::uint32_t x{};
  Scalar factor;
};

/// Weights u_j with Σ factor·f(x) = Σ_j u_j·f(j) for every polynomial of degree below `t`, j =
/// 0..t−1: one multiplication per point and j. All x are at most `slots`. Source:
/// docs/threshold_signing.md "Evaluation basis".
[[nodiscard]] std::vector<Scalar> evaluation_weights(std::uint32_t slots, std::uint32_t t,
                                                     std::span<const WeightedPoint> points);

}  // namespace quorate::crypto
