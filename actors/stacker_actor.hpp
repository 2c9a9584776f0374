// Shell of the stacker machine.
#pragma once

#include "actors/member_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::StackerSignerActor spawn_stacker(
    caf::actor_system& system, const Wiring& node, const consensus::Params& params,
    std::unique_ptr<MemberMachine> machine);

}  // namespace quorate::actors
