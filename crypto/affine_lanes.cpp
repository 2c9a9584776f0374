// AffineBatch's additions and square roots, eight at a time with AVX-512 IFMA.
#include "crypto/affine_batch.hpp"
#include "crypto/field_lanes.hpp"

namespace quorate::crypto {

#if defined(__x86_64__)

bool has_lanes() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512ifma");
  return has;
}

namespace {

using namespace lanes;

constexpr std::size_t width = 8;

/// Coordinates of eight points, limb by limb.
struct Points8 {
  Field8 x;
  Field8 y;
};

// A point begins with its ten limbs, x before y; they are moved as they lie in memory.
static_assert(sizeof(Point) == 88);

/// Rows become columns: out[k] lane i = rows[i] word k.
QUORATE_LANES_INLINE void transpose(const __m512i (&rows)[8], __m512i (&out)[8]) {
  const __m512i a0 = _mm512_unpacklo_epi64(rows[0], rows[1]);
  const __m512i a1 = _mm512_unpackhi_epi64(rows[0], rows[1]);
  const __m512i a2 = _mm512_unpacklo_epi64(rows[2], rows[3]);
  const __m512i a3 = _mm512_unpackhi_epi64(rows[2], rows[3]);
  const __m512i a4 = _mm512_unpacklo_epi64(rows[4], rows[5]);
  const __m512i a5 = _mm512_unpackhi_epi64(rows[4], rows[5]);
  const __m512i a6 = _mm512_unpacklo_epi64(rows[6], rows[7]);
  const __m512i a7 = _mm512_unpackhi_epi64(rows[6], rows[7]);
  // Words k and k + 4 (and k + 2, k + 6) of four rows at a time.
  const __m512i b0 = _mm512_shuffle_i64x2(a0, a2, 0x88);
  const __m512i b1 = _mm512_shuffle_i64x2(a1, a3, 0x88);
  const __m512i b2 = _mm512_shuffle_i64x2(a0, a2, 0xdd);
  const __m512i b3 = _mm512_shuffle_i64x2(a1, a3, 0xdd);
  const __m512i b4 = _mm512_shuffle_i64x2(a4, a6, 0x88);
  const __m512i b5 = _mm512_shuffle_i64x2(a5, a7, 0x88);
  const __m512i b6 = _mm512_shuffle_i64x2(a4, a6, 0xdd);
  const __m512i b7 = _mm512_shuffle_i64x2(a5, a7, 0xdd);
  out[0] = _mm512_shuffle_i64x2(b0, b4, 0x88);
  out[1] = _mm512_shuffle_i64x2(b1, b5, 0x88);
  out[2] = _mm512_shuffle_i64x2(b2, b6, 0x88);
  out[3] = _mm512_shuffle_i64x2(b3, b7, 0x88);
  out[4] = _mm512_shuffle_i64x2(b0, b4, 0xdd);
  out[5] = _mm512_shuffle_i64x2(b1, b5, 0xdd);
  out[6] = _mm512_shuffle_i64x2(b2, b6, 0xdd);
  out[7] = _mm512_shuffle_i64x2(b3, b7, 0xdd);
}

QUORATE_LANES_INLINE __m512i first_words(const Point* p) {
  return _mm512_loadu_si512(reinterpret_cast<const std::uint8_t*>(p));
}
QUORATE_LANES_INLINE __m512i last_words(const Point* p) {
  return _mm512_zextsi128_si512(_mm_loadu_si128(
      reinterpret_cast<const __m128i*>(reinterpret_cast<const std::uint8_t*>(p) + 64)));
}

QUORATE_LANES_INLINE Points8 load_points(const Point* const (&p)[width]) {
  const __m512i rows[8] = {first_words(p[0]), first_words(p[1]), first_words(p[2]),
                           first_words(p[3]), first_words(p[4]), first_words(p[5]),
                           first_words(p[6]), first_words(p[7])};
  const __m512i ends[8] = {last_words(p[0]), last_words(p[1]), last_words(p[2]), last_words(p[3]),
                           last_words(p[4]), last_words(p[5]), last_words(p[6]), last_words(p[7])};
  __m512i a[8], b[8];
  transpose(rows, a);
  transpose(ends, b);
  return {{{a[0], a[1], a[2], a[3], a[4]}}, {{a[5], a[6], a[7], b[0], b[1]}}};
}

/// A group of eight jobs; the last group of a batch is filled up with infinity + infinity.
struct Group {
  const Point* a[width];
  const Point* b[width];
  Point* sum[width];
  std::uint8_t infinite{};  ///< Lanes with an infinite operand.
};

/// Results of lanes without a job.
struct Nowhere {
  Point infinity;
  Point result;
};

Group group_of(std::span<const AffineJob> jobs, std::size_t g, Nowhere& nowhere) {
  Group out{};
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t at = g * width + i;
    const bool is_job = at < jobs.size();
    out.a[i] = is_job ? jobs[at].a : &nowhere.infinity;
    out.b[i] = is_job ? jobs[at].b : &nowhere.infinity;
    out.sum[i] = is_job ? jobs[at].sum : &nowhere.result;
    const bool infinite = out.a[i]->is_infinity() || out.b[i]->is_infinity();
    out.infinite = static_cast<std::uint8_t>(out.infinite | (infinite ? 1u << i : 0u));
  }
  return out;
}

