// Accepted blocks as a tree with the state after each. Source: SIP "Block Production during a
// Term"; Gap: docs/spec_gaps.md "Dropped blocks" (why it is a tree and not a list).
#pragma once

#include <unordered_map>

#include "consensus/block.hpp"
#include "consensus/plans.hpp"

namespace quorate::consensus {

/// What became of one transaction of a block.
struct TransactionOutcome {
  Txid txid;
  bool replayed{};
  std::optional<Errc> runtime_error;
  bool operator==(const TransactionOutcome&) const = default;
};

/// User transactions of dropped blocks that must come before any other. The list is shared by all
/// blocks that work it off.
struct ReplayQueue {
  struct Item {
    Txid txid;
    Bytes bytes;
  };
  std::shared_ptr<const std::vector<Item>> items;
  std::size_t next{};

  [[nodiscard]] std::size_t left() const { return items ? items->size() - next : 0; }
  [[nodiscard]] const Item* front() const { return left() > 0 ? &(*items)[next] : nullptr; }
};

/// Everything that follows from executing a block on its parent.
struct ExecutedBlock {
  Ledger ledger;
  MicroStx fees;  ///< Of this block, credited by its child.
  Cost added;
  Cost term_cost;
  std::vector<TransactionOutcome> outcomes;
  ReplayQueue replay;  ///< What is left to replay after this block.
  std::shared_ptr<const RewardStatement> parent_fees;
  std::shared_ptr<const RewardStatement> coinbase;
  std::vector<std::pair<BurnReference, Error>> ignored;
};

struct BlockNode {
  BlockId id;
  BlockHeader header;
  BlockNode* parent{};  ///< Null for genesis.
  std::vector<BlockNode*> children;
  Hash256 seal_hash;
  /// Null for genesis and once released.
  std::shared_ptr<const SealedBlock> sealed;
  bool releasable{};
  /// Sealed under known keys, but its Bitcoin block is unknown here: good for replaying its
  /// transactions and for nothing else (`executed` is null).
  bool is_witness{};
  /// Of the block's term and cycle; null for genesis.
  ProducerPlanPtr producers;
  StackerPlanPtr stackers;
  std::shared_ptr<const KeyCertificate> producer_key;
  std::shared_ptr<const KeyCertificate> stacker_key;
  /// Null once below what can still be built on.
  std::shared_ptr<const ExecutedBlock> executed;
  /// Transactions in block order, until released.
  std::vector<TransactionOutcome> outcomes;
  /// What is left to replay after this block.
  ReplayQueue replay;
  // Kept when `executed` is gone.
  std::shared_ptr<const RewardStatement> parent_fees;
  std::shared_ptr<const RewardStatement> coinbase;

  [[nodiscard]] bool is_genesis() const { return parent == nullptr; }
};

class BlockTree {
 public:
  /// Starts with genesis.
  explicit BlockTree(std::unique_ptr<BlockNode> genesis);

  [[nodiscard]] BlockNode& genesis() const { return *genesis_; }
  [[nodiscard]] BlockNode* find(const BlockId& id) const;
  /// Links an accepted block under its parent, which must be in the tree.
  BlockNode& insert(std::unique_ptr<BlockNode> node);

  /// Whether `below` is `node` or lies on its way to genesis.
  [[nodiscard]] static bool is_ancestor_or_same(const BlockNode& below, const BlockNode& node);
  [[nodiscard]] static const BlockNode& common_ancestor(const BlockNode& a, const BlockNode& b);

  /// User transactions of the blocks between `from` (exclusive) and `to`, then what `to` itself had
  /// still to replay; each once. `from` must be below `to`.
  [[nodiscard]] static ReplayQueue replay_between(const BlockNode& from, const BlockNode& to);

 private:
  std::unordered_map<BlockId, std::unique_ptr<BlockNode>> nodes_;  // never iterated
  BlockNode* genesis_;
};

}  // namespace quorate::consensus
