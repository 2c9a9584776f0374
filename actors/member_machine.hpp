// The producer's and the stacker signer's machines as their shells see them, so that a simulation
// can put a faulty member in an honest one's place.
#pragma once

#include "actors/member_io.hpp"

namespace quorate::actors {

class MemberMachine {
 public:
  virtual ~MemberMachine() = default;
  [[nodiscard]] virtual MemberEffects step(Instant now, const MemberInput& input) = 0;
};

/// An honest member.
template <class Machine>
class MemberOf final : public MemberMachine {
 public:
  template <class... Arguments>
  explicit MemberOf(Arguments&&... arguments) : machine_(std::forward<Arguments>(arguments)...) {}
  MemberEffects step(Instant now, const MemberInput& input) override {
    return machine_.step(now, input);
  }

 private:
  Machine machine_;
};

}  // namespace quorate::actors
