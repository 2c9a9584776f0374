// Many affine additions for one inversion (public data). Internal to crypto/.
#pragma once

#include <vector>

#include "crypto/point.hpp"

namespace quorate::crypto {

/// Collects additions of points and performs them together: 5 multiplications, one square and a
/// share of one inversion each. Equal, opposite and infinite operands are handled.
///
/// Operands are read again at `flush`, which writes the results last-added first: a pending
/// operand may be overwritten only by an addition that was added *earlier*. (The two recursions in
/// point_rows.cpp rely on exactly this.)
class AffineBatch {
 public:
  /// `sum` ← a + b at the next flush; `sum` may be a or b.
  void add(Point& sum, const Point& a, const Point& b);
  void flush();
  [[nodiscard]] std::size_t pending() const { return jobs_.size(); }

 private:
  struct Job {
    Point* sum;
    const Point* a;
    const Point* b;
    Field divisor;  ///< Of the slope; 1 when there is nothing to divide.
    Field prefix;   ///< Product of the earlier divisors.
  };
  std::vector<Job> jobs_;
  Field product_{1};
};

}  // namespace quorate::crypto
