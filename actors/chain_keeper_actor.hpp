// Shell of the chain keeper machine: the one place from which chain events go to every role.
#pragma once

#include "actors/chain_keeper_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::ChainKeeperActor spawn_chain_keeper(caf::actor_system& system,
                                                            const Wiring& node,
                                                            consensus::Chain chain,
                                                            const consensus::MempoolRules& rules,
                                                            const KeeperLimits& limits);

}  // namespace quorate::actors
