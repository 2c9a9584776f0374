// One remote node as this node sees it: what it sends is decoded once, within bounds, and passed to
// the role that the message is for.
#pragma once

#include "actors/node_wiring.hpp"

namespace quorate::actors {

[[nodiscard]] messages::PeerActor spawn_peer(caf::actor_system& system, const Wiring& node,
                                             messages::PeerId peer);

}  // namespace quorate::actors
