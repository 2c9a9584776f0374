// What the shells of the two members (producer, stacker signer) share.
#pragma once

#include "actors/machine_shell.hpp"
#include "actors/member_io.hpp"

namespace quorate::actors {

/// A machine behind a pointer: its owner chooses which one (a simulation may choose a faulty one).
template <class Machine>
class Boxed {
 public:
  explicit Boxed(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
  auto step(Instant now, const MemberInput& input) { return machine_->step(now, input); }

 private:
  std::unique_ptr<Machine> machine_;
};

template <class Self>
struct MemberEffectsOf : CommonEffects<Self> {
  using CommonEffects<Self>::CommonEffects;
  using CommonEffects<Self>::operator();

  void operator()(WriteChunk&& order) const {
    const bool producers = order.chunk.db.contract == rt::state(this->self_).producers_contract;
    this->tell(this->roles().replica(producers ? GroupKind::producers : GroupKind::stackers),
               messages::ChunkWrite{rt::state(this->self_).role, std::move(order.chunk)});
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

template <class Machine>
struct MemberShell : MachineShell<Boxed<Machine>> {
  /// Tells the two Stacker DB families apart.
  Text<171> producers_contract;
};

}  // namespace quorate::actors
