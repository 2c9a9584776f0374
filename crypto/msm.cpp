#include "crypto/msm.hpp"

#include <algorithm>

#include "crypto/affine_batch.hpp"
#include "crypto/endomorphism.hpp"

namespace quorate::crypto {
namespace {

using U128 = unsigned __int128;

/// From this many terms on Pippenger is faster (measured: docs/performance.md).
constexpr std::size_t pippenger_from_lanes = 4;
constexpr std::size_t pippenger_from_singly = 12;

/// One term after the split: magnitude below 2^128, sign moved into the point.
struct HalfTerm {
  U128 magnitude;
  Point point;
};

/// Two half terms per term into `out`; zero scalars and infinite points vanish.
void split_terms(std::span<const Scalar> scalars, std::span<const Point> points,
                 std::vector<HalfTerm>& out) {
  ASSERT(scalars.size() == points.size());
  out.clear();
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

/// The window with the fewest additions: one per term, and two per bucket to weigh the buckets.
std::size_t window_bits(std::size_t half_terms) {
  const auto additions = [half_terms](std::size_t bits) {
    return (128 / bits + 1) * (half_terms + (std::size_t{1} << bits));
  };
  std::size_t best = 2;
  for (std::size_t bits = 3; bits <= 15; ++bits) {
    if (additions(bits) < additions(best)) best = bits;
  }
  return best;
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

/// Additions per inversion: enough that the inversion does not show, few enough that the pending
/// work stays in the processor's cache.
constexpr std::size_t chunk = 2048;

/// Lists of points that are to be summed, one after the other in one array.
class PointLists {
 public:
  explicit PointLists(CurveCode code) : batch_(code) {}
  /// Empty lists with room for `counts[k]` points each.
  void reset(const std::vector<std::uint32_t>& counts) {
    begin_.resize(counts.size());
    counts_.assign(counts.size(), 0);
    std::size_t total = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      begin_[k] = total;
      total += counts[k];
    }
    if (points_.size() < total) points_.resize(total);
  }
  void put(std::size_t list, const Point& p) { points_[begin_[list] + counts_[list]++] = p; }
  void put_negated(std::size_t list, const Point& p) {
    points_[begin_[list] + counts_[list]++] = -p;
  }

  /// Leaves each list with its sum, by halving: a round adds neighbours of all lists with few
  /// shared inversions.
  void reduce() {
    while (add_neighbours()) move_together();
  }
  /// Only after `reduce`; an empty list sums to infinity.
  [[nodiscard]] Point sum(std::size_t list) const {
    return counts_[list] == 0 ? Point{} : points_[begin_[list]];
  }

 private:
  bool add_neighbours() {
    bool any = false;
    for (std::size_t list = 0; list < counts_.size(); ++list) {
      Point* const p = points_.data() + begin_[list];
      // A sum goes to the place of its pair's first element.
      for (std::size_t i = 0; i + 1 < counts_[list]; i += 2) {
        batch_.add(p[i], p[i], p[i + 1]);
        any = true;
      }
      if (batch_.pending() >= chunk) batch_.flush();
    }
    batch_.flush();
    return any;
  }
  void move_together() {
    for (std::size_t list = 0; list < counts_.size(); ++list) {
      Point* const p = points_.data() + begin_[list];
      counts_[list] = (counts_[list] + 1) / 2;
      for (std::size_t i = 1; i < counts_[list]; ++i) p[i] = p[2 * i];
    }
  }

  std::vector<Point> points_;
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> counts_;
  AffineBatch batch_;
};

/// The digits of all terms, `windows` per term.
struct Digits {
  std::size_t bits{};
  std::size_t windows{};
  std::vector<std::int32_t> values;

  void read(const std::vector<HalfTerm>& terms) {
    bits = window_bits(terms.size());
    const DigitReader reader{bits};
    windows = reader.count();
    values.resize(terms.size() * windows);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      reader.read(terms[i].magnitude, values.data() + i * windows);
    }
  }
  /// Buckets of one window are numbered 0..2^(bits−1); number 0 stays empty.
  [[nodiscard]] std::size_t buckets() const { return (std::size_t{1} << (bits - 1)) + 1; }
};

/// Pippenger's sum. An object may be used again and again and keeps its memory: fresh pages cost as
/// much as the additions.
class BucketSum {
 public:
  explicit BucketSum(CurveCode code) : lists_(code), batch_(code) {}

  Point of(std::span<const Scalar> scalars, std::span<const Point> points) {
    split_terms(scalars, points, terms_);
    if (terms_.empty()) return Point{};
    digits_.read(terms_);
    by_bit_.resize(digits_.windows * digits_.bits);
    // Windows are worked on together: so many that inversions are shared widely, so few that the
    // points stay in the cache.
    constexpr std::size_t points_at_once = 8192;
    const std::size_t together = std::max<std::size_t>(points_at_once / terms_.size(), 1);
    for (std::size_t w = 0; w < digits_.windows; w += together) {
      sum_windows(w, std::min(w + together, digits_.windows));
    }
    JacobianPoint sum;
    for (std::size_t bit = by_bit_.size(); bit-- > 0;) {
      sum = sum.doubled();
      sum += by_bit_[bit];
    }
    return sum.to_affine();
  }
  /// Whether so much memory should be kept for the next sum.
  [[nodiscard]] bool is_small() const { return terms_.capacity() <= std::size_t{1} << 17; }

