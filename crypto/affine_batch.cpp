#include "crypto/affine_batch.hpp"

namespace quorate::crypto {
namespace {

/// Coordinates of points are normalized, so equality is equality of limbs.
bool is_doubling(const Point& a, const Point& b) { return a.x() == b.x() && a.y() == b.y(); }
bool is_opposite(const Point& a, const Point& b) { return a.x() == b.x() && a.y() != b.y(); }

bool is_trivial(const Point& a, const Point& b) {
  return a.is_infinity() || b.is_infinity() || is_opposite(a, b);
}

/// The divisor of the slope: x_b − x_a (3 units), or 2y for a doubling (2 units).
Field slope_divisor(const Point& a, const Point& b) {
  if (is_trivial(a, b)) return Field{1};
  if (is_doubling(a, b)) return a.y() + a.y();
  return b.x() + a.x().negated<1>();
}

Point sum_with(const Point& a, const Point& b, const Field& inverse) {
  const Field numerator =
      is_doubling(a, b) ? a.x().squared().times(3) : b.y() + a.y().negated<1>();
  const Field slope = numerator * inverse;
  // λ² − x_a − x_b: 1 + 2 + 2 units. y: λ·(x_a − x) − y_a.
  const Field x =
      (slope.squared() + a.x().negated<1>() + b.x().negated<1>()).normalized();
  const Field y = (slope * (a.x() + x.negated<1>()) + a.y().negated<1>()).normalized();
  return Point::from_coordinates(x, y);
}

}  // namespace

Point trivial_sum(const Point& a, const Point& b) {
  if (a.is_infinity()) return b;
  if (b.is_infinity()) return a;
  return Point{};
}

void AffineBatch::flush() {
  // Below this one lane would do all the work.
  constexpr std::size_t worth_lanes = 4;
  if (code_ == CurveCode::lanes && jobs_.size() >= worth_lanes) {
    add_in_lanes(jobs_, lanes_);
  } else {
    flush_one_by_one();
  }
  jobs_.clear();
}

void AffineBatch::flush_one_by_one() {
  if (jobs_.empty()) return;
  divisors_.clear();
  prefixes_.clear();
  Field product{1};
  for (const AffineJob& job : jobs_) {
    divisors_.push_back(slope_divisor(*job.a, *job.b));
    prefixes_.push_back(product);
    product = product * divisors_.back();
  }
  Field inverse = product.inverse();
  for (std::size_t i = jobs_.size(); i-- > 0;) {
    const AffineJob& job = jobs_[i];
    if (is_trivial(*job.a, *job.b)) {
      *job.sum = trivial_sum(*job.a, *job.b);  // divisor 1 left the running products as they were
      continue;
    }
    const Field own = inverse * prefixes_[i];
    inverse = inverse * divisors_[i];
    *job.sum = sum_with(*job.a, *job.b, own);
  }
}

}  // namespace quorate::crypto
