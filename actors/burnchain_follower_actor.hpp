// Shell of the burnchain follower machine.
#pragma once

#include "actors/burnchain_follower_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::BurnchainFollowerActor spawn_burnchain_follower(
    caf::actor_system& system, const Wiring& node, const FollowerLimits& limits);

}  // namespace quorate::actors
