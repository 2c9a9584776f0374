// What Bitcoin's history fixes about a generation before it signs: its members, weights and money.
// Plans are immutable and shared by every Bitcoin branch and block that refers to them.
// Source: SIP "Block Signing and Announcement" ("it is unambiguous as to which producer set and
// stacker set are active").
#pragma once

#include <memory>

#include "consensus/enrollment_rules.hpp"
#include "consensus/genesis.hpp"
#include "consensus/producer_selection.hpp"

namespace quorate::consensus {

/// The producers of one term.
struct ProducerPlan {
  ProducerSet producers;
  SignerSet signers;
  SetHash hash;
  std::vector<Enrollment> conflicts;       ///< See `Selection`.
  std::vector<ProducerEntry> unselected;
};

/// The stackers of one cycle.
struct StackerPlan {
  SignerSet signers;
  SetHash hash;
  /// Before any recipient of the cycle was drawn.
  RewardSet reward_set;
};

using ProducerPlanPtr = std::shared_ptr<const ProducerPlan>;
using StackerPlanPtr = std::shared_ptr<const StackerPlan>;

/// An announcement that counts.
struct CountedAnnouncement {
  BlockId block;
  BlockHeight height;
  StateRoot state_root;
  TermNumber term;
  BurnView at;
  BurnReference mined;
  bool operator==(const CountedAnnouncement&) const = default;
};

/// All that is fixed about a term on the eve of it, by the last Bitcoin block of the term before.
struct TermContext {
  TermNumber term;
  /// Last announced at the end of the term before: parent of the term's first block. Genesis: none.
  std::optional<CountedAnnouncement> base;
  /// Null when nobody ever enrolled in time.
  ProducerPlanPtr producers;
  ProducerPlanPtr next_producers;  ///< Of the term after this one.
  StackerPlanPtr stackers;
  /// Of the cycle after this term's, once its snapshot height has passed.
  StackerPlanPtr next_stackers;
  EnrollmentWindow window;  ///< For enrollments mined in this term.
  RewardSet remaining;      ///< Of the cycle, without this term's recipients.
};
using TermContextPtr = std::shared_ptr<const TermContext>;

}  // namespace quorate::consensus
