// Shell of the producer machine.
#pragma once

#include "actors/node_wiring.hpp"
#include "actors/producer_machine.hpp"

namespace quorate::actors {

[[nodiscard]] messages::ProducerActor spawn_producer(caf::actor_system& system, const Wiring& node,
                                            const consensus::Params& params,
                                            std::unique_ptr<ProducerMachine> machine);

}  // namespace quorate::actors