/// Which lanes are no plain additions.
struct Special {
  __mmask8 trivial;
  __mmask8 doubling;
};

QUORATE_LANES_INLINE Special special_lanes(const Points8& a, const Points8& b,
                                           std::uint8_t infinite) {
  const __mmask8 same_x = equal(a.x, b.x);
  if ((same_x | infinite) == 0) return {0, 0};
  const auto doubling = static_cast<__mmask8>(same_x & equal(a.y, b.y) & ~infinite);
  return {static_cast<__mmask8>((same_x | infinite) & ~doubling), doubling};
}

QUORATE_LANES_INLINE Field8 divisor_of(const Points8& a, const Points8& b, const Special& special) {
  Field8 d = difference(b.x, a.x);
  if ((special.trivial | special.doubling) == 0) return d;
  d = chosen(special.doubling, d, sum(a.y, a.y));
  return chosen(special.trivial, d, small(1));
}

QUORATE_LANES_INLINE Points8 sum_of(const Points8& a, const Points8& b, const Special& special,
                                    const Field8& inverse) {
  Field8 numerator = difference(b.y, a.y);
  if (special.doubling != 0) {
    const Field8 x2 = squared(a.x);
    numerator = chosen(special.doubling, numerator, tightened(loose_sum(loose_sum(x2, x2), x2)));
  }
  const Field8 slope = product(numerator, inverse);
  Points8 r;
  r.x = normalized(loose_difference(loose_difference(squared(slope), a.x), b.x));
  r.y = normalized(loose_difference(product(slope, difference(a.x, r.x)), a.y));
  return r;
}

QUORATE_LANES_INLINE void store_points(const Points8& p, Point* const (&out)[width]) {
  alignas(64) std::uint64_t x[words], y[words];
  store(x, p.x);
  store(y, p.y);
  for (std::size_t i = 0; i < width; ++i) {
    *out[i] = Point::from_coordinates(lane(x, i), lane(y, i));
  }
}

/// Every lane of a buffer becomes its inverse; lanes hold no zero.
void invert_lanes(std::uint64_t* buffer) {
  Field values[width], prefix[width];
  Field running{1};
  for (std::size_t i = 0; i < width; ++i) {
    values[i] = lane(buffer, i);
    prefix[i] = running;
    running = running * values[i];
  }
  Field inverse = running.inverse();
  for (std::size_t i = width; i-- > 0;) {
    set_lane(buffer, i, (inverse * prefix[i]).normalized());
    inverse = inverse * values[i];
  }
}

/// First pass: the divisors of all groups and the products before them. @returns all of them
/// multiplied, lane by lane.
QUORATE_LANES Field8 multiply_up(std::span<const AffineJob> jobs, std::size_t groups,
                                 std::uint64_t* scratch, Nowhere& nowhere) {
  Field8 running = small(1);
  for (std::size_t g = 0; g < groups; ++g) {
    const Group group = group_of(jobs, g, nowhere);
    const Points8 a = load_points(group.a);
    const Points8 b = load_points(group.b);
    const Field8 divisor = divisor_of(a, b, special_lanes(a, b, group.infinite));
    store(scratch + 2 * words * g, divisor);
    store(scratch + 2 * words * g + words, running);
    running = product(running, divisor);
  }
  return running;
}

/// Trivial lanes: their sums are read before anything of the group is written.
void finish_group(const Group& group, const Special& special, Point (&trivial)[width]) {
  for (std::size_t i = 0; i < width; ++i) {
    if ((special.trivial >> i & 1) != 0) *group.sum[i] = trivial[i];
  }
}

