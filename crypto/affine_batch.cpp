#include "crypto/affine_batch.hpp"

namespace quorate::crypto {
namespace {

/// Coordinates of points are normalized, so equality is equality of limbs.
bool is_doubling(const Point& a, const Point& b) { return a.x() == b.x() && a.y() == b.y(); }
bool is_opposite(const Point& a, const Point& b) { return a.x() == b.x() && a.y() != b.y(); }

bool is_trivial(const Point& a, const Point& b) {
  return a.is_infinity() || b.is_infinity() || is_opposite(a, b);
}

Point trivial_sum(const Point& a, const Point& b) {
  if (a.is_infinity()) return b;
  if (b.is_infinity()) return a;
  return Point{};
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

void AffineBatch::add(Point& sum, const Point& a, const Point& b) {
  const Field divisor = slope_divisor(a, b);
  jobs_.push_back({&sum, &a, &b, divisor, product_});
  product_ = product_ * divisor;
}

void AffineBatch::flush() {
  if (jobs_.empty()) return;
  Field inverse = product_.inverse();
  for (std::size_t i = jobs_.size(); i-- > 0;) {
    const Job& job = jobs_[i];
    if (is_trivial(*job.a, *job.b)) {
      *job.sum = trivial_sum(*job.a, *job.b);  // divisor 1 left the running products as they were
      continue;
    }
    const Field own = inverse * job.prefix;
    inverse = inverse * job.divisor;
    *job.sum = sum_with(*job.a, *job.b, own);
  }
  jobs_.clear();
  product_ = Field{1};
}

}  // namespace quorate::crypto
