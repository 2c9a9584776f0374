// Shell of the stacker machine.
#pragma once

#include "actors/node_wiring.hpp"
#include "actors/stacker_machine.hpp"

namespace quorate::actors {

[[nodiscard]] messages::StackerSignerActor spawn_stacker(caf::actor_system& system, const Wiring& node,
                                            const consensus::Params& params,
                                            std::unique_ptr<StackerMachine> machine);

}  // namespace quorate::actors
