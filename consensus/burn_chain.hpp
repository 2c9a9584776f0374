// Bitcoin's tree with what follows from Bitcoin alone: the canonical branch, sortition hashes,
// operations, registered VRF keys, PreStx outputs. What also needs Stacks blocks is the
// `evaluation` that the chain hangs on a node (chain_evaluation.cpp). Source: docs/protocol.md
// "Bitcoin view"; SIP-001 (sortition hash, key registration).
#pragma once

#include <map>
#include <unordered_map>

#include "bitcoin/operations.hpp"
#include "consensus/plans.hpp"

namespace quorate::consensus {

/// What a Bitcoin block means once all its announcements are decided. Immutable.
struct BurnEvaluation {
  /// Of the block's term; null at the first burn height, which belongs to none.
  TermContextPtr term;
  /// Of the next term, on its eve.
  TermContextPtr next;
  /// Last counted at or below this block; none: genesis.
  std::optional<CountedAnnouncement> last;
  /// Last counted mined in this block's term so far.
  std::optional<CountedAnnouncement> last_in_term;
  /// Stackers of the next cycle, from its snapshot height to the end of this cycle.
  StackerPlanPtr next_stackers;
  // What counts in this very block, in order.
  std::vector<CountedAnnouncement> counted;
  std::vector<Enrollment> enrollments;
  std::vector<std::pair<BurnReference, Error>> ignored;
};

struct BurnNode {
  BurnView view;
  BurnHash parent_hash;
  bitcoin::RawHeader header;  ///< For `BurnTipChanged::links`.
  BurnNode* parent{};  ///< Null at the root of what is kept.
  std::vector<BurnNode*> children;
  bitcoin::SortitionHash sortition_hash;
  bitcoin::BlockOperations operations;
  std::vector<KeyRegistration> registrations;  ///< First of their key on this branch.
  std::vector<std::pair<BurnReference, Error>> ignored;
  std::shared_ptr<const BurnEvaluation> evaluation;  ///< Null: not decided yet.
};

class BurnChain {
 public:
  explicit BurnChain(const Params& params) : params_(&params) {}

  /// Adds a block that passed `bitcoin::check`. A known one is returned again.
  /// @returns burn_block_orphan, or burn_block_below_final when it would fork off below what
  /// `prune` kept.
  Result<BurnNode*> add(const bitcoin::BurnBlock& block);

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] BurnNode* find(const BurnHash& hash) const;
  [[nodiscard]] BurnNode* root() const { return canonical_.empty() ? nullptr : canonical_.front(); }
  /// The longest branch's end; of equally long ones the first seen.
  [[nodiscard]] BurnNode* tip() const { return canonical_.empty() ? nullptr : canonical_.back(); }
  /// Makes the longest branch canonical. @returns the last block common to the old and the new
  /// canonical branch if the tip moved, else null.
  BurnNode* update_tip();

  [[nodiscard]] BurnNode* canonical_at(BurnHeight height) const;
  [[nodiscard]] bool is_canonical(const BurnNode& node) const {
    return canonical_at(node.view.height) == &node;
  }
  /// A view below the root is canonical history.
  [[nodiscard]] bool is_canonical(const BurnView& view) const;
  /// The block of `node`'s branch at `height`, null below the root.
  [[nodiscard]] BurnNode* ancestor_at(BurnNode& node, BurnHeight height) const;
  /// Whether `view` is `node` or below it on its branch.
  [[nodiscard]] bool is_on_branch(const BurnView& view, BurnNode& node) const;

  /// The registration mined at `place` on the branch of `node`, or null.
  [[nodiscard]] const KeyRegistration* registration_at(const bitcoin::BurnPlace& place,
                                                       BurnNode& node) const;
  /// Whether output 1 of this transaction may authorise an operation mined in `node`.
  [[nodiscard]] bool is_pre_stx(const BurnTxid& txid, BurnNode& node) const;

  /// Forgets branches that do not contain the canonical block at `keep`, and everything below
  /// `root`, both canonical heights, root ≤ keep.
  void prune(BurnHeight root, BurnHeight keep);
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  void index_operations(BurnNode& node);
  void erase_branch(BurnNode& node);

  const Params* params_;
  std::unordered_map<BurnHash, std::unique_ptr<BurnNode>> nodes_;  // never iterated
  std::vector<BurnNode*> canonical_;  ///< From the root to the tip.
  BurnNode* longest_{};
  BurnHeight floor_{0};  ///< Nothing forks off below this height any more.
  /// Where each registration and PreStx was mined, on every branch.
  std::map<bitcoin::BurnPlace, std::vector<std::pair<BurnView, KeyRegistration>>> registrations_;
  std::map<crypto::VrfKey, std::vector<BurnView>> registered_keys_;
  std::map<BurnTxid, std::vector<BurnView>> pre_stx_;
};

}  // namespace quorate::consensus
