// Shell of the enroller machine.
#pragma once

#include "actors/enroller_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::EnrollerActor spawn_enroller(caf::actor_system& system, const Wiring& node,
                                                     const EnrollerConfig& config,
                                                     crypto::SecretKey key,
                                                     crypto::VrfKey vrf_key);

}  // namespace quorate::actors
