// The field of secp256k1, p = 2^256 − 0x1000003D1, in five limbs of 52 bits. PUBLIC data only:
// comparisons, inversion and roots take variable time.
//
// Bounds instead of constant reduction. A value is "tight" when limbs 0..3 are below 2^53 and limb
// 4 below 2^49; products, squares, parsed and normalized values are tight. Sums of tight values may
// grow: a product accepts factors of up to 8 units (limbs 0..3 < 2^56, limb 4 < 2^52), where a
// tight value counts 1, a sum the sum of its terms, and `negated<U>()` of a value of U units counts
// 2·U. Every formula in point.cpp notes its units.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace quorate::crypto {

class Field {
 public:
  constexpr Field() = default;
  constexpr explicit Field(std::uint64_t small) : limbs_{small, 0, 0, 0, 0} {}

  /// 32 bytes big-endian; false for values >= p.
  static bool parse(Field& out, const std::uint8_t* bytes32);
  /// 32 bytes big-endian of the reduced value.
  void serialize(std::uint8_t* bytes32) const;

  Field operator*(const Field& other) const {
    Columns c{};
    const auto& a = limbs_;
    const auto& b = other.limbs_;
    c[0] = wide(a[0], b[0]);
    c[1] = wide(a[0], b[1]) + wide(a[1], b[0]);
    c[2] = wide(a[0], b[2]) + wide(a[1], b[1]) + wide(a[2], b[0]);
    c[3] = wide(a[0], b[3]) + wide(a[1], b[2]) + wide(a[2], b[1]) + wide(a[3], b[0]);
    c[4] = wide(a[0], b[4]) + wide(a[1], b[3]) + wide(a[2], b[2]) + wide(a[3], b[1]) +
           wide(a[4], b[0]);
    c[5] = wide(a[1], b[4]) + wide(a[2], b[3]) + wide(a[3], b[2]) + wide(a[4], b[1]);
    c[6] = wide(a[2], b[4]) + wide(a[3], b[3]) + wide(a[4], b[2]);
    c[7] = wide(a[3], b[4]) + wide(a[4], b[3]);
    c[8] = wide(a[4], b[4]);
    return folded(c);
  }

  [[nodiscard]] Field squared() const {
    Columns c{};
    const auto& a = limbs_;
    const std::uint64_t a0 = 2 * a[0], a1 = 2 * a[1], a2 = 2 * a[2], a3 = 2 * a[3];
    c[0] = wide(a[0], a[0]);
    c[1] = wide(a0, a[1]);
    c[2] = wide(a0, a[2]) + wide(a[1], a[1]);
    c[3] = wide(a0, a[3]) + wide(a1, a[2]);
    c[4] = wide(a0, a[4]) + wide(a1, a[3]) + wide(a[2], a[2]);
    c[5] = wide(a1, a[4]) + wide(a2, a[3]);
    c[6] = wide(a2, a[4]) + wide(a[3], a[3]);
    c[7] = wide(a3, a[4]);
    c[8] = wide(a[4], a[4]);
    return folded(c);
  }

  /// Units add up.
  Field operator+(const Field& other) const {
    Field r;
    for (std::size_t i = 0; i < 5; ++i) r.limbs_[i] = limbs_[i] + other.limbs_[i];
    return r;
  }

  /// −x for x of at most U units; the result has 2·U.
  template <unsigned U>
  [[nodiscard]] Field negated() const {
    static_assert(U >= 1 && U <= 4);
    // 4·U·p limb by limb exceeds every limb of x, so nothing borrows.
    Field r;
    r.limbs_[0] = 4 * U * (mask - 0x1000003D0) - limbs_[0];
    for (std::size_t i = 1; i < 4; ++i) r.limbs_[i] = 4 * U * mask - limbs_[i];
    r.limbs_[4] = 4 * U * top_mask - limbs_[4];
    return r;
  }

  /// x·k for a small k: units times k.
  [[nodiscard]] Field times(std::uint64_t k) const {
    Field r;
    for (std::size_t i = 0; i < 5; ++i) r.limbs_[i] = limbs_[i] * k;
    return r;
  }

