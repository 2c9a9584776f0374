// Integers modulo the group order n, for PUBLIC data only: every operation here takes variable
// time. Secret scalars are `SecretScalar` (secret_scalar.hpp); there is no conversion from a secret
// type to `Scalar`, and none may be added.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace quorate::crypto {

/// A residue modulo n = FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFE BAAEDCE6 AF48A03B BFD25E8C D0364141,
/// always fully reduced. Variable time: public data only.
class Scalar {
 public:
  constexpr Scalar() = default;
  constexpr explicit Scalar(std::uint64_t small) : limbs_{small, 0, 0, 0} {}

  /// 32 bytes big-endian. @returns scalar_out_of_range for values >= n, length_out_of_bounds.
  static Result<Scalar> from_bytes(ByteView bytes);
  /// 32 bytes big-endian reduced modulo n: how hashes become scalars.
  static Scalar from_hash(const Hash256& hash);

  [[nodiscard]] Hash256 to_bytes() const;
  [[nodiscard]] bool is_zero() const {
    return (limbs_[0] | limbs_[1] | limbs_[2] | limbs_[3]) == 0;
  }

  Scalar operator+(const Scalar& other) const;
  Scalar operator-(const Scalar& other) const;
  Scalar operator*(const Scalar& other) const;
  Scalar operator-() const;
  Scalar& operator+=(const Scalar& other) { return *this = *this + other; }
  Scalar& operator-=(const Scalar& other) { return *this = *this - other; }
  Scalar& operator*=(const Scalar& other) { return *this = *this * other; }
  bool operator==(const Scalar&) const = default;

  /// The inverse of a non-zero scalar; asking for 1/0 is a bug of the caller.
  [[nodiscard]] Scalar inverse() const;

  /// Little-endian 64-bit limbs.
  [[nodiscard]] const std::array<std::uint64_t, 4>& limbs() const { return limbs_; }
  /// From limbs that are already below n.
  static Scalar from_limbs(const std::array<std::uint64_t, 4>& limbs);

 private:
  std::array<std::uint64_t, 4> limbs_{};
};

/// Replaces every element by its inverse with one inversion in all. No element may be zero.
void batch_inverse(std::span<Scalar> scalars);

}  // namespace quorate::crypto
