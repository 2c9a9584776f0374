// Shell of the announcer machine.
#pragma once

#include "actors/announcer_machine.hpp"
#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::AnnouncerActor spawn_announcer(caf::actor_system& system,
                                                       const Wiring& node,
                                                       const AnnouncerConfig& config,
                                                       crypto::SecretKey key);

}  // namespace quorate::actors
