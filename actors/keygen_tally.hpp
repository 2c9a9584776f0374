// Who confirmed which dealing. A member's first word about a dealer stays: a member that says one
// thing and then another cannot move a count back and forth. Source: docs/threshold_signing.md
// "Rounds".
#pragma once

#include "messages/keygen_state.hpp"

namespace quorate::actors::keygen {

class ConfirmationTally {
 public:
  explicit ConfirmationTally(const consensus::SignerSet& set);

  /// Counts what `state` (of good shape) confirms and was not counted for this member before.
  void count(MemberIndex member, const messages::KeygenState& state);

  /// Weight of the members that confirmed this dealing of this dealer.
  [[nodiscard]] Weight weight(MemberIndex dealer, const Hash256& dealing) const;
  /// Whether every member of the set did.
  [[nodiscard]] bool is_unanimous(MemberIndex dealer, const Hash256& dealing) const;
  /// Whether every member has confirmed something.
  [[nodiscard]] bool is_complete() const { return confirmed_.count() == weights_.size(); }

 private:
  struct Count {
    Hash256 dealing;
    Weight weight;
    std::size_t members{};
  };
  [[nodiscard]] const Count* find(MemberIndex dealer, const Hash256& dealing) const;

  std::vector<Weight> weights_;
  BitVector confirmed_;
  std::vector<BitVector> counted_;          // by member: dealers it has spoken about
  std::vector<std::vector<Count>> counts_;  // by dealer; a few dealings each
};

}  // namespace quorate::actors::keygen
