// A Bitcoin block as a node hears of it from its Bitcoin feed, with what Bitcoin itself does not
// put into a block: the scripts that are spent. Source: SIP "Producer Set Enrollments" (first-input
// rule); Gap: docs/spec_gaps.md "First input".
#pragma once

#include "bitcoin/block.hpp"

namespace quorate::bitcoin {

/// Bound on an encoded burn block: Bitcoin's largest block plus lengths and spent scripts.
inline constexpr std::size_t max_burn_block_bytes = 4 * 1024 * 1024;

struct BurnTx {
  /// The transaction as it stands in the block.
  Blob<max_weight> raw;
  /// One per input, in order, or none at all: a feed need only look them up for transactions whose
  /// first output is an OP_RETURN.
  List<Script, 100'000> spent_scripts;
  bool operator==(const BurnTx&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnTx::raw, &BurnTx::spent_scripts);
  }
};

struct BurnBlock {
  BurnHeight height;
  BurnHash hash;
  BurnHash parent;
  std::uint32_t time_s{};
  RawHeader header;
  /// In block order: the index in this list is the vtxindex.
  List<BurnTx, 20'000> transactions;
  bool operator==(const BurnBlock&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnBlock::height, &BurnBlock::hash, &BurnBlock::parent,
                           &BurnBlock::time_s, &BurnBlock::header, &BurnBlock::transactions);
  }
  [[nodiscard]] BurnView view() const { return {height, hash}; }
};

/// Decodes with the total bound. @returns burn_block_too_big or the codec's refusal.
[[nodiscard]] Result<BurnBlock> decode_burn_block(ByteView bytes);

/// Whether the block is what its header says: hash, parent, time, Merkle root over well-formed
/// transactions, one spent script per input or none. Proof of work is the feed's business.
/// @returns block_empty, burn_block_*_mismatch, spent_scripts_mismatch, or a transaction's refusal
/// with its index as detail.
[[nodiscard]] Result<> check(const BurnBlock& block);

/// A consistent block over the given transactions (at least one), for scripted chains and tests.
[[nodiscard]] BurnBlock make_burn_block(BurnHeight height, const BurnHash& parent,
                                        std::uint32_t time_s, std::uint32_t nonce,
                                        List<BurnTx, 20'000> transactions);

}  // namespace quorate::bitcoin
