// A Stacks block of this protocol: header, body, and the seal that makes it accepted.
// Source: SIP "Block Production during a Term", "Block Signing and Announcement"; Gap: the header's
// fields (docs/spec_gaps.md "Block header").
#pragma once

#include "consensus/cost.hpp"
#include "consensus/key_certificate.hpp"
#include "consensus/seal.hpp"

namespace quorate::consensus {

/// Largest encoded block the codec accepts; `Params::max_block_bytes` is the rule.
inline constexpr std::size_t max_block_bytes = 2'000'000;

struct BlockHeader {
  std::uint8_t version{1};
  BlockHeight height;
  std::uint32_t attempt{};
  TermNumber term;
  BurnView burn_view;        ///< Within its term, not below its parent's.
  BlockId parent;
  Hash256 parent_seal;       ///< Seal::hash of the parent; zero on top of genesis.
  BlockId dropped_tip;       ///< End of the tail that is replayed; zero: none.
  Hash256 transactions_root;
  StateRoot state_root;
  std::uint64_t timestamp_ms{};
  Cost term_cost;            ///< Used in the term including this block.
  Hash256 certificates;      ///< H of the optional body parts, in order.
  bool operator==(const BlockHeader&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BlockHeader::version, &BlockHeader::height, &BlockHeader::attempt,
                           &BlockHeader::term, &BlockHeader::burn_view, &BlockHeader::parent,
                           &BlockHeader::parent_seal, &BlockHeader::dropped_tip,
                           &BlockHeader::transactions_root, &BlockHeader::state_root,
                           &BlockHeader::timestamp_ms, &BlockHeader::term_cost,
                           &BlockHeader::certificates);
  }
  /// H("quorate/block" ‖ encoding). Different valid signer subsets are the same block.
  [[nodiscard]] BlockId id() const;
};

struct Block {
  BlockHeader header;
  /// Full seal of the parent (absent on top of genesis): fixes whose bits earn the parent's fees.
  std::optional<Seal> parent_seal;
  /// In the first block of a term / of a cycle.
  std::optional<KeyCertificate> producer_key;
  std::optional<KeyCertificate> stacker_key;
  /// Rejection certificate of the attempt before this one.
  std::optional<VoteCertificate> rejection;
  /// SIP-005 bytes: coinbase first in a term's first block, then replay, then the others.
  List<Blob<max_block_bytes>, 20'000> transactions;
  bool operator==(const Block&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Block::header, &Block::parent_seal, &Block::producer_key,
                           &Block::stacker_key, &Block::rejection, &Block::transactions);
  }
  [[nodiscard]] BlockId id() const { return header.id(); }
  /// What `header.certificates` must be: H of the encodings of the four optional parts.
  [[nodiscard]] Hash256 certificates_hash() const;
};

struct SealedBlock {
  Block block;
  Seal seal;
  bool operator==(const SealedBlock&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SealedBlock::block, &SealedBlock::seal);
  }
};

}  // namespace quorate::consensus
