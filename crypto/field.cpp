#include "crypto/field.hpp"

namespace quorate::crypto {
namespace {

Field squared_times(Field x, int times) {
  for (int i = 0; i < times; ++i) x = x.squared();
  return x;
}

/// x^(2^k − 1) for the block lengths that occur in p − 2 and (p + 1)/4.
struct Ones {
  Field two, twenty_two, all_223;
};

Ones blocks_of_ones(const Field& x) {
  const Field x2 = x.squared() * x;
  const Field x3 = x2.squared() * x;
  const Field x6 = squared_times(x3, 3) * x3;
  const Field x9 = squared_times(x6, 3) * x3;
  const Field x11 = squared_times(x9, 2) * x2;
  const Field x22 = squared_times(x11, 11) * x11;
  const Field x44 = squared_times(x22, 22) * x22;
  const Field x88 = squared_times(x44, 44) * x44;
  const Field x176 = squared_times(x88, 88) * x88;
  const Field x220 = squared_times(x176, 44) * x44;
  return {x2, x22, squared_times(x220, 3) * x3};
}

}  // namespace

bool Field::parse(Field& out, const std::uint8_t* bytes32) {
  std::uint64_t w[4];  // little-endian words
  for (std::size_t i = 0; i < 4; ++i) w[i] = get_be<std::uint64_t>(bytes32 + 8 * (3 - i));
  out.limbs_ = {w[0] & mask, ((w[0] >> 52) | (w[1] << 12)) & mask,
                ((w[1] >> 40) | (w[2] << 24)) & mask, ((w[2] >> 28) | (w[3] << 36)) & mask,
                w[3] >> 16};
  // Values >= p have all upper bits set and a low limb of at least p's.
  return !(out.limbs_[4] == top_mask && (out.limbs_[3] & out.limbs_[2] & out.limbs_[1]) == mask &&
           out.limbs_[0] >= mask - 0x1000003D0);
}

void Field::serialize(std::uint8_t* bytes32) const {
  const Limbs l = normalized().limbs_;
  put_be<std::uint64_t>(bytes32 + 24, l[0] | (l[1] << 52));
  put_be<std::uint64_t>(bytes32 + 16, (l[1] >> 12) | (l[2] << 40));
  put_be<std::uint64_t>(bytes32 + 8, (l[2] >> 24) | (l[3] << 28));
  put_be<std::uint64_t>(bytes32, (l[3] >> 36) | (l[4] << 16));
}

Field Field::inverse() const {
  // Fermat: p − 2 in binary is 223 ones, 0, 22 ones, 0000, 1, 0, 11, 0, 1.
  const Ones ones = blocks_of_ones(*this);
  Field t = squared_times(ones.all_223, 23) * ones.twenty_two;
  t = squared_times(t, 5) * *this;
  t = squared_times(t, 3) * ones.two;
  return squared_times(t, 2) * *this;
}

Field Field::square_root() const {
  // (p + 1)/4 in binary is 223 ones, 0, 22 ones, 0000, 11, 00.
  const Ones ones = blocks_of_ones(*this);
  const Field t = squared_times(ones.all_223, 23) * ones.twenty_two;
  return squared_times(squared_times(t, 6) * ones.two, 2);
}

}  // namespace quorate::crypto
