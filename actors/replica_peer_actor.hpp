// Shell of the replica peer machine. Translates sets into contracts and accepted chunks into news
// for the members of this node.
#pragma once

#include "actors/node_wiring.hpp"
#include "actors/replica_peer_machine.hpp"

namespace quorate::actors {

[[nodiscard]] messages::ReplicaPeerActor spawn_replica_peer(caf::actor_system& system,
                                                            const Wiring& node, GroupKind family,
                                                            const consensus::Params& params,
                                                            const replica::Config& config);

}  // namespace quorate::actors
