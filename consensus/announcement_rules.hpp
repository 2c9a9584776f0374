// When an announcement on Bitcoin counts. Source: SIP "Introduction" item 3, "State Snapshots" (an
// empty heading); Gap: docs/spec_gaps.md "Announcement".
#pragma once

#include "consensus/block_tree.hpp"
#include "consensus/burn_chain.hpp"

namespace quorate::consensus {

/// The output script of a group's coin: Taproot, internal key the group key, no script path.
/// Source: BIP 86, BIP 341.
[[nodiscard]] bitcoin::Script group_script(const crypto::PublicKey& group_key);

/// What a node knows when it judges an announcement.
struct AnnouncementView {
  const BurnChain& burn;
  BurnNode& mined_in;
  TermNumber mined_term;
  /// The named block, null if it is not known here.
  const BlockNode* block{};
  /// The group keys of the term and cycle, null if not known here. With the block known they are
  /// those of its own chain.
  const crypto::PublicKey* producer_key{};
  const crypto::PublicKey* stacker_key{};
  /// Block of the last counted announcement; genesis before the first.
  const BlockNode* last{};
};

/// @returns announcement_wrong_term, announcement_inputs_missing, announcement_wrong_signer,
/// announcement_wrong_block_term, announcement_off_branch, announcement_wrong_state or
/// announcement_not_descending; announcement_undecided while block or keys are missing and nothing
/// else speaks against it.
[[nodiscard]] Result<CountedAnnouncement> judge_announcement(const AnnouncementView& view,
                                                             const bitcoin::MinedOperation& mined,
                                                             const bitcoin::Announcement& op);

}  // namespace quorate::consensus