 private:
  /// by_bit_[b] ← the sum of the terms that have weight 2^b, for the windows first..last−1.
  void sum_windows(std::size_t first, std::size_t last) {
    fill(first, last);
    lists_.reduce();
    buckets_.resize(last - first);
    for (std::size_t w = 0; w < buckets_.size(); ++w) {
      buckets_[w].resize(digits_.buckets());
      for (std::size_t b = 0; b < digits_.buckets(); ++b) {
        buckets_[w][b] = lists_.sum(w * digits_.buckets() + b);
      }
    }
    weigh(first);
  }

  void fill(std::size_t first, std::size_t last) {
    const std::size_t count = digits_.buckets();
    std::vector<std::uint32_t> counts((last - first) * count);
    const auto list_of = [count](std::size_t w, std::int32_t d) {
      return w * count + static_cast<std::size_t>(d < 0 ? -d : d);
    };
    for_each_digit(first, last,
                   [&](std::size_t w, std::int32_t d, const Point&) { ++counts[list_of(w, d)]; });
    lists_.reset(counts);
    for_each_digit(first, last, [&](std::size_t w, std::int32_t d, const Point& p) {
      if (d < 0) {
        lists_.put_negated(list_of(w, d), p);
      } else {
        lists_.put(list_of(w, d), p);
      }
    });
  }

  template <class Visit>
  void for_each_digit(std::size_t first, std::size_t last, const Visit& visit) const {
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      const std::int32_t* const digits = digits_.values.data() + i * digits_.windows;
      for (std::size_t w = first; w < last; ++w) {
        if (digits[w] != 0) visit(w - first, digits[w], terms_[i].point);
      }
    }
  }

  /// Σ d·B_d by the bits of d: those with bit 0 are the odd places; then B_2k + B_2k+1 takes place
  /// k and the next bit is bit 0. Two additions per bucket in all.
  void weigh(std::size_t first) {
    const std::size_t bits = digits_.bits;
    std::vector<std::uint32_t> counts;
    for (std::size_t w = 0; w < buckets_.size(); ++w) {
      std::size_t places = digits_.buckets();
      for (std::size_t bit = 0; bit < bits; ++bit, places = (places + 1) / 2) {
        counts.push_back(static_cast<std::uint32_t>(places / 2));
      }
    }
    lists_.reset(counts);
    for (std::size_t bit = 0; bit < bits; ++bit) fold(bit);
    lists_.reduce();
    for (std::size_t list = 0; list < counts.size(); ++list) {
      by_bit_[first * bits + list] = lists_.sum(list);
    }
  }

  void fold(std::size_t bit) {
    for (std::size_t w = 0; w < buckets_.size(); ++w) {
      std::vector<Point>& b = buckets_[w];
      for (std::size_t k = 1; k < b.size(); k += 2) lists_.put(w * digits_.bits + bit, b[k]);
      // Place 0 has no weight, so its sums are never looked at: the first pair is left out.
      for (std::size_t k = 3; k < b.size(); k += 2) batch_.add(b[k - 1], b[k - 1], b[k]);
      if (batch_.pending() >= chunk) batch_.flush();
    }
    batch_.flush();
    for (std::vector<Point>& b : buckets_) {
      for (std::size_t k = 2; k < b.size(); k += 2) b[k / 2] = b[k];
      b.resize((b.size() + 1) / 2);
    }
  }

  std::vector<HalfTerm> terms_;
  Digits digits_;
  std::vector<Point> by_bit_;
  PointLists lists_;
  std::vector<std::vector<Point>> buckets_;
  AffineBatch batch_;
};

}  // namespace

Point multi_multiply_strauss(std::span<const Scalar> scalars, std::span<const Point> points) {
  std::vector<HalfTerm> terms;
  split_terms(scalars, points, terms);
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

Point multi_multiply_pippenger(std::span<const Scalar> scalars, std::span<const Point> points,
                               CurveCode code) {
  // Public data and no result: only memory is kept, and only up to some 16 MB.
  thread_local std::array<BucketSum, 2> kept = {BucketSum{CurveCode::one_by_one},
                                                BucketSum{CurveCode::lanes}};
  BucketSum& memory = kept[code == CurveCode::lanes ? 1 : 0];
  const Point sum = memory.of(scalars, points);
  if (!memory.is_small()) memory = BucketSum{code};
  return sum;
}

Point multi_multiply(std::span<const Scalar> scalars, std::span<const Point> points) {
  const std::size_t pippenger_from = has_lanes() ? pippenger_from_lanes : pippenger_from_singly;
  return scalars.size() < pippenger_from ? multi_multiply_strauss(scalars, points)
                                         : multi_multiply_pippenger(scalars, points, best_code());
}

}  // namespace quorate::crypto
