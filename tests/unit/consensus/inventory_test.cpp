#include "consensus/inventory.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

namespace {

ChunkMeta meta(std::uint64_t version, std::uint8_t salt) {
  ChunkMeta m{ChunkVersion{version}, crypto::sha512_256(Bytes{salt}), {}};
  m.signature.bytes[1] = salt;
  return m;
}
std::vector<Hash256> all_digests(Inventory& inventory) {
  std::vector<Hash256> out;
  for (std::uint8_t level = 0; level <= inventory.root().level; ++level) {
    for (std::uint32_t i = 0; inventory.contains({level, i}); ++i) {
      out.push_back(inventory.digest({level, i}));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("mark_of: golden, differs by content and by signature, zero when unwritten") {
  CHECK(mark_of(ChunkMeta{}).is_zero());
  CHECK(to_hex(mark_of(meta(1, 7))) == "f979ac7beeaa84d9");
  ChunkMeta other = meta(1, 7);
  other.signature.bytes[0] = 1;
  CHECK(mark_of(other) != mark_of(meta(1, 7)));
  CHECK(mark_of(meta(1, 8)) != mark_of(meta(1, 7)));
}

TEST_CASE("standing: by clock, and by mark when clocks agree") {
  const SlotEntry own{ChunkVersion{4}, ZeroBits{3}, ChunkMark{{1}}, 10};
  SlotEntry theirs = own;
  CHECK(standing(own, theirs) == Standing::same);
  theirs.mark.bytes[0] = 2;
  CHECK(standing(own, theirs) == Standing::undecided);
  theirs.zeros = ZeroBits{4};
  CHECK(standing(own, theirs) == Standing::ahead);
  theirs.zeros = ZeroBits{2};
  CHECK(standing(own, theirs) == Standing::behind);
  theirs.version = ChunkVersion{5};
  CHECK(standing(own, theirs) == Standing::ahead);
  theirs.version = ChunkVersion{3};
  CHECK(standing(own, theirs) == Standing::behind);
}

TEST_CASE(
    "inventory: the tree of 8,000 slots has 500, 32, 2 and 1 nodes; of 300 slots 19, 2 and 1") {
  Inventory stackers{8000};
  CHECK(stackers.root() == TreeNode{3, 0});
  CHECK(stackers.contains({0, 499}));
  CHECK_FALSE(stackers.contains({0, 500}));
  CHECK(stackers.contains({1, 31}));
  CHECK_FALSE(stackers.contains({1, 32}));
  CHECK(stackers.children({3, 0}).size() == 2);
  CHECK(stackers.children({1, 31}).size() == 4);
  CHECK_FALSE(stackers.contains({4, 0}));
  Inventory producers{300};
  CHECK(producers.root() == TreeNode{2, 0});
  CHECK(producers.slots({0, 18}).size() == 12);
  CHECK(producers.slots({0, 18}).front() == ChunkSlot{288});
  Inventory one{1};
  CHECK(one.root() == TreeNode{0, 0});
  CHECK(one.slots({0, 0}).size() == 1);
}

TEST_CASE("inventory: one changed slot changes exactly the digests above it") {
  Inventory inventory{8000};
  const std::vector<Hash256> before = all_digests(inventory);
  inventory.set(ChunkSlot{4711}, meta(1, 9), 77);
  const std::vector<Hash256> after = all_digests(inventory);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;
  CHECK(changed == 4);
  CHECK(after[4711 / 16] != before[4711 / 16]);
  CHECK(inventory.entry(ChunkSlot{4711}).version == ChunkVersion{1});
  CHECK(inventory.entry(ChunkSlot{4711}).bytes == 77);
  CHECK(inventory.entry(ChunkSlot{4711}).mark == mark_of(meta(1, 9)));
  inventory.set(ChunkSlot{4711}, {}, 0);
  CHECK(all_digests(inventory) == before);
}

TEST_CASE("inventory: equal contents give equal roots in any order of writing, also after clear") {
  Inventory a{300};
  Inventory b{300};
  for (std::uint32_t i = 0; i < 300; ++i)
    a.set(ChunkSlot{i}, meta(1, static_cast<std::uint8_t>(i)), 1);
  for (std::uint32_t i = 300; i-- > 0;) {
    b.set(ChunkSlot{i}, meta(9, 1), 1);
    static_cast<void>(b.digest(b.root()));
    b.set(ChunkSlot{i}, meta(1, static_cast<std::uint8_t>(i)), 1);
  }
  CHECK(a.digest(a.root()) == b.digest(b.root()));
  CHECK(to_hex(a.digest(a.root())) ==
        "8e1038cbb03b6d87eb671b1555b4439e9c52be9642b158dd20b683f455d7d82b");
  a.clear();
  Inventory empty{300};
  CHECK(a.digest(a.root()) == empty.digest(empty.root()));
}
