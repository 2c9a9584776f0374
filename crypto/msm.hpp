// Sums of many multiples, for PUBLIC data only (variable time).
#pragma once

#include <span>

#include "crypto/lanes.hpp"
#include "crypto/point.hpp"

namespace quorate::crypto {

/// Σ scalars[i]·points[i]; the empty sum is infinity. Sizes must be equal. Picks Strauss with wNAF
/// tables for few terms and Pippenger with batch-affine buckets for many; both split scalars with
/// the curve's endomorphism. Repeated, opposite and infinite points are allowed.
[[nodiscard]] Point multi_multiply(std::span<const Scalar> scalars, std::span<const Point> points);

/// The two algorithms behind `multi_multiply`, for tests and measurements.
[[nodiscard]] Point multi_multiply_strauss(std::span<const Scalar> scalars,
                                           std::span<const Point> points);
[[nodiscard]] Point multi_multiply_pippenger(std::span<const Scalar> scalars,
                                             std::span<const Point> points,
                                             CurveCode code = best_code());

}  // namespace quorate::crypto
