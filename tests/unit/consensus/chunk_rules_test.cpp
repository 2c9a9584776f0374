#include "consensus/chunk_rules.hpp"

#include <doctest/doctest.h>

#include "crypto/chacha_rng.hpp"

using namespace quorate;
using namespace quorate::consensus;

namespace {

/// A hash with exactly `zeros` leading zero bits, made different by `salt` at its end.
Hash256 hash_with_zeros(std::uint16_t zeros, std::uint8_t salt = 0) {
  Hash256 hash;
  if (zeros < 256) hash.bytes[zeros / 8] = static_cast<std::uint8_t>(0x80 >> (zeros % 8));
  if (zeros < 240) hash.bytes[31] = salt;
  return hash;
}
ChunkMeta meta(std::uint64_t version, std::uint16_t zeros, std::uint8_t salt = 0,
               std::uint8_t signature = 0) {
  ChunkMeta m{ChunkVersion{version}, hash_with_zeros(zeros, salt), {}};
  m.signature.bytes[64] = signature;
  return m;
}
ChunkClock clock_at(std::uint64_t version, std::uint16_t zeros) {
  return {ChunkVersion{version}, ZeroBits{zeros}};
}

}  // namespace

TEST_CASE("leading_zero_bits: counted from the first byte's high bit, 0 to 256") {
  for (std::uint16_t zeros = 0; zeros <= 256; ++zeros) {
    CHECK(leading_zero_bits(hash_with_zeros(zeros)) == ZeroBits{zeros});
  }
}

TEST_CASE("clock_of: an unwritten slot stands at zero, though its zero hash has 256 zero bits") {
  CHECK(clock_of(ChunkMeta{}) == ChunkClock{});
  CHECK(clock_of(meta(3, 17)) == clock_at(3, 17));
}

TEST_CASE("accept_write: the first version of a fresh slot is at least 1") {
  CHECK(accept_write(ChunkClock{}, meta(1, 0)).value() == clock_at(1, 0));
  CHECK(accept_write(ChunkClock{}, meta(9, 2)).value() == clock_at(9, 2));
  CHECK(accept_write(ChunkClock{}, meta(0, 256)).code() == Errc::version_zero);
}

TEST_CASE("accept_write: a higher version is accepted whatever its hash, a lower one refused") {
  CHECK(accept_write(clock_at(5, 100), meta(6, 0)).value() == clock_at(6, 0));
  CHECK(accept_write(clock_at(5, 0), meta(4, 100)).code() == Errc::stale_version);
}

TEST_CASE("accept_write: an equal version needs strictly more zero bits") {
  CHECK(accept_write(clock_at(5, 3), meta(5, 4)).value() == clock_at(5, 4));
  CHECK(accept_write(clock_at(5, 3), meta(5, 3)).code() == Errc::weak_hash);
  CHECK(accept_write(clock_at(5, 3), meta(5, 2)).code() == Errc::weak_hash);
}

TEST_CASE("merge_order: version, then smaller hash, then smaller signature") {
  CHECK(merge_order(meta(2, 0), meta(1, 50)) > 0);
  CHECK(merge_order(meta(2, 5), meta(2, 4)) > 0);
  CHECK(merge_order(meta(2, 5, 1), meta(2, 5, 2)) > 0);
  CHECK(merge_order(meta(2, 5, 1, 1), meta(2, 5, 1, 2)) > 0);
  CHECK(merge_order(meta(2, 5, 1, 2), meta(2, 5, 1, 2)) == 0);
  CHECK(merge_order(meta(1, 0, 1), ChunkMeta{}) > 0);
}

TEST_CASE("merge_chunk: keeps, recognises or replaces") {
  CHECK(merge_chunk(meta(2, 5, 1), meta(2, 5, 2)) == Merge::keep);
  CHECK(merge_chunk(meta(2, 5, 1), meta(2, 5, 1)) == Merge::same);
  CHECK(merge_chunk(meta(2, 5, 2), meta(2, 5, 1)) == Merge::replace);
}

TEST_CASE("merge_order: extends the client's rule and is a total order") {
  const std::uint64_t seed = 4711;
  INFO("seed ", seed);
  Hash256 key;
  put_be(key.bytes.data(), seed);
  crypto::ChaChaRng rng{key, crypto::ChaChaRng::Rounds::twelve};
  const auto random_meta = [&] {
    return meta(1 + rng.draw(3), static_cast<std::uint16_t>(rng.draw(4)),
                static_cast<std::uint8_t>(rng.draw(3)), static_cast<std::uint8_t>(rng.draw(3)));
  };
  for (int i = 0; i < 20'000; ++i) {
    const ChunkMeta a = random_meta();
    const ChunkMeta b = random_meta();
    const ChunkMeta c = random_meta();
    CHECK((merge_order(a, b) == 0) == (a == b));
    CHECK((merge_order(a, b) < 0) == (merge_order(b, a) > 0));
    if (merge_order(a, b) <= 0 && merge_order(b, c) <= 0) CHECK(merge_order(a, c) <= 0);
    if (accept_write(clock_of(a), b).ok()) CHECK(merge_order(b, a) > 0);
  }
}

TEST_CASE("is_equivocation: one version with two contents, not two signatures of one content") {
  CHECK(is_equivocation(meta(2, 5, 1), meta(2, 5, 2)));
  CHECK_FALSE(is_equivocation(meta(2, 5, 1), meta(3, 5, 2)));
  CHECK_FALSE(is_equivocation(meta(2, 5, 1, 1), meta(2, 5, 1, 2)));
}
