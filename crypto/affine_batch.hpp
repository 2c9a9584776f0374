// Many affine additions for one inversion (public data). Internal to crypto/.
#pragma once

#include <vector>

#include "crypto/lanes.hpp"
#include "crypto/point.hpp"

namespace quorate::crypto {

/// One addition to be done: *sum ← *a + *b.
struct AffineJob {
  Point* sum;
  const Point* a;
  const Point* b;
};

/// Collects additions of points and performs them together: 5 multiplications, one square and a
/// share of one inversion each, eight at a time where the processor can. Equal, opposite and
/// infinite operands are handled.
///
/// Operands are read at `flush`, which writes the results last-added first: a pending operand may
/// be overwritten only by an addition that was added *earlier*. (The two recursions in
/// point_rows.cpp rely on exactly this.)
class AffineBatch {
 public:
  explicit AffineBatch(CurveCode code = best_code()) : code_(code) {}

  /// `sum` ← a + b at the next flush; `sum` may be a or b.
  void add(Point& sum, const Point& a, const Point& b) { jobs_.push_back({&sum, &a, &b}); }
  void flush();
  [[nodiscard]] std::size_t pending() const { return jobs_.size(); }

 private:
  void flush_one_by_one();

  CurveCode code_;
  std::vector<AffineJob> jobs_;
  std::vector<Field> divisors_;  ///< Of the slopes; 1 when there is nothing to divide.
  std::vector<Field> prefixes_;  ///< Products of the earlier divisors.
  std::vector<std::uint64_t> lanes_;
};

/// a + b when no slope is needed: one of them infinite, or opposite.
[[nodiscard]] Point trivial_sum(const Point& a, const Point& b);

}  // namespace quorate::crypto
