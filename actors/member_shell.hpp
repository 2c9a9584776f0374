// What the shells of the two members (producer, stacker signer) share.
#pragma once

#include "actors/machine_shell.hpp"
#include "actors/member_machine.hpp"

namespace quorate::actors {

/// The machine behind its pointer.
class AnyMember {
 public:
  explicit AnyMember(std::unique_ptr<MemberMachine> machine) : machine_(std::move(machine)) {}
  MemberEffects step(Instant now, const MemberInput& input) { return machine_->step(now, input); }

 private:
  std::unique_ptr<MemberMachine> machine_;
};

template <class Self>
struct MemberEffectsOf : CommonEffects<Self> {
  using CommonEffects<Self>::CommonEffects;
  using CommonEffects<Self>::operator();

  void operator()(WriteChunk&& order) const {
    const bool producers = order.chunk.db.contract == rt::state(this->self_).producers_contract;
    this->tell(this->roles().replica(producers ? GroupKind::producers : GroupKind::stackers),
               messages::ChunkWrite{rt::state(this->self_).role, std::move(order.chunk),
                                    order.audience});
  }
  void operator()(AskKeeper&& order) const {
    this->tell(this->roles().keeper, messages::KeeperQuestion{rt::state(this->self_).role,
                                                              std::move(order.request)});
  }
  void operator()(ElectionOrder&& order) const {
    this->tell(this->roles().election, messages::ElectionAdvice{std::move(order)});
  }
  void operator()(const messages::AnnouncementSigned& both) const {
    this->tell(this->roles().announcer, both);
  }
  void operator()(const messages::LeadershipChanged& changed) const {
    this->tell(this->roles().announcer, changed);
  }
  void operator()(EvidenceFound&& found) const {
    this->ports().observer->on_evidence({found.group, found.generation, found.member,
                                         std::move(found.kind), std::move(found.proof)});
  }
};

struct MemberShell : MachineShell<AnyMember> {
  /// Tells the two Stacker DB families apart.
  Text<171> producers_contract;
};

}  // namespace quorate::actors
