// Eight elements of the field at once, on processors with AVX-512 IFMA: one element per 64-bit
// lane, five limbs of 52 bits as in field.hpp. PUBLIC data only. Internal to crypto/*_lanes.cpp,
// whose callers have asked `has_lanes()`; every function carries the instruction set it needs, so
// no other code is compiled for it.
//
// A product reads 52 bits of each limb, so here a value is "tight" when limbs 0..3 are below 2^52
// and limb 4 is below 2^49. Everything that leaves a function of this file is tight.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/field.hpp"

#define QUORATE_LANES __attribute__((target("avx512f,avx512dq,avx512ifma")))
#define QUORATE_LANES_INLINE \
  __attribute__((target("avx512f,avx512dq,avx512ifma"), always_inline)) inline

namespace quorate::crypto {

struct Field8 {
  __m512i l[5];
};

namespace lanes {

constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 52) - 1;
constexpr std::uint64_t top_mask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t fold = 0x1000003D1;     // 2^256 mod p
constexpr std::uint64_t fold_limb = fold << 4;  // 2^260 mod p

QUORATE_LANES_INLINE __m512i all(std::uint64_t x) {
  return _mm512_set1_epi64(static_cast<long long>(x));
}
QUORATE_LANES_INLINE __m512i low(__m512i sum, __m512i a, __m512i b) {
  return _mm512_madd52lo_epu64(sum, a, b);
}
QUORATE_LANES_INLINE __m512i high(__m512i sum, __m512i a, __m512i b) {
  return _mm512_madd52hi_epu64(sum, a, b);
}
QUORATE_LANES_INLINE __m512i plus(__m512i a, __m512i b) { return _mm512_add_epi64(a, b); }

QUORATE_LANES_INLINE __m512i minus(__m512i a, __m512i b) { return _mm512_sub_epi64(a, b); }

QUORATE_LANES_INLINE void carry_one(__m512i& from, __m512i& to) {
  to = plus(to, _mm512_srli_epi64(from, 52));
  from = _mm512_and_si512(from, all(limb_mask));
}

/// Tight from limbs below 2^60: what lies above 2^256 goes to limb 0 first, then carries run.
QUORATE_LANES_INLINE Field8 tightened(const Field8& x) {
  Field8 r = x;
  r.l[0] = low(r.l[0], _mm512_srli_epi64(r.l[4], 48), all(fold));
  r.l[4] = _mm512_and_si512(r.l[4], all(top_mask));
  carry_one(r.l[0], r.l[1]);
  carry_one(r.l[1], r.l[2]);
  carry_one(r.l[2], r.l[3]);
  carry_one(r.l[3], r.l[4]);
  return r;
}

/// From ten columns below 2^57: columns 5..9 weigh 2^260 and more and come down by fold_limb.
QUORATE_LANES_INLINE Field8 reduced(__m512i (&c)[10]) {
  const __m512i f = all(fold_limb);
  carry_one(c[5], c[6]);
  carry_one(c[6], c[7]);
  carry_one(c[7], c[8]);
  carry_one(c[8], c[9]);
  // c[9] is below 2^46, so its product with f reaches one limb beyond the fifth.
  const __m512i beyond = high(_mm512_setzero_si512(), c[9], f);
  Field8 r{{low(low(c[0], c[5], f), beyond, f), low(high(high(c[1], c[5], f), beyond, f), c[6], f),
            low(high(c[2], c[6], f), c[7], f), low(high(c[3], c[7], f), c[8], f),
            low(high(c[4], c[8], f), c[9], f)}};
  return tightened(r);
}

/// columns[0..5] += a·b.
QUORATE_LANES_INLINE void add_row(__m512i* columns, __m512i a, const Field8& b) {
  columns[0] = low(columns[0], a, b.l[0]);
  columns[1] = high(columns[1], a, b.l[0]);
  columns[1] = low(columns[1], a, b.l[1]);
  columns[2] = high(columns[2], a, b.l[1]);
  columns[2] = low(columns[2], a, b.l[2]);
  columns[3] = high(columns[3], a, b.l[2]);
  columns[3] = low(columns[3], a, b.l[3]);
  columns[4] = high(columns[4], a, b.l[3]);
  columns[4] = low(columns[4], a, b.l[4]);
  columns[5] = high(columns[5], a, b.l[4]);
}

QUORATE_LANES_INLINE Field8 product(const Field8& a, const Field8& b) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i c[10] = {zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
  add_row(c, a.l[0], b);
  add_row(c + 1, a.l[1], b);
  add_row(c + 2, a.l[2], b);
  add_row(c + 3, a.l[3], b);
  add_row(c + 4, a.l[4], b);
  return reduced(c);
}

/// columns[0], columns[1] += a·b.
QUORATE_LANES_INLINE void add_term(__m512i* columns, __m512i a, __m512i b) {
  columns[0] = low(columns[0], a, b);
  columns[1] = high(columns[1], a, b);
}

QUORATE_LANES_INLINE Field8 squared(const Field8& a) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i c[10] = {zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
  // Mixed terms once, doubled as sums (a doubled limb would not fit its 52 bits).
  add_term(c + 1, a.l[0], a.l[1]);
  add_term(c + 2, a.l[0], a.l[2]);
  add_term(c + 3, a.l[0], a.l[3]);
  add_term(c + 4, a.l[0], a.l[4]);
  add_term(c + 3, a.l[1], a.l[2]);
  add_term(c + 4, a.l[1], a.l[3]);
  add_term(c + 5, a.l[1], a.l[4]);
  add_term(c + 5, a.l[2], a.l[3]);
  add_term(c + 6, a.l[2], a.l[4]);
  add_term(c + 7, a.l[3], a.l[4]);
  c[1] = plus(c[1], c[1]);
  c[2] = plus(c[2], c[2]);
  c[3] = plus(c[3], c[3]);
  c[4] = plus(c[4], c[4]);
  c[5] = plus(c[5], c[5]);
  c[6] = plus(c[6], c[6]);
  c[7] = plus(c[7], c[7]);
  c[8] = plus(c[8], c[8]);
  add_term(c, a.l[0], a.l[0]);
  add_term(c + 2, a.l[1], a.l[1]);
  add_term(c + 4, a.l[2], a.l[2]);
  add_term(c + 6, a.l[3], a.l[3]);
  add_term(c + 8, a.l[4], a.l[4]);
  return reduced(c);
}

/// a − b before carries: 2p is added limb by limb, so nothing borrows for a tight b.
QUORATE_LANES_INLINE Field8 loose_difference(const Field8& a, const Field8& b) {
  const __m512i middle = all(2 * limb_mask);
  return {{minus(plus(a.l[0], all(2 * (limb_mask - (fold - 1)))), b.l[0]),
           minus(plus(a.l[1], middle), b.l[1]), minus(plus(a.l[2], middle), b.l[2]),
           minus(plus(a.l[3], middle), b.l[3]), minus(plus(a.l[4], all(2 * top_mask)), b.l[4])}};
}
QUORATE_LANES_INLINE Field8 difference(const Field8& a, const Field8& b) {
  return tightened(loose_difference(a, b));
}
QUORATE_LANES_INLINE Field8 loose_sum(const Field8& a, const Field8& b) {
  return {{plus(a.l[0], b.l[0]), plus(a.l[1], b.l[1]), plus(a.l[2], b.l[2]), plus(a.l[3], b.l[3]),
           plus(a.l[4], b.l[4])}};
}
QUORATE_LANES_INLINE Field8 sum(const Field8& a, const Field8& b) {
  return tightened(loose_sum(a, b));
}

/// Lanes of `mask` from `b`, the others from `a`.
QUORATE_LANES_INLINE Field8 chosen(__mmask8 mask, const Field8& a, const Field8& b) {
  Field8 r;
  r.l[0] = _mm512_mask_blend_epi64(mask, a.l[0], b.l[0]);
  r.l[1] = _mm512_mask_blend_epi64(mask, a.l[1], b.l[1]);
  r.l[2] = _mm512_mask_blend_epi64(mask, a.l[2], b.l[2]);
  r.l[3] = _mm512_mask_blend_epi64(mask, a.l[3], b.l[3]);
  r.l[4] = _mm512_mask_blend_epi64(mask, a.l[4], b.l[4]);
  return r;
}

/// The representative below p, from limbs below 2^60.
QUORATE_LANES_INLINE Field8 normalized(const Field8& x) {
  // Tight means below 2p. a >= p exactly when a + fold reaches 2^256; then the answer is a + fold −
  // 2^256.
  const Field8 a = tightened(x);
  Field8 b = a;
  b.l[0] = plus(b.l[0], all(fold));
  carry_one(b.l[0], b.l[1]);
  carry_one(b.l[1], b.l[2]);
  carry_one(b.l[2], b.l[3]);
  carry_one(b.l[3], b.l[4]);
  const __mmask8 at_least_p = _mm512_cmp_epu64_mask(b.l[4], all(top_mask), _MM_CMPINT_NLE);
  b.l[4] = _mm512_and_si512(b.l[4], all(top_mask));
  return chosen(at_least_p, a, b);
}

/// Lanes in which two normalized values are equal.
QUORATE_LANES_INLINE __mmask8 equal(const Field8& a, const Field8& b) {
  __mmask8 m = _mm512_cmpeq_epi64_mask(a.l[0], b.l[0]);
  m = _mm512_mask_cmpeq_epi64_mask(m, a.l[1], b.l[1]);
  m = _mm512_mask_cmpeq_epi64_mask(m, a.l[2], b.l[2]);
  m = _mm512_mask_cmpeq_epi64_mask(m, a.l[3], b.l[3]);
  return _mm512_mask_cmpeq_epi64_mask(m, a.l[4], b.l[4]);
}

/// The same small number in every lane.
QUORATE_LANES_INLINE Field8 small(std::uint64_t x) {
  const __m512i zero = _mm512_setzero_si512();
  return {{all(x), zero, zero, zero, zero}};
}

/// Limb by limb, eight words each; for buffers of 40 words.
constexpr std::size_t words = 40;
QUORATE_LANES_INLINE Field8 load(const std::uint64_t* p) {
  return {{_mm512_loadu_si512(p), _mm512_loadu_si512(p + 8), _mm512_loadu_si512(p + 16),
           _mm512_loadu_si512(p + 24), _mm512_loadu_si512(p + 32)}};
}
QUORATE_LANES_INLINE void store(std::uint64_t* p, const Field8& x) {
  _mm512_storeu_si512(p, x.l[0]);
  _mm512_storeu_si512(p + 8, x.l[1]);
  _mm512_storeu_si512(p + 16, x.l[2]);
  _mm512_storeu_si512(p + 24, x.l[3]);
  _mm512_storeu_si512(p + 32, x.l[4]);
}

/// Lane i of a buffer as a Field, and back. The field element must be normalized.
inline Field lane(const std::uint64_t* buffer, std::size_t i) {
  return Field::from_limbs(
      {buffer[i], buffer[8 + i], buffer[16 + i], buffer[24 + i], buffer[32 + i]});
}
inline void set_lane(std::uint64_t* buffer, std::size_t i, const Field& x) {
  for (std::size_t k = 0; k < 5; ++k) buffer[8 * k + i] = x.limbs()[k];
}

}  // namespace lanes
}  // namespace quorate::crypto

#endif  // __x86_64__