  /// The unique representative below p; up to 16 units.
  [[nodiscard]] Field normalized() const {
    // First bring the value below 2^256 + 2^49, then subtract p at most once.
    Limbs l = limbs_;
    l[0] += (l[4] >> 48) * fold;
    l[4] &= top_mask;
    carry(l);
    const bool at_least_p = (l[4] >> 48) != 0 ||
                            (l[4] == top_mask && (l[3] & l[2] & l[1]) == mask &&
                             l[0] >= mask - 0x1000003D0);
    if (at_least_p) {
      l[0] += fold;  // minus p, plus 2^256, which the mask below drops
      carry(l);
      l[4] &= top_mask;
    }
    Field r;
    r.limbs_ = l;
    return r;
  }
  /// The same residue made tight, from up to 32 units.
  [[nodiscard]] Field tightened() const {
    Limbs l = limbs_;
    l[0] += (l[4] >> 48) * fold;
    l[4] &= top_mask;
    carry(l);
    Field r;
    r.limbs_ = l;
    return r;
  }
  [[nodiscard]] bool is_zero() const { return normalized() == Field{}; }
  /// Only for a normalized value.
  [[nodiscard]] bool is_odd() const { return (limbs_[0] & 1) != 0; }
  /// Equality of representation: only for two normalized values.
  bool operator==(const Field&) const = default;

  /// Limbs of 52 bits, lowest first, for code that works on several elements at once.
  [[nodiscard]] const std::array<std::uint64_t, 5>& limbs() const { return limbs_; }
  static Field from_limbs(const std::array<std::uint64_t, 5>& limbs) {
    Field r;
    r.limbs_ = limbs;
    return r;
  }

  /// 1/x, and 0 for 0; tight argument.
  [[nodiscard]] Field inverse() const;
  /// A root of x if there is one (else the result squared differs from x).
  [[nodiscard]] Field square_root() const;

 private:
  using Limbs = std::array<std::uint64_t, 5>;
  using Columns = std::array<unsigned __int128, 9>;
  static constexpr std::uint64_t mask = (std::uint64_t{1} << 52) - 1;
  static constexpr std::uint64_t top_mask = (std::uint64_t{1} << 48) - 1;
  static constexpr std::uint64_t fold = 0x1000003D1;        // 2^256 mod p
  static constexpr std::uint64_t fold_limb = fold << 4;     // 2^260 mod p

  static void carry(Limbs& l) {
    for (std::size_t i = 0; i < 4; ++i) {
      l[i + 1] += l[i] >> 52;
      l[i] &= mask;
    }
  }
  static unsigned __int128 wide(std::uint64_t a, std::uint64_t b) {
    return static_cast<unsigned __int128>(a) * b;
  }
  /// Brings the upper columns down by 2^260 ≡ fold_limb and carries once.
  static Field folded(const Columns& c) {
    const auto low = [](unsigned __int128 x) { return static_cast<std::uint64_t>(x); };
    // Columns 5..8 as five limbs h0..h4 of weight 2^260·2^(52 i).
    unsigned __int128 d = c[5];
    const std::uint64_t h0 = low(d) & mask;
    d = (d >> 52) + c[6];
    const std::uint64_t h1 = low(d) & mask;
    d = (d >> 52) + c[7];
    const std::uint64_t h2 = low(d) & mask;
    d = (d >> 52) + c[8];
    const std::uint64_t h3 = low(d) & mask;
    const std::uint64_t h4 = low(d >> 52);
    // Column 4 first, so that its overflow can join column 0 before the carry runs.
    const unsigned __int128 e = c[4] + wide(h4, fold_limb);
    const std::uint64_t e_low = low(e) & mask;
    const std::uint64_t e_high = low(e >> 52);
    Field r;
    d = c[0] + wide(h0, fold_limb) + wide(e_high, fold_limb);
    r.limbs_[0] = low(d) & mask;
    d = (d >> 52) + c[1] + wide(h1, fold_limb);
    r.limbs_[1] = low(d) & mask;
    d = (d >> 52) + c[2] + wide(h2, fold_limb);
    r.limbs_[2] = low(d) & mask;
    d = (d >> 52) + c[3] + wide(h3, fold_limb);
    r.limbs_[3] = low(d) & mask;
    // < 2^64: the carry is below 2^63.4 and e_low below 2^52. What lies above 2^256 folds to limb
    // 0, which stays below 2^52 + 2^49.
    const std::uint64_t top = low(d >> 52) + e_low;
    r.limbs_[4] = top & top_mask;
    r.limbs_[0] += (top >> 48) * fold;
    return r;
  }

  Limbs limbs_{};
};

}  // namespace quorate::crypto
