#include "stacks/merkle.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::stacks;

namespace {

std::vector<Txid> txids(std::size_t count) {
  std::vector<Txid> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i].bytes[31] = static_cast<std::uint8_t>(i + 1);
  return out;
}

}  // namespace

TEST_CASE("merkle: nothing has the zero root, and the order of leaves matters") {
  CHECK(merkle_root({}).is_zero());
  auto leaves = txids(2);
  const Hash256 root = merkle_root(leaves);
  std::swap(leaves[0], leaves[1]);
  CHECK(merkle_root(leaves) != root);
}

TEST_CASE("merkle: an odd row repeats its last hash, so a repeated last leaf has the same root") {
  auto leaves = txids(3);
  const Hash256 root = merkle_root(leaves);
  leaves.push_back(leaves.back());
  CHECK(merkle_root(leaves) == root);
  auto single = txids(1);
  const Hash256 single_root = merkle_root(single);
  single.push_back(single.back());
  CHECK(merkle_root(single) == single_root);
}

TEST_CASE("merkle: every leaf of trees of 1 to 20 leaves can be proved, and only at its place") {
  for (std::size_t count = 1; count <= 20; ++count) {
    const auto leaves = txids(count);
    const Hash256 root = merkle_root(leaves);
    for (std::uint32_t i = 0; i < count; ++i) {
      MerkleProof proof = prove_inclusion(leaves, i);
      CHECK(decode<MerkleProof>(encode(proof)).value() == proof);
      CHECK(root_of(proof, leaves[i]).value() == root);
      CHECK(root_of(proof, Txid{}).value() != root);
      proof.siblings.front().bytes[0] ^= 1;
      CHECK(root_of(proof, leaves[i]).value() != root);
    }
  }
}

TEST_CASE("merkle: an index that needs more steps than the proof has is refused") {
  const auto leaves = txids(4);
  MerkleProof proof = prove_inclusion(leaves, 3);
  proof.index = 4;
  CHECK(root_of(proof, leaves[3]).code() == Errc::bad_merkle_index);
  proof.index = 0;
  proof.siblings.clear();
  CHECK(root_of(proof, leaves[0]).code() == Errc::bad_merkle_index);
}
