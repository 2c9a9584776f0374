#include "crypto/chacha_rng.hpp"

#include <bit>

namespace quorate::crypto {
namespace {

using Words = std::array<std::uint32_t, 16>;

std::uint32_t get_le(const std::uint8_t* in) {
  return static_cast<std::uint32_t>(in[0]) | static_cast<std::uint32_t>(in[1]) << 8 |
         static_cast<std::uint32_t>(in[2]) << 16 | static_cast<std::uint32_t>(in[3]) << 24;
}

/// Source: RFC 8439 §2.1.
void quarter_round(Words& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 7);
}

void double_round(Words& x) {
  for (std::size_t i = 0; i < 4; ++i) quarter_round(x, i, 4 + i, 8 + i, 12 + i);
  for (std::size_t i = 0; i < 4; ++i) {
    quarter_round(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
}

}  // namespace

// Words 0..3 "expand 32-byte k", 4..11 key, 12..13 block counter, 14..15 stream number (zero).
ChaChaRng::ChaChaRng(const Hash256& seed, Rounds rounds) : rounds_(static_cast<int>(rounds)) {
  input_[0] = 0x61707865;
  input_[1] = 0x3320646e;
  input_[2] = 0x79622d32;
  input_[3] = 0x6b206574;
  for (std::size_t i = 0; i < 8; ++i) input_[4 + i] = get_le(seed.bytes.data() + 4 * i);
}

void ChaChaRng::refill() {
  block_ = input_;
  for (int round = 0; round < rounds_; round += 2) double_round(block_);
  for (std::size_t i = 0; i < block_.size(); ++i) block_[i] += input_[i];
  if (++input_[12] == 0) ++input_[13];
  used_ = 0;
}

std::uint32_t ChaChaRng::next_u32() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

std::uint64_t ChaChaRng::next_u64() {
  const std::uint64_t low = next_u32();
  return low | static_cast<std::uint64_t>(next_u32()) << 32;
}

// A word v maps to the high half of v·n; it is rejected when the low half lies above the largest
// multiple of n's power-of-two scaling, so that every result has the same number of accepted words.
std::uint32_t ChaChaRng::draw(std::uint32_t n) {
  ASSERT(n > 0);
  const std::uint32_t zone = (n << std::countl_zero(n)) - 1;
  for (;;) {
    const std::uint64_t product = static_cast<std::uint64_t>(next_u32()) * n;
    if (static_cast<std::uint32_t>(product) <= zone) {
      return static_cast<std::uint32_t>(product >> 32);
    }
  }
}

}  // namespace quorate::crypto
