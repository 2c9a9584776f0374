#include "crypto/endomorphism.hpp"

namespace quorate::crypto {
namespace {

using U64 = std::uint64_t;
using U128 = unsigned __int128;
using Limbs = std::array<U64, 4>;

// The lattice of pairs (a, b) with a + bλ ≡ 0 (mod n) has the short basis (a1, −b1), (b1, a2). The
// lattice point nearest to (k, 0) has coordinates round(k·a2/n) and round(k·b1/n); they are
// computed as (k·g + 2^382) >> 383 with g = round(2^383·a2/n) and round(2^383·b1/n).
// endomorphism_test checks that both halves stay below 2^128.
constexpr Limbs lambda_limbs = {0xe0cfc810b51283ce, 0xa880b9fc8ec739c2, 0x5ad9e3fd77ed9ba4,
                                0xac9c52b33fa3cf1f};
constexpr Limbs b1_limbs = {0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0};
constexpr Limbs a2_limbs = {0x57c1108d9d44cfd8, 0x14ca50f7a8e2f3f6, 1, 0};
constexpr Limbs a2_scaled = {0xff026aa4685017d1, 0xafde496087eee8a2, 0x2be08846cea267ec,
                             0x8a65287bd47179fb};
constexpr Limbs b1_scaled = {0xf449904d22edd818, 0x9ed5450a38f4653f, 0xf43648724942758a,
                             0x18436910d3ea35e6};
constexpr std::string_view beta_hex =
    "851695d49a83f8ef919bb86153cbcb16630fb68aed0a766a3ec693d68e6afa40";

/// (a·b + 2^382) >> 383, below 2^130.
Scalar scaled_product(const Limbs& a, const Limbs& b) {
  std::array<U64, 8> wide{};
  for (std::size_t i = 0; i < 4; ++i) {
    U64 carry = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const U128 t = static_cast<U128>(a[i]) * b[j] + wide[i + j] + carry;
      wide[i + j] = static_cast<U64>(t);
      carry = static_cast<U64>(t >> 64);
    }
    wide[i + 4] = carry;
  }
  // Bit 382 is bit 62 of limb 5: adding it rounds.
  const U64 rounded = wide[5] + (U64{1} << 62);
  U64 carry = rounded < wide[5] ? 1 : 0;
  const U64 w6 = wide[6] + carry;
  carry = w6 < carry ? 1 : 0;
  const U64 w7 = wide[7] + carry;
  return Scalar::from_limbs(
      {(rounded >> 63) | (w6 << 1), (w6 >> 63) | (w7 << 1), w7 >> 63, 0});
}

/// The representative nearest to zero; its size is below 2^128 by choice of the basis.
HalfScalar signed_half(const Scalar& k) {
  const bool negative = k.limbs()[3] != 0;
  const Scalar magnitude = negative ? -k : k;
  const Limbs& l = magnitude.limbs();
  ASSERT((l[2] | l[3]) == 0);
  return {(static_cast<U128>(l[1]) << 64) | l[0], negative};
}

Field beta() {
  static const Field value = [] {
    Field f;
    ASSERT(Field::parse(f, fixed_from_hex<Hash256>(beta_hex).value().bytes.data()));
    return f;
  }();
  return value;
}

}  // namespace

SplitScalar split(const Scalar& k) {
  static const Scalar lambda = Scalar::from_limbs(lambda_limbs);
  static const Scalar b1 = Scalar::from_limbs(b1_limbs);
  static const Scalar a2 = Scalar::from_limbs(a2_limbs);
  const Scalar c1 = scaled_product(k.limbs(), a2_scaled);
  const Scalar c2 = scaled_product(k.limbs(), b1_scaled);
  const Scalar second = c1 * b1 - c2 * a2;
  return {signed_half(k - lambda * second), signed_half(second)};
}

Point apply_endomorphism(const Point& p) {
  if (p.is_infinity()) return p;
  return Point::from_coordinates((p.x() * beta()).normalized(), p.y());
}

}  // namespace quorate::crypto
