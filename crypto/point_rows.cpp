// Operations on rows of points that share inversions.
#include "crypto/affine_batch.hpp"
#include "crypto/point.hpp"

namespace quorate::crypto {
namespace {

/// Additions per inversion in long rows: enough that the inversion does not show, few enough that
/// the pending work stays in the processor's cache.
constexpr std::size_t row_chunk = 512;

}  // namespace

void add_rows(std::span<Point> sums, std::span<const Point> addends) {
  ASSERT(sums.size() == addends.size());
  AffineBatch batch;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    batch.add(sums[i], sums[i], addends[i]);
    if (batch.pending() == row_chunk) batch.flush();
  }
  batch.flush();
}

void subtract_rows(std::span<Point> sums, std::span<const Point> addends) {
  std::vector<Point> negated;
  negated.reserve(addends.size());
  for (const Point& p : addends) negated.push_back(-p);
  add_rows(sums, negated);
}

EvaluationExtension::EvaluationExtension(std::span<const Point> values, std::size_t last)
    : t_(values.size()), last_(last), out_(values.begin(), values.end()) {
  ASSERT(!values.empty());
  if (last < t_ || t_ == 1) {
    out_.resize(last + 1, values[0]);
    phase_ = Phase::done;
    return;
  }
  out_.resize(last + 1);
  row_.assign(values.begin(), values.end());
  negated_.resize(t_);
  differences_.resize(t_);
}

void EvaluationExtension::advance(WorkBudget& budget) {
  while (phase_ != Phase::done && !budget.is_spent()) {
    if (phase_ == Phase::differences) {
      take_level(budget);
    } else {
      take_diagonal(budget);
    }
  }
}

/// After all levels differences_[k] is the k-th backward difference at the last value: in level k
/// the elements k.. of the row hold differences of order k.
void EvaluationExtension::take_level(WorkBudget& budget) {
  AffineBatch batch;
  differences_[next_] = row_[t_ - 1];
  for (std::size_t j = next_; j + 1 < t_; ++j) negated_[j] = -row_[j];
  for (std::size_t j = next_ + 1; j < t_; ++j) batch.add(row_[j], row_[j], negated_[j - 1]);
  batch.flush();
  budget.spend(t_ - next_);
  if (++next_ < t_) return;
  phase_ = Phase::diagonals;
  next_ = 1;
}

/// D_j(s) = D_j(s−1) + D_{j+1}(s), D_{t−1} constant, D_0(s) the value at t−1+s. An element depends
/// on two of the previous anti-diagonal (s + (t−2−j) constant), so a whole one shares an inversion.
void EvaluationExtension::take_diagonal(WorkBudget& budget) {
  const std::size_t steps = last_ - (t_ - 1);
  std::vector<Point>& d = differences_;
  AffineBatch batch;
  // Step s works on j = t−2−(diagonal−s), which must lie in 0..t−2.
  const std::size_t first = next_ > t_ - 2 ? next_ - (t_ - 2) : 1;
  const std::size_t end = std::min(next_, steps);
  // Descending j, as AffineBatch's order rule demands: d[j] is written before d[j+1].
  for (std::size_t s = end; s + 1 > first; --s) {
    const std::size_t j = t_ - 2 - (next_ - s);
    batch.add(d[j], d[j], d[j + 1]);
  }
  batch.flush();
  if (next_ >= t_ - 1) out_[t_ - 1 + first] = d[0];
  budget.spend(end + 1 - first);
  if (++next_ > steps + t_ - 2) phase_ = Phase::done;
}

std::vector<Point> EvaluationExtension::take() {
  ASSERT(is_done());
  return std::move(out_);
}

std::vector<Point> extend_evaluations(std::span<const Point> values, std::size_t last) {
  EvaluationExtension extension{values, last};
  WorkBudget budget{unlimited_units};
  extension.advance(budget);
  return extension.take();
}

}  // namespace quorate::crypto
