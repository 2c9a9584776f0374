// Operations on rows of points that share inversions.
#include "crypto/affine_batch.hpp"
#include "crypto/point.hpp"

namespace quorate::crypto {
namespace {

/// Additions per inversion in long rows: enough that the inversion does not show, few enough that
/// the pending work stays in the processor's cache.
constexpr std::size_t row_chunk = 512;

/// values[k] becomes the k-th backward difference at the last value, for all k: in level k the
/// elements k.. hold differences of order k. Elements are left behind in `out`.
std::vector<Point> backward_differences(std::span<const Point> values) {
  const std::size_t t = values.size();
  std::vector<Point> row(values.begin(), values.end());
  std::vector<Point> negated(t);
  std::vector<Point> out(t);
  AffineBatch batch;
  for (std::size_t level = 0; level < t; ++level) {
    out[level] = row[t - 1];
    for (std::size_t j = level; j + 1 < t; ++j) negated[j] = -row[j];
    for (std::size_t j = level + 1; j < t; ++j) batch.add(row[j], row[j], negated[j - 1]);
    batch.flush();
  }
  return out;
}

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

std::vector<Point> extend_evaluations(std::span<const Point> values, std::size_t last) {
  ASSERT(!values.empty());
  const std::size_t t = values.size();
  std::vector<Point> out(values.begin(), values.end());
  if (last < t) {
    out.resize(last + 1);
    return out;
  }
  // D_j(s) = D_j(s−1) + D_{j+1}(s), D_{t−1} constant, D_0(s) the value at t−1+s. An element depends
  // on two of the previous anti-diagonal (s + (t−2−j) constant), so a whole one shares an
  // inversion.
  std::vector<Point> d = backward_differences(values);
  const std::size_t steps = last - (t - 1);
  out.resize(last + 1);
  if (t == 1) {
    for (std::size_t i = 1; i <= last; ++i) out[i] = values[0];
    return out;
  }
  AffineBatch batch;
  for (std::size_t diagonal = 1; diagonal <= steps + t - 2; ++diagonal) {
    // Step s works on j = t−2−(diagonal−s), which must lie in 0..t−2.
    const std::size_t first = diagonal > t - 2 ? diagonal - (t - 2) : 1;
    const std::size_t end = std::min(diagonal, steps);
    // Descending j, as AffineBatch's order rule demands: d[j] is written before d[j+1].
    for (std::size_t s = end; s + 1 > first; --s) {
      const std::size_t j = t - 2 - (diagonal - s);
      batch.add(d[j], d[j], d[j + 1]);
    }
    batch.flush();
    if (diagonal >= t - 1) out[t - 1 + first] = d[0];
  }
  return out;
}

}  // namespace quorate::crypto
