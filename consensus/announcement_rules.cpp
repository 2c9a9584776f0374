#include "consensus/announcement_rules.hpp"

namespace quorate::consensus {

namespace {

/// The first two inputs must spend coins of the two groups. A key that is not known here is not
/// compared; then the answer is at best "undecided".
Result<> check_inputs(const AnnouncementView& view, const bitcoin::MinedOperation& mined) {
  const bitcoin::Script* producers = mined.spent_script(0);
  const bitcoin::Script* stackers = mined.spent_script(1);
  if (producers == nullptr || stackers == nullptr) return Errc::announcement_inputs_missing;
  if (view.producer_key != nullptr && *producers != group_script(*view.producer_key)) {
    return Error{Errc::announcement_wrong_signer, "producers"};
  }
  if (view.stacker_key != nullptr && *stackers != group_script(*view.stacker_key)) {
    return Error{Errc::announcement_wrong_signer, "stackers"};
  }
  return done();
}

Result<> check_block_named(const AnnouncementView& view, const bitcoin::Announcement& op) {
  const BlockHeader& header = view.block->header;
  if (header.term != op.term) return Errc::announcement_wrong_block_term;
  if (header.burn_view.height >= view.mined_in.view.height ||
      !view.burn.is_on_branch(header.burn_view, view.mined_in)) {
    return Errc::announcement_off_branch;
  }
  if (header.height != op.height || header.state_root != op.state_root) {
    return Errc::announcement_wrong_state;
  }
  if (!BlockTree::is_ancestor_or_same(*view.last, *view.block)) {
    return Errc::announcement_not_descending;
  }
  return done();
}

}  // namespace

bitcoin::Script group_script(const crypto::PublicKey& group_key) {
  const auto output = crypto::taproot_output_key(crypto::x_only(group_key), {});
  ASSERT(output.ok());  // Certified keys are curve points.
  return bitcoin::p2tr_script(output->key);
}

Result<CountedAnnouncement> judge_announcement(const AnnouncementView& view,
                                               const bitcoin::MinedOperation& mined,
                                               const bitcoin::Announcement& op) {
  if (op.term != view.mined_term) return Errc::announcement_wrong_term;
  if (view.block != nullptr && view.block->is_genesis()) return Errc::announcement_wrong_block_term;
  TRY(check_inputs(view, mined));
  if (view.block == nullptr) return Errc::announcement_undecided;
  ASSERT(view.producer_key != nullptr);
  ASSERT(view.stacker_key != nullptr);
  TRY(check_block_named(view, op));
  return CountedAnnouncement{op.block,           op.height, op.state_root, op.term,
                             view.mined_in.view, {mined.place, mined.txid}};
}

}  // namespace quorate::consensus
