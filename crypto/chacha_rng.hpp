// ChaCha keystream as a generator of public, reproducible choices (never of secrets).
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace quorate::crypto {

/// ChaCha with `rounds` rounds keyed with 32 seed bytes, zero nonce, counter from 0; the keystream
/// is read as little-endian u32 words. Source: SIP "Producer Set Enrollments" (ChaCha12), facts of
/// rand_chacha (64-bit counter, 64-bit stream).
class ChaChaRng {
 public:
  enum class Rounds : std::uint8_t { twelve = 12, twenty = 20 };
  ChaChaRng(const Hash256& seed, Rounds rounds);

  std::uint32_t next_u32();
  std::uint64_t next_u64();
  /// Uniform in [0, n), n > 0, by rand 0.8's widening-multiply rejection for u32.
  std::uint32_t draw(std::uint32_t n);

  /// Fisher–Yates from the end: for i = size−1 … 1 swap(i, draw(i+1)).
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[draw(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  void refill();
  std::array<std::uint32_t, 16> input_{};
  std::array<std::uint32_t, 16> block_{};
  std::size_t used_{16};
  int rounds_;
};

}  // namespace quorate::crypto
