// Between nodes: accepted blocks, catching up, transactions, and the scripted Bitcoin's feed.
// Source: docs/protocol.md "Between nodes"; each message bounded.
#pragma once

#include "bitcoin/burn_block.hpp"
#include "consensus/block.hpp"

namespace quorate::messages {

/// Sent after every accepted block and on a timer: what the sender has.
struct TipStatus {
  BlockHeight height;
  BlockId tip;
  BurnView burn_tip;
  bool operator==(const TipStatus&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&TipStatus::height, &TipStatus::tip, &TipStatus::burn_tip);
  }
};
/// An accepted block, pushed once to every peer.
struct BlockPush {
  consensus::SealedBlock block;
  bool operator==(const BlockPush&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BlockPush::block); }
};
/// Asks for accepted blocks of the sender's chain from the highest one both know. The receiver
/// answers with pushes, parents and dropped tails first: at most 64 and 4 MiB.
struct BlocksWanted {
  /// Own chain, tip first, thinning out exponentially; then the highest tips beside it.
  List<BlockId, 32> known;
  bool operator==(const BlocksWanted&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BlocksWanted::known); }
};
using ChainMessage = std::variant<TipStatus, BlockPush, BlocksWanted>;

/// Mempool gossip by id.
struct TransactionsKnown {
  List<Txid, 1024> txids;
  bool operator==(const TransactionsKnown&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&TransactionsKnown::txids); }
};
struct TransactionsWanted {
  List<Txid, 1024> txids;
  bool operator==(const TransactionsWanted&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&TransactionsWanted::txids); }
};
struct Transactions {
  List<SharedBlob<65536>, 256> bytes;
  bool operator==(const Transactions&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Transactions::bytes); }
};
using TransactionMessage = std::variant<TransactionsKnown, TransactionsWanted, Transactions>;

/// Scripted Bitcoin → follower: a new tip. Follower → scripted Bitcoin: the rest.
struct BurnTipNotice {
  BurnView tip;
  bool operator==(const BurnTipNotice&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BurnTipNotice::tip); }
};
struct BurnBlocksWanted {
  List<BurnHash, 32> known;  ///< Own canonical chain, tip first, thinning out exponentially.
  bool operator==(const BurnBlocksWanted&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BurnBlocksWanted::known); }
};
struct BurnBlockPush {
  bitcoin::BurnBlock block;
  bool operator==(const BurnBlockPush&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BurnBlockPush::block); }
};
struct BurnTransactionSubmit {
  Blob<400'000> raw;
  bool operator==(const BurnTransactionSubmit&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&BurnTransactionSubmit::raw); }
};
/// Asks for (and brings) the unspent outputs paying a script.
struct CoinsWanted {
  Blob<128> script;
  bool operator==(const CoinsWanted&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&CoinsWanted::script); }
};
struct CoinRow {
  BurnTxid txid;
  std::uint32_t output{};
  Sats value;
  bool operator==(const CoinRow&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&CoinRow::txid, &CoinRow::output, &CoinRow::value);
  }
};
struct Coins {
  Blob<128> script;
  List<CoinRow, 1024> coins;
  bool operator==(const Coins&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Coins::script, &Coins::coins); }
};
using BurnMessage = std::variant<BurnTipNotice, BurnBlocksWanted, BurnBlockPush,
                                 BurnTransactionSubmit, CoinsWanted, Coins>;

}  // namespace quorate::messages
