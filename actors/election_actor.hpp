// Shell of the leader election machine.
#pragma once

#include "actors/leader_election_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

/// `notary` signs with the producer's enrollment key.
[[nodiscard]] messages::ElectionActor spawn_election(caf::actor_system& system, const Wiring& node,
                                                     std::uint32_t network_id,
                                                     const consensus::Timing& timing,
                                                     std::shared_ptr<const Notary> notary);

}  // namespace quorate::actors
