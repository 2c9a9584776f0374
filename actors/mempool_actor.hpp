// Shell of the mempool machine.
#pragma once

#include "actors/mempool_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::MempoolActor spawn_mempool(caf::actor_system& system, const Wiring& node,
                                                   const MempoolLimits& limits);

}  // namespace quorate::actors
