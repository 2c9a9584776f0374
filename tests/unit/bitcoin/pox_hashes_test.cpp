#include "bitcoin/pox_hashes.hpp"

#include <doctest/doctest.h>

#include "crypto/hash.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

std::vector<std::uint64_t> ancestors(std::uint64_t parent, std::uint64_t first) {
  std::vector<std::uint64_t> out;
  for (const BurnHeight h : consensus_hash_ancestors(BurnHeight{parent}, BurnHeight{first})) {
    out.push_back(h.value);
  }
  return out;
}

}  // namespace

TEST_CASE("next_sortition_hash: depends on both parts and their order") {
  SortitionHash s;
  BurnHash h;
  h.bytes.fill(1);
  const SortitionHash next = next_sortition_hash(s, h);
  CHECK(next != next_sortition_hash(next, h));
  CHECK(next != next_sortition_hash(s, BurnHash{}));
  Bytes both(32, 0);
  both.resize(64, 1);
  CHECK(next.view().size() == 32);
  CHECK(to_hex(next) == to_hex(crypto::sha256(both)));
}

TEST_CASE("ops_hash: of nothing is the hash of no bytes; order matters") {
  CHECK(to_hex(ops_hash({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BurnTxid a;
  BurnTxid b;
  b.bytes[0] = 1;
  CHECK(ops_hash({a, b}) != ops_hash({b, a}));
}

TEST_CASE("consensus_hash_ancestors: 0, 1, 3, 7 blocks back while at or above the first") {
  CHECK(ancestors(100, 85) == std::vector<std::uint64_t>{100, 99, 97, 93, 85});
  CHECK(ancestors(100, 86) == std::vector<std::uint64_t>{100, 99, 97, 93});
  CHECK(ancestors(5, 5) == std::vector<std::uint64_t>{5});
  CHECK(ancestors(4, 5).empty());
  CHECK(ancestors(3, 0) == std::vector<std::uint64_t>{3, 2, 0});
}

TEST_CASE("consensus_hash: every part changes it") {
  const ConsensusHash base = consensus_hash({}, {}, 0, "1", {});
  CHECK(consensus_hash({}, {}, 1, "1", {}) != base);
  CHECK(consensus_hash({}, {}, 0, "11", {}) != base);
  CHECK(consensus_hash({}, {}, 0, "1", {ConsensusHash{}}) != base);
}
