#include "crypto/msm.hpp"

#include "crypto/affine_batch.hpp"
#include "crypto/endomorphism.hpp"

namespace quorate::crypto {
namespace {

using U128 = unsigned __int128;

/// From this many terms on Pippenger is faster (measured: docs/performance.md).
constexpr std::size_t pippenger_from = 90;

/// One term after the split: magnitude below 2^128, sign moved into the point.
struct HalfTerm {
  U128 magnitude;
  Point point;
};

/// Two half terms per term; zero scalars and infinite points vanish.
std::vector<HalfTerm> split_terms(std::span<const Scalar> scalars, std::span<const Point> points) {
  ASSERT(scalars.size() == points.size());
  std::vector<HalfTerm> out;
  out.reserve(2 * scalars.size());
  const auto put = [&out](const HalfScalar& half, const Point& p) {
    if (half.magnitude != 0) out.push_back({half.magnitude, half.negative ? -p : p});
  };
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    if (points[i].is_infinity()) continue;
    const SplitScalar halves = split(scalars[i]);
    put(halves.first, points[i]);
    put(halves.second, apply_endomorphism(points[i]));
  }
  return out;
}

// ---- Strauss: one common chain of doublings, wNAF digits with tables of odd multiples.

constexpr int wnaf_window = 5;
constexpr std::size_t table_size = std::size_t{1} << (wnaf_window - 2);  // P, 3P, …, 15P
constexpr std::size_t half_bits = 130;  // 128 and room for the last carry

/// Odd digits below 2^(w−1) in size, at most one in any w consecutive positions.
std::array<std::int8_t, half_bits> wnaf(U128 k) {
  std::array<std::int8_t, half_bits> digits{};
  bool carry = false;  // of weight 2^128: the digits of a full-length k may need it
  for (std::size_t i = 0; i < half_bits; ++i) {
    if ((k & 1) != 0) {
      int d = static_cast<int>(k & ((1 << wnaf_window) - 1));
      if (d >= 1 << (wnaf_window - 1)) d -= 1 << wnaf_window;
      digits[i] = static_cast<std::int8_t>(d);
      const U128 before = k;
      k -= static_cast<U128>(static_cast<__int128>(d));
      if (d < 0 && k < before) carry = true;
    }
    k >>= 1;
    if (carry) {
      k |= static_cast<U128>(1) << 127;
      carry = false;
    }
  }
  return digits;
}

/// Odd multiples of all points, affine: table_size per point.
std::vector<Point> odd_multiples(const std::vector<HalfTerm>& terms) {
  std::vector<JacobianPoint> table;
  table.reserve(terms.size() * table_size);
  for (const HalfTerm& term : terms) {
    JacobianPoint multiple{term.point};
    const JacobianPoint twice = multiple.doubled();
    for (std::size_t i = 0; i < table_size; ++i) {
      table.push_back(multiple);
      multiple += twice;
    }
  }
  return to_affine(table);
}

// ---- Pippenger: digits of a window select buckets; buckets are summed with shared inversions.

std::size_t window_bits(std::size_t half_terms) {
  std::size_t bits = 4;
  while (bits < 13 && half_terms > std::size_t{5} << bits) ++bits;
  return bits;
}

/// Signed digits of c bits: |digit| <= 2^(c−1).
class DigitReader {
 public:
  explicit DigitReader(std::size_t bits) : bits_(bits) {}
  [[nodiscard]] std::size_t count() const { return 128 / bits_ + 1; }
  /// Digits of k, lowest first.
  void read(U128 k, std::int32_t* digits) const {
    const std::int32_t base = std::int32_t{1} << bits_;
    std::int32_t carry = 0;
    for (std::size_t i = 0; i < count(); ++i) {
      std::int32_t d = static_cast<std::int32_t>(k & static_cast<U128>(base - 1)) + carry;
      carry = d > base / 2 ? 1 : 0;
      digits[i] = carry != 0 ? d - base : d;
      k >>= bits_;
    }
    ASSERT(carry == 0);
  }

