#include "crypto/lagrange.hpp"

#include <map>

#include "base/assert.hpp"

namespace quorate::crypto {
namespace {

/// The absent points a..b, 1-based, all between 1 and N.
struct Gap {
  std::uint32_t a{};
  std::uint32_t b{};
};

std::vector<Gap> gaps_between(std::uint32_t slots, std::span<const SlotIndex> ids) {
  std::vector<Gap> out;
  std::uint32_t next = 1;
  for (const SlotIndex id : ids) {
    const std::uint32_t x = id.value + 1;
    if (x > next) out.push_back({next, x - 1});
    next = x + 1;
  }
  if (next <= slots) out.push_back({next, slots});
  return out;
}

bool is_odd(std::uint32_t k) { return k % 2 == 1; }

/// Π (c − k) for c in the gap, k outside it; `negative` collects the sign.
Scalar gap_product(const Factorials& f, const Gap& gap, std::uint32_t k, bool& negative) {
  const bool below = k < gap.a;
  if (!below && is_odd(gap.b - gap.a + 1)) negative = !negative;
  if (gap.a == gap.b) return Scalar{below ? gap.a - k : k - gap.a};
  return below ? f.of(gap.b - k) * f.inverse_of(gap.a - k - 1)
               : f.of(k - gap.a) * f.inverse_of(k - gap.b - 1);
}

}  // namespace

Factorials::Factorials(std::uint32_t slots)
    : slots_(slots), factorial_(slots + 1), inverse_(slots + 1), reciprocal_(slots + 1) {
  factorial_[0] = Scalar{1};
  for (std::uint32_t k = 1; k <= slots; ++k) factorial_[k] = factorial_[k - 1] * Scalar{k};
  inverse_[slots] = factorial_[slots].inverse();
  for (std::uint32_t k = slots; k > 0; --k) inverse_[k - 1] = inverse_[k] * Scalar{k};
  for (std::uint32_t k = 1; k <= slots; ++k) reciprocal_[k] = factorial_[k - 1] * inverse_[k];
}

std::shared_ptr<const Factorials> Factorials::shared(std::uint32_t slots) {
  constexpr std::size_t max_tables = 16;
  thread_local std::map<std::uint32_t, std::shared_ptr<const Factorials>> tables;
  if (const auto found = tables.find(slots); found != tables.end()) return found->second;
  if (tables.size() >= max_tables) tables.clear();
  return tables.emplace(slots, std::make_shared<const Factorials>(slots)).first->second;
}

std::vector<Scalar> lagrange_direct(std::span<const SlotIndex> ids) {
  std::vector<Scalar> numerators, denominators;
  for (const SlotIndex i : ids) {
    Scalar up{1}, down{1};
    for (const SlotIndex j : ids) {
      if (i == j) continue;
      up *= Scalar{j.value + std::uint64_t{1}};
      down *= j > i ? Scalar{j.value - i.value} : -Scalar{i.value - j.value};
    }
    numerators.push_back(up);
    denominators.push_back(down);
  }
  batch_inverse(denominators);
  for (std::size_t i = 0; i < ids.size(); ++i) numerators[i] *= denominators[i];
  return numerators;
}

std::vector<Scalar> lagrange_by_gaps(std::uint32_t slots, std::span<const SlotIndex> ids) {
  const std::shared_ptr<const Factorials> f = Factorials::shared(slots);
  const std::vector<Gap> gaps = gaps_between(slots, ids);
  // N!·Π 1/c is common to all ids.
  Scalar common = f->of(slots);
  for (const Gap& gap : gaps) common *= f->of(gap.a - 1) * f->inverse_of(gap.b);
  std::vector<Scalar> out;
  out.reserve(ids.size());
  for (const SlotIndex id : ids) {
    const std::uint32_t k = id.value + 1;
    bool negative = !is_odd(k);
    Scalar lambda = common * f->inverse_of(k) * f->inverse_of(slots - k);
    for (const Gap& gap : gaps) lambda *= gap_product(*f, gap, k, negative);
    out.push_back(negative ? -lambda : lambda);
  }
  return out;
}

std::vector<Scalar> lagrange_coefficients(std::uint32_t slots, std::span<const SlotIndex> ids) {
  // The table of factorials only pays off when most points are present.
  constexpr std::size_t few = 16;
  if (ids.size() < few && slots > 4 * few) return lagrange_direct(ids);
  return lagrange_by_gaps(slots, ids);
}

std::vector<Scalar> evaluation_weights(std::uint32_t slots, std::uint32_t t,
                                       std::span<const WeightedPoint> points) {
  ASSERT(t > 0);
  const std::shared_ptr<const Factorials> f = Factorials::shared(slots);
  // For x >= t: u_j = x!/(x−t)! · 1/(x−j) · (−1)^(t−1−j) / (j!·(t−1−j)!). What depends on j only is
  // multiplied in at the end.
  std::vector<Scalar> out(t);
  for (const WeightedPoint& p : points) {
    ASSERT(p.x <= slots);
    if (p.x < t) continue;
    const Scalar common = p.factor * f->of(p.x) * f->inverse_of(p.x - t);
    for (std::uint32_t j = 0; j < t; ++j) out[j] += common * f->reciprocal_of(p.x - j);
  }
  for (std::uint32_t j = 0; j < t; ++j) {
    const Scalar of_j = f->inverse_of(j) * f->inverse_of(t - 1 - j);
    out[j] *= is_odd(t - 1 - j) ? -of_j : of_j;
  }
  for (const WeightedPoint& p : points) {
    if (p.x < t) out[p.x] += p.factor;
  }
  return out;
}

}  // namespace quorate::crypto
