// Bitcoin blocks: the 80-byte header, the Merkle tree over txids, the list of transactions.
// Proof of work is not checked here: a node follows the chain of its own Bitcoin node.
#pragma once

#include "bitcoin/transaction.hpp"

namespace quorate::bitcoin {

/// The 80 bytes of a header.
using RawHeader = FixedBytes<struct RawHeaderTag, 80>;

///   version 4 | previous 32 | merkle root 32 | time 4 | bits 4 | nonce 4   (little-endian)
struct Header {
  std::uint32_t version{0x20000000};
  BurnHash previous;     ///< Display order.
  Hash256 merkle_root;   ///< Display order.
  std::uint32_t time_s{};
  std::uint32_t bits{};
  std::uint32_t nonce{};
  bool operator==(const Header&) const = default;

  /// Display order.
  [[nodiscard]] BurnHash hash() const;
};

[[nodiscard]] RawHeader encode_header(const Header& header);
/// Every 80 bytes are a header.
[[nodiscard]] Header decode_header(const RawHeader& bytes);
/// SHA256d of the bytes, display order.
[[nodiscard]] BurnHash hash_of(const RawHeader& bytes);

/// Root over txids (display order), display order. A row of odd length repeats its last entry; the
/// caller has at least one txid.
[[nodiscard]] Hash256 merkle_root(const std::vector<BurnTxid>& txids);

struct Block {
  Header header;
  std::vector<Transaction> transactions;
  bool operator==(const Block&) const = default;
};

[[nodiscard]] Bytes encode_block(const Block& block);
/// @returns block_empty, block_too_heavy or what is wrong with a transaction. Whether the Merkle
/// root fits is `burn_block.hpp`'s question.
[[nodiscard]] Result<Block> decode_block(ByteView bytes);

}  // namespace quorate::bitcoin
