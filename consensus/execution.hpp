// Executes a block on its parent's state, step by step, for whoever checks it and whoever makes it:
// the parent's fees, the coinbase, on-Bitcoin operations, replay, other transactions, in this
// order. Source: SIP "Producer Rewards", "Block Production during a Term"; Gap: docs/spec_gaps.md
// "Order inside a block", "Dropped blocks".
#pragma once

#include <set>

#include "consensus/block_tree.hpp"
#include "consensus/burn_chain.hpp"
#include "consensus/coinbase.hpp"

namespace quorate::consensus {

/// What a block stands on. Everything here is known to be consistent.
struct BlockPlace {
  BlockNode* parent{};
  BurnNode* view{};
  TermContextPtr context;
  bool first_of_term{};
  bool first_of_cycle{};
  /// Only replay and the coinbase may stand in this term: its parent is older than the term before
  /// the previous one. Source: SIP "Introduction" item 3 ("in order for block production to
  /// continue").
  bool replay_only{};
  ReplayQueue replay;
};

/// What may be used of the rules while executing.
struct ExecutionRules {
  const Params& params;
  const CoinbaseSchedule& schedule;
  const BurnChain& burn;
};

class Execution {
 public:
  /// Pays the parent's fees to the producers named by `parent_bits` (null on genesis), opens the
  /// term if this is its first block, applies the operations of newly seen Bitcoin blocks.
  Execution(const ExecutionRules& rules, const BlockPlace& place, const BitVector* parent_bits);

  /// The bytes the first block of the term must begin with.
  [[nodiscard]] Bytes coinbase() const;
  /// The next transaction after the coinbase. A refusal changes nothing.
  /// @returns transaction_twice, replay_expected, term_is_replay_only, coinbase_misplaced,
  /// term_cost_exceeded, what makes the bytes no transaction, or why the ledger cannot apply it.
  Result<> apply(ByteView transaction);
  /// The transaction that must come next, if dropped blocks are still being replayed.
  [[nodiscard]] const ReplayQueue::Item* next_replay() const { return out_.replay.front(); }

  [[nodiscard]] const ExecutedBlock& result() const { return out_; }
  [[nodiscard]] const std::vector<Txid>& txids() const { return txids_; }
  ExecutedBlock finish() && { return std::move(out_); }

 private:
  void pay_parent(const BitVector& bits);
  void open_term();
  void apply_operations();
  Result<> replay(const Txid& txid, const stacks::Transaction& tx);
  Result<> transfer(const Txid& txid, const stacks::Transaction& tx);

  ExecutionRules rules_;
  const BlockPlace& place_;
  ExecutedBlock out_;
  Cost limit_;
  std::vector<Txid> txids_;
  std::set<Txid> seen_;
};

}  // namespace quorate::consensus
