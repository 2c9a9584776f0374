#include "crypto/chacha_rng.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace quorate;
using namespace quorate::crypto;
using Rounds = ChaChaRng::Rounds;

namespace {

Bytes keystream(ChaChaRng rng, std::size_t words) {
  Bytes out;
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint32_t word = rng.next_u32();
    for (int shift = 0; shift < 32; shift += 8) {
      out.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return out;
}

Hash256 counting_seed() {
  Hash256 seed;
  std::iota(seed.bytes.begin(), seed.bytes.end(), std::uint8_t{0});
  return seed;
}

}  // namespace

// Source: draft-strombergson-chacha-test-vectors, TC1 (key and IV zero) for 256-bit keys.
TEST_CASE("chacha: published keystreams of the zero key") {
  CHECK(to_hex(keystream(ChaChaRng{Hash256{}, Rounds::twenty}, 16)) ==
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  CHECK(to_hex(keystream(ChaChaRng{Hash256{}, Rounds::twelve}, 16)) ==
        "9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f"
        "0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be");
}

TEST_CASE("chacha: the second block continues the first") {
  ChaChaRng words{counting_seed(), Rounds::twelve};
  ChaChaRng pairs{counting_seed(), Rounds::twelve};
  static_cast<void>(pairs.next_u32());  // so that pairs straddle the block border
  static_cast<void>(words.next_u32());
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t low = words.next_u32();
    const std::uint64_t high = words.next_u32();
    CHECK(pairs.next_u64() == (low | high << 32));
  }
}

TEST_CASE("chacha: a draw stays below n at both ends of the range") {
  ChaChaRng rng{counting_seed(), Rounds::twelve};
  for (const std::uint32_t n : {1u, 2u, 3u, 100u, 4000u, 0x80000000u, 0xffffffffu}) {
    for (int i = 0; i < 50; ++i) CHECK(rng.draw(n) < n);
  }
}

TEST_CASE("chacha: a power of two accepts half of the words, as rand 0.8 does") {
  // n = 1: the zone is 2^31 - 1, so a word is accepted when its value is below 2^31.
  ChaChaRng one{counting_seed(), Rounds::twelve};
  ChaChaRng word{counting_seed(), Rounds::twelve};
  for (int i = 0; i < 20; ++i) {
    CHECK(one.draw(1) == 0);
    while (word.next_u32() > 0x7fffffffu) {
    }
  }
  CHECK(one.next_u32() == word.next_u32());
}

TEST_CASE("chacha: shuffle swaps from the end with draws of shrinking range") {
  std::vector<int> shuffled(10);
  std::iota(shuffled.begin(), shuffled.end(), 0);
  std::vector<int> expected = shuffled;
  ChaChaRng a{counting_seed(), Rounds::twelve};
  ChaChaRng b{counting_seed(), Rounds::twelve};
  a.shuffle(shuffled);
  for (std::uint32_t i = 9; i >= 1; --i) std::swap(expected[i], expected[b.draw(i + 1)]);
  CHECK(shuffled == expected);
  std::sort(shuffled.begin(), shuffled.end());
  for (int i = 0; i < 10; ++i) CHECK(shuffled[static_cast<std::size_t>(i)] == i);
}
