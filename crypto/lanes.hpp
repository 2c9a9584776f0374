// Curve arithmetic on eight public values at a time. Internal to crypto/.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quorate::crypto {

/// Both give the same results; lanes need AVX-512 IFMA.
enum class CurveCode : std::uint8_t { one_by_one, lanes };

/// Whether this processor has the instructions for `CurveCode::lanes`.
[[nodiscard]] bool has_lanes();
/// Lanes where the processor has them.
[[nodiscard]] inline CurveCode best_code() {
  return has_lanes() ? CurveCode::lanes : CurveCode::one_by_one;
}

struct AffineJob;
class Field;
class Point;

/// AffineBatch::flush in lanes; `scratch` is kept between calls to save allocations.
void add_in_lanes(std::span<const AffineJob> jobs, std::vector<std::uint64_t>& scratch);

/// out[i] ← the point with x coordinate xs[i] (normalized) and y odd or even as odd[i] says,
/// infinity where the curve has no such point. All spans are equally long.
void lift_in_lanes(std::span<const Field> xs, std::span<const std::uint8_t> odd,
                   std::span<Point> out);

}  // namespace quorate::crypto
