#include "crypto/scalar.hpp"

#include <vector>

namespace quorate::crypto {
namespace {

using U64 = std::uint64_t;
using Limbs = std::array<U64, 4>;
using U128 = unsigned __int128;

constexpr Limbs order = {0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE,
                         0xFFFFFFFFFFFFFFFF};
/// 2^256 − n, 129 bits: what a carry out of 256 bits is worth.
constexpr std::array<U64, 3> complement = {0x402DA1732FC9BEBF, 0x4551231950B75FC4, 1};

bool is_reduced(const Limbs& a) {
  for (std::size_t i = 4; i-- > 0;) {
    if (a[i] != order[i]) return a[i] < order[i];
  }
  return false;
}

/// out = a − b; true when it borrowed.
bool subtract(Limbs& out, const Limbs& a, const Limbs& b) {
  U64 borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const U128 d = static_cast<U128>(a[i]) - b[i] - borrow;
    out[i] = static_cast<U64>(d);
    borrow = static_cast<U64>(d >> 64) & 1;
  }
  return borrow != 0;
}

/// out = a + b; true when it carried out of 256 bits.
bool add(Limbs& out, const Limbs& a, const Limbs& b) {
  U64 carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const U128 s = static_cast<U128>(a[i]) + b[i] + carry;
    out[i] = static_cast<U64>(s);
    carry = static_cast<U64>(s >> 64);
  }
  return carry != 0;
}

void reduce_once(Limbs& a) {
  if (!is_reduced(a)) subtract(a, a, order);
}

/// out[0..A+B) = a · b, schoolbook.
template <std::size_t A, std::size_t B>
std::array<U64, A + B> product(const U64* a, const U64* b) {
  std::array<U64, A + B> out{};
  for (std::size_t i = 0; i < A; ++i) {
    U64 carry = 0;
    for (std::size_t j = 0; j < B; ++j) {
      const U128 t = static_cast<U128>(a[i]) * b[j] + out[i + j] + carry;
      out[i + j] = static_cast<U64>(t);
      carry = static_cast<U64>(t >> 64);
    }
    out[i + B] = carry;
  }
  return out;
}

/// out = low 256 bits of `low` + `high`·complement, as N limbs.
template <std::size_t N, std::size_t H>
std::array<U64, N> fold(const U64* low, const U64* high) {
  const auto shifted = product<H, 3>(high, complement.data());
  std::array<U64, N> out{};
  U64 carry = 0;
  for (std::size_t i = 0; i < N; ++i) {
    const U128 s = static_cast<U128>(i < 4 ? low[i] : 0) + (i < H + 3 ? shifted[i] : 0) + carry;
    out[i] = static_cast<U64>(s);
    carry = static_cast<U64>(s >> 64);
  }
  return out;
}

/// 512 bits modulo n: 2^256 ≡ complement, three times (512 → 386 → 260 → 257 bits).
Limbs reduce_wide(const std::array<U64, 8>& wide) {
  const auto first = fold<7, 4>(wide.data(), wide.data() + 4);
  const auto second = fold<5, 3>(first.data(), first.data() + 4);
  const auto third = fold<5, 1>(second.data(), second.data() + 4);
  Limbs out = {third[0], third[1], third[2], third[3]};
  // third[4] is 0 or 1; with 1 the rest is tiny, so one more complement cannot carry again.
  if (third[4] != 0) add(out, out, {complement[0], complement[1], complement[2], 0});
  reduce_once(out);
  return out;
}

Limbs load(const std::uint8_t* bytes) {
  Limbs out;
  for (std::size_t i = 0; i < 4; ++i) out[i] = get_be<U64>(bytes + 8 * (3 - i));
  return out;
}

}  // namespace

Result<Scalar> Scalar::from_bytes(ByteView bytes) {
  if (bytes.size() != 32) return Errc::length_out_of_bounds;
  const Limbs limbs = load(bytes.data());
  if (!is_reduced(limbs)) return Errc::scalar_out_of_range;
  return from_limbs(limbs);
}

Scalar Scalar::from_hash(const Hash256& hash) {
  Limbs limbs = load(hash.bytes.data());
  reduce_once(limbs);
  return from_limbs(limbs);
}

Scalar Scalar::from_limbs(const Limbs& limbs) {
  ASSERT(is_reduced(limbs));
  Scalar out;
  out.limbs_ = limbs;
  return out;
}

Hash256 Scalar::to_bytes() const {
  Hash256 out;
  for (std::size_t i = 0; i < 4; ++i) put_be(out.bytes.data() + 8 * (3 - i), limbs_[i]);
  return out;
}

Scalar Scalar::operator+(const Scalar& other) const {
  Scalar out;
  // With a carry the true sum is 2^256 + out, and subtracting n once leaves a reduced value.
  if (add(out.limbs_, limbs_, other.limbs_) || !is_reduced(out.limbs_)) {
    subtract(out.limbs_, out.limbs_, order);
  }
  return out;
}

Scalar Scalar::operator-(const Scalar& other) const {
  Scalar out;
  if (subtract(out.limbs_, limbs_, other.limbs_)) add(out.limbs_, out.limbs_, order);
  return out;
}

Scalar Scalar::operator-() const { return Scalar{} - *this; }

Scalar Scalar::operator*(const Scalar& other) const {
  Scalar out;
  out.limbs_ = reduce_wide(product<4, 4>(limbs_.data(), other.limbs_.data()));
  return out;
}

Scalar Scalar::inverse() const {
  ASSERT(!is_zero());
  // Fermat: x^(n−2), four bits at a time.
  std::array<Scalar, 16> powers;
  powers[0] = Scalar{1};
  for (std::size_t i = 1; i < 16; ++i) powers[i] = powers[i - 1] * *this;
  Limbs exponent = order;
  exponent[0] -= 2;
  Scalar out{1};
  for (std::size_t nibble = 64; nibble-- > 0;) {
    for (int i = 0; i < 4; ++i) out = out * out;
    out = out * powers[(exponent[nibble / 16] >> (4 * (nibble % 16))) & 15];
  }
  return out;
}

void batch_inverse(std::span<Scalar> scalars) {
  if (scalars.empty()) return;
  // prefix[i] = product of the first i elements.
  std::vector<Scalar> prefix(scalars.size());
  Scalar running{1};
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    prefix[i] = running;
    running *= scalars[i];
  }
  Scalar inverse = running.inverse();
  for (std::size_t i = scalars.size(); i-- > 0;) {
    const Scalar own = inverse * prefix[i];
    inverse *= scalars[i];
    scalars[i] = own;
  }
}

}  // namespace quorate::crypto
