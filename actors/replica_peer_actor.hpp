// Shell of the replica peer machine. Translates sets into contracts, accepted chunks into news for
// the members and clients of this node, and clients' questions into answers. Where commits are
// grouped, what the machine decides waits until the mailbox was read once, and is then written in
// one batch before any of it is heard of.
#pragma once

#include "actors/node_wiring.hpp"
#include "actors/replica_peer_machine.hpp"

namespace quorate::actors {

/// The replica of one of the two boot contracts: its arrays open and close with the chain's sets.
[[nodiscard]] messages::ReplicaPeerActor spawn_replica_peer(
    caf::actor_system& system, const Wiring& node, GroupKind family,
    const consensus::Params& params, const replica::Config& config,
    ReplicaCommit commit = ReplicaCommit::each);

/// The replica of one array that only this node's operator chose to host; open from the start.
[[nodiscard]] messages::ReplicaPeerActor spawn_own_replica(caf::actor_system& system,
                                                           const Wiring& node,
                                                           const consensus::ContractView& contract,
                                                           const replica::Config& config,
                                                           ReplicaCommit commit);

/// Writers by whom a `ClientWrite` was handed in: roles below, clients from here on.
inline constexpr std::uint64_t first_client_token = 256;

}  // namespace quorate::actors
