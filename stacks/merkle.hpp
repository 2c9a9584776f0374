// The Merkle tree over a block's transactions. Leaves and inner nodes are hashed with different
// tags; an odd row repeats its last hash, a single leaf too; no leaf at all gives zeros.
// Source: SIP-005 "Block Header"; docs/wire_formats.md "Transaction Merkle tree".
//
// Because of the repetition the lists [a, b, c] and [a, b, c, c] have one root: a block whose
// transaction ids are not all different must be refused before its root is compared.
#pragma once

#include <span>

#include "base/units.hpp"

namespace quorate::stacks {

[[nodiscard]] Hash256 merkle_root(std::span<const Txid> txids);

/// The hashes beside the way from one leaf up to the root.
struct MerkleProof {
  std::uint32_t index{};  ///< Position of the transaction in its block.
  List<Hash256, 32> siblings;
  bool operator==(const MerkleProof&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&MerkleProof::index, &MerkleProof::siblings);
  }
};

/// `index` must be a position in `txids`.
[[nodiscard]] MerkleProof prove_inclusion(std::span<const Txid> txids, std::uint32_t index);

/// The root that the proof leads to, to be compared with the header's.
/// @returns bad_merkle_index when the index does not fit the number of steps.
[[nodiscard]] Result<Hash256> root_of(const MerkleProof& proof, const Txid& txid);

}  // namespace quorate::stacks