QUORATE_LANES void divide_down(std::span<const AffineJob> jobs, std::size_t groups,
                               const std::uint64_t* scratch, Field8 inverse, Nowhere& nowhere) {
  for (std::size_t g = groups; g-- > 0;) {
    const Group group = group_of(jobs, g, nowhere);
    const Points8 a = load_points(group.a);
    const Points8 b = load_points(group.b);
    const Special special = special_lanes(a, b, group.infinite);
    const Field8 own = product(inverse, load(scratch + 2 * words * g + words));
    inverse = product(inverse, load(scratch + 2 * words * g));
    const Points8 sums = sum_of(a, b, special, own);
    if (special.trivial == 0) {
      store_points(sums, group.sum);
      continue;
    }
    Point trivial[width];
    for (std::size_t i = 0; i < width; ++i) trivial[i] = trivial_sum(*group.a[i], *group.b[i]);
    store_points(sums, group.sum);
    finish_group(group, special, trivial);
  }
}

// ---- Square roots, as Field::square_root.

QUORATE_LANES Field8 squared_times(Field8 x, int times) {
  for (int i = 0; i < times; ++i) x = squared(x);
  return x;
}

QUORATE_LANES Field8 square_root(const Field8& x) {
  const Field8 x2 = product(squared(x), x);
  const Field8 x3 = product(squared(x2), x);
  const Field8 x6 = product(squared_times(x3, 3), x3);
  const Field8 x9 = product(squared_times(x6, 3), x3);
  const Field8 x11 = product(squared_times(x9, 2), x2);
  const Field8 x22 = product(squared_times(x11, 11), x11);
  const Field8 x44 = product(squared_times(x22, 22), x22);
  const Field8 x88 = product(squared_times(x44, 44), x44);
  const Field8 x176 = product(squared_times(x88, 88), x88);
  const Field8 x220 = product(squared_times(x176, 44), x44);
  const Field8 x223 = product(squared_times(x220, 3), x3);
  const Field8 t = product(squared_times(x223, 23), x22);
  return squared_times(product(squared_times(t, 6), x2), 2);
}

/// Coordinates of the points with these x, and the lanes in which there is one.
struct Lifted {
  Points8 points;
  __mmask8 exist;
};

QUORATE_LANES Lifted lift(const Field8& x, __mmask8 want_odd) {
  const Field8 square = normalized(loose_sum(product(squared(x), x), small(7)));
  const Field8 root = normalized(square_root(square));
  const __mmask8 exist = equal(normalized(squared(root)), square);
  const __mmask8 is_odd = _mm512_test_epi64_mask(root.l[0], all(1));
  const Field8 other = normalized(loose_difference(small(0), root));
  return {{x, chosen(static_cast<__mmask8>(is_odd ^ want_odd), root, other)}, exist};
}

QUORATE_LANES void lift_eight(std::span<const Field> xs, std::span<const std::uint8_t> odd,
                              std::span<Point> out) {
  alignas(64) std::uint64_t x[words] = {}, y[words];
  unsigned want_odd = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    set_lane(x, i, xs[i]);
    want_odd |= odd[i] != 0 ? 1u << i : 0u;
  }
  const Lifted lifted = lift(load(x), static_cast<__mmask8>(want_odd));
  store(y, lifted.points.y);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    out[i] = (lifted.exist >> i & 1) != 0 ? Point::from_coordinates(xs[i], lane(y, i)) : Point{};
  }
}

}  // namespace

QUORATE_LANES void add_in_lanes(std::span<const AffineJob> jobs,
                                std::vector<std::uint64_t>& scratch) {
  Nowhere nowhere;
  const std::size_t groups = (jobs.size() + width - 1) / width;
  if (scratch.size() < 2 * words * groups) scratch.resize(2 * words * groups);
  alignas(64) std::uint64_t total[words];
  store(total, normalized(multiply_up(jobs, groups, scratch.data(), nowhere)));
  invert_lanes(total);
  divide_down(jobs, groups, scratch.data(), load(total), nowhere);
}

void lift_in_lanes(std::span<const Field> xs, std::span<const std::uint8_t> odd,
                   std::span<Point> out) {
  ASSERT(xs.size() == odd.size());
  ASSERT(xs.size() == out.size());
  for (std::size_t i = 0; i < xs.size(); i += width) {
    const std::size_t count = std::min(width, xs.size() - i);
    lift_eight(xs.subspan(i, count), odd.subspan(i, count), out.subspan(i, count));
  }
}

#else

bool has_lanes() { return false; }
void add_in_lanes(std::span<const AffineJob>, std::vector<std::uint64_t>&) { ASSERT(has_lanes()); }
void lift_in_lanes(std::span<const Field>, std::span<const std::uint8_t>, std::span<Point>) {
  ASSERT(has_lanes());
}

#endif

}  // namespace quorate::crypto