 private:
  std::size_t bits_;
};

/// Sums the elements of each bucket in place by halving: a round adds neighbours of all buckets with
/// few shared inversions. `begin` has one more element than there are buckets.
void reduce_buckets(std::vector<Point>& points, std::vector<std::size_t>& counts,
                    const std::vector<std::size_t>& begin) {
  constexpr std::size_t chunk = 512;
  AffineBatch batch;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
      const std::size_t count = counts[bucket];
      if (count < 2) continue;
      Point* const p = points.data() + begin[bucket];
      // A sum goes to the place of its pair's first element; they are moved together below.
      for (std::size_t i = 0; i + 1 < count; i += 2) batch.add(p[i], p[i], p[i + 1]);
      if (batch.pending() >= chunk) batch.flush();
      again = true;
    }
    batch.flush();
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
      if (counts[bucket] < 2) continue;
      Point* const p = points.data() + begin[bucket];
      const std::size_t next = (counts[bucket] + 1) / 2;
      for (std::size_t i = 1; i < next; ++i) p[i] = p[2 * i];
      counts[bucket] = next;
    }
  }
}

/// Σ digit·point over one window.
class WindowSum {
 public:
  explicit WindowSum(std::size_t buckets) : counts_(buckets), begin_(buckets + 1) {}

  JacobianPoint of(const std::vector<HalfTerm>& terms, const std::int32_t* digits,
                   std::size_t stride) {
    fill(terms, digits, stride);
    reduce_buckets(points_, counts_, begin_);
    // Σ d·B_d as a sum of suffix sums.
    JacobianPoint suffix, total;
    for (std::size_t b = counts_.size(); b-- > 0;) {
      if (counts_[b] != 0) suffix += points_[begin_[b]];
      total += suffix;
    }
    return total;
  }

 private:
  void fill(const std::vector<HalfTerm>& terms, const std::int32_t* digits, std::size_t stride) {
    std::fill(counts_.begin(), counts_.end(), 0);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const std::int32_t d = digits[i * stride];
      if (d != 0) ++counts_[static_cast<std::size_t>(d < 0 ? -d : d) - 1];
    }
    begin_[0] = 0;
    for (std::size_t b = 0; b < counts_.size(); ++b) begin_[b + 1] = begin_[b] + counts_[b];
    points_.resize(begin_.back());
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const std::int32_t d = digits[i * stride];
      if (d == 0) continue;
      const std::size_t place = next[static_cast<std::size_t>(d < 0 ? -d : d) - 1]++;
      points_[place] = d < 0 ? -terms[i].point : terms[i].point;
    }
  }

  std::vector<Point> points_;
  std::vector<std::size_t> counts_;
  std::vector<std::size_t> begin_;
};

}  // namespace

Point multi_multiply_strauss(std::span<const Scalar> scalars, std::span<const Point> points) {
  const std::vector<HalfTerm> terms = split_terms(scalars, points);
  const std::vector<Point> tables = odd_multiples(terms);
  std::vector<std::array<std::int8_t, half_bits>> digits;
  digits.reserve(terms.size());
  for (const HalfTerm& term : terms) digits.push_back(wnaf(term.magnitude));
  JacobianPoint sum;
  for (std::size_t bit = half_bits; bit-- > 0;) {
    sum = sum.doubled();
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const int d = digits[i][bit];
      if (d > 0) sum += tables[i * table_size + static_cast<std::size_t>(d / 2)];
      if (d < 0) sum += -tables[i * table_size + static_cast<std::size_t>(-d / 2)];
    }
  }
  return sum.to_affine();
}

Point multi_multiply_pippenger(std::span<const Scalar> scalars, std::span<const Point> points) {
  const std::vector<HalfTerm> terms = split_terms(scalars, points);
  const std::size_t bits = window_bits(terms.size());
  const DigitReader reader{bits};
  const std::size_t windows = reader.count();
  std::vector<std::int32_t> digits(terms.size() * windows);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    reader.read(terms[i].magnitude, digits.data() + i * windows);
  }
  WindowSum window{std::size_t{1} << (bits - 1)};
  JacobianPoint sum;
  for (std::size_t w = windows; w-- > 0;) {
    for (std::size_t i = 0; i < bits; ++i) sum = sum.doubled();
    sum += window.of(terms, digits.data() + w, windows);
  }
  return sum.to_affine();
}

Point multi_multiply(std::span<const Scalar> scalars, std::span<const Point> points) {
  return scalars.size() < pippenger_from ? multi_multiply_strauss(scalars, points)
                                         : multi_multiply_pippenger(scalars, points);
}

}  // namespace quorate::crypto
