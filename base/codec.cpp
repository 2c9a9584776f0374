#include "base/codec.hpp"

#include <bit>

namespace quorate {

Result<BitVector> BitVector::from(std::uint16_t bits, ByteView bytes) {
  if (bytes.size() != (bits + 7u) / 8u) return Errc::length_out_of_bounds;
  if (bits % 8 != 0 && (bytes.back() >> (bits % 8)) != 0) return Errc::spare_bits_set;
  BitVector out{bits};
  out.bytes_ = to_bytes(bytes);
  return out;
}

std::size_t BitVector::count() const {
  std::size_t n = 0;
  for (const std::uint8_t b : bytes_) n += static_cast<std::size_t>(std::popcount(b));
  return n;
}

std::string BitVector::to_text() const {
  std::string out;
  out.reserve(bits_);
  for (std::size_t i = 0; i < bits_; ++i) out.push_back(test(i) ? '1' : '0');
  return out;
}

}  // namespace quorate
