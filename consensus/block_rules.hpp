// When a block is valid on what a node knows. Sealing is not looked at here; the clock neither.
// Source: SIP "Block Production during a Term", "Block Signing and Announcement"; Gap:
// docs/spec_gaps.md "Block header", "Dropped blocks", "Attempts".
#pragma once

#include "consensus/execution.hpp"

namespace quorate::consensus {

/// The outcome of checking a block: all that accepting it needs.
struct CheckedBlock {
  BlockNode* parent{};
  TermContextPtr context;
  std::shared_ptr<const KeyCertificate> producer_key;  ///< Of its term, on its own chain.
  std::shared_ptr<const KeyCertificate> stacker_key;
  std::shared_ptr<const ExecutedBlock> executed;
};

/// Finds what a header stands on and checks all that concerns its place.
/// @returns parked: burn_view_unknown, term_undecided, parent_unknown, dropped_tip_unknown.
/// Refused: header_bad_version, burn_view_mismatch, burn_view_outside_term, term_without_producers,
/// parent_below_final, block_wrong_height, wrong_term_parent, burn_view_off_branch,
/// timestamp_not_later, dropped_tip_missing, dropped_tip_not_descending or
/// dropped_tip_not_orphaned.
[[nodiscard]] Result<BlockPlace> place_block(const ExecutionRules& rules, const BlockTree& tree,
                                             const BlockHeader& header);

/// Checks a rejection certificate for (term, height, attempt) under a burn view that must be its r
/// or a descendant. @returns rejection_mismatch, rejection_off_branch or a refusal of the
/// certificate.
[[nodiscard]] Result<> check_rejection(const ExecutionRules& rules,
                                       const VoteCertificate& certificate,
                                       const StackerPlan& stackers, TermNumber term,
                                       BlockHeight height, std::uint32_t attempt, BurnNode& view);

/// Whether the body is the one the header names, so that the block's id stands for all of it.
/// @returns certificates_mismatch, transaction_twice or transactions_root_mismatch.
[[nodiscard]] Result<> check_contents(const Block& block);

/// Every rule but seal and clock. @returns what `place_block` returns, or
/// attempt_without_rejection, rejection_superfluous, what `check_rejection` returns,
/// parent_seal_missing, parent_seal_mismatch, a refusal of the parent's seal,
/// key_certificate_missing, key_certificate_superfluous, a refusal of a key certificate,
/// certificates_mismatch, block_too_big, coinbase_missing, a refusal of `Execution::apply` (detail:
/// which transaction), transactions_root_mismatch, term_cost_mismatch or state_root_mismatch.
[[nodiscard]] Result<CheckedBlock> check_block(const ExecutionRules& rules, const BlockTree& tree,
                                               const Block& block);

/// Verifies both group seals under the keys of the block's own chain.
[[nodiscard]] Result<> check_seal(const Params& params, const CheckedBlock& checked,
                                  const BlockId& id, const Seal& seal);

/// Whether neither view lies on the other's Bitcoin branch.
[[nodiscard]] bool are_rivals(const BurnChain& burn, const BurnView& a, BurnNode& b);

/// The longest tail that a block on `parent` with burn view `view` would drop: the latest accepted
/// descendant whose way down to `parent` does not belong to the block's own history. `parent`
/// itself if there is none.
[[nodiscard]] BlockNode& longest_tail(const BurnChain& burn, BlockNode& parent, TermNumber term,
                                      BurnNode& view);

}  // namespace quorate::consensus
