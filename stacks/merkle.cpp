#include "stacks/merkle.hpp"

#include "crypto/hash.hpp"

namespace quorate::stacks {
namespace {

Hash256 leaf_hash(const Txid& txid) {
  std::uint8_t data[1 + Txid::size] = {0x00};
  std::copy(txid.bytes.begin(), txid.bytes.end(), data + 1);
  return crypto::sha512_256(data);
}

Hash256 node_hash(const Hash256& left, const Hash256& right) {
  std::uint8_t data[1 + 2 * Hash256::size] = {0x01};
  std::copy(left.bytes.begin(), left.bytes.end(), data + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), data + 1 + Hash256::size);
  return crypto::sha512_256(data);
}

/// Leaf hashes with an even count, so that a single leaf has a sibling.
std::vector<Hash256> leaf_row(std::span<const Txid> txids) {
  std::vector<Hash256> row;
  row.reserve(txids.size() + 1);
  for (const Txid& txid : txids) row.push_back(leaf_hash(txid));
  if (row.size() % 2 == 1) row.push_back(row.back());
  return row;
}

/// The row above; of even count too unless it is the root.
std::vector<Hash256> row_above(const std::vector<Hash256>& row) {
  std::vector<Hash256> above;
  above.reserve(row.size() / 2 + 1);
  for (std::size_t i = 0; i < row.size(); i += 2) above.push_back(node_hash(row[i], row[i + 1]));
  if (above.size() > 1 && above.size() % 2 == 1) above.push_back(above.back());
  return above;
}

}  // namespace

Hash256 merkle_root(std::span<const Txid> txids) {
  if (txids.empty()) return {};
  std::vector<Hash256> row = leaf_row(txids);
  while (row.size() > 1) row = row_above(row);
  return row.front();
}

MerkleProof prove_inclusion(std::span<const Txid> txids, std::uint32_t index) {
  ASSERT(index < txids.size());
  MerkleProof proof;
  proof.index = index;
  std::uint32_t at = index;
  for (std::vector<Hash256> row = leaf_row(txids); row.size() > 1; row = row_above(row)) {
    proof.siblings.push_back(row[at ^ 1u]);
    at /= 2;
  }
  return proof;
}

Result<Hash256> root_of(const MerkleProof& proof, const Txid& txid) {
  if (proof.siblings.empty() || proof.siblings.size() > proof.siblings.max_count) {
    return Errc::bad_merkle_index;
  }
  if ((std::uint64_t{proof.index} >> proof.siblings.size()) != 0) return Errc::bad_merkle_index;
  Hash256 hash = leaf_hash(txid);
  std::uint32_t at = proof.index;
  for (const Hash256& sibling : proof.siblings) {
    hash = at % 2 == 0 ? node_hash(hash, sibling) : node_hash(sibling, hash);
    at /= 2;
  }
  return hash;
}

}  // namespace quorate::stacks
