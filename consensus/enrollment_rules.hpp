// Whether an enrollment mined in term N−2 counts for term N, and how much it spent.
// Source: SIP "Producer Set Enrollments"; Gap: docs/spec_gaps.md "Anchor", "First input",
// "Recipients".
#pragma once

#include "bitcoin/operations.hpp"
#include "consensus/enrollment.hpp"
#include "consensus/recipients.hpp"
#include "consensus/terms.hpp"

namespace quorate::consensus {

/// The Bitcoin block that enrollments of one window are bound to: where the final counted
/// announcement of the term before was mined, or that term's last block if there was none.
struct Anchor {
  /// What `set_block` and `set_txoff` must say. Zero for the first window.
  bitcoin::BurnPlace set;
  /// State root of the last counted announcement at or before it.
  StateRoot state_root;
  /// Seed of the recipients: from the sortition hash and header hash at the anchor's height.
  Hash256 seed;
  bool operator==(const Anchor&) const = default;
};

/// What every enrollment mined in one term must say and pay.
struct EnrollmentWindow {
  TermNumber mined_in;
  Anchor anchor;
  CyclePhase phase{};
  /// Reward phase: one script per recipient, burn scripts where recipients ran out. Prepare phase:
  /// the burn script.
  std::vector<bitcoin::Script> outputs;
  bool operator==(const EnrollmentWindow&) const = default;

  /// The term it elects. Source: SIP "Producer Set Selection".
  [[nodiscard]] TermNumber target() const { return mined_in + 2; }
};

/// A window and what is left of the cycle's reward set after it.
struct OpenedWindow {
  EnrollmentWindow window;
  RewardSet remaining;
};

/// Opens the window of term `mined_in`: draws its recipients (they are used up whether or not
/// anybody enrolls), fills up with burn outputs, or asks for one burn output in the prepare phase.
[[nodiscard]] OpenedWindow open_window(const Params& params, TermNumber mined_in,
                                       const Anchor& anchor, RewardSet remaining);

/// Judges one mined enrollment. `registration` is the key registration at the place it names on its
/// own Bitcoin branch, or null.
/// @returns enrollment_wrong_anchor, enrollment_wrong_state_root, enrollment_key_unknown,
/// enrollment_key_too_new, enrollment_input_unknown, enrollment_wrong_first_input,
/// enrollment_outputs_missing, enrollment_wrong_recipients, enrollment_unequal_outputs,
/// enrollment_not_burnt or enrollment_spends_nothing.
[[nodiscard]] Result<Enrollment> judge_enrollment(const EnrollmentWindow& window,
                                                  const bitcoin::MinedOperation& mined,
                                                  const bitcoin::Enrollment& enrollment,
                                                  const KeyRegistration* registration);

}  // namespace quorate::consensus
