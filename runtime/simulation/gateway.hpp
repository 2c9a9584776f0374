// The clients' side of all simulated nodes: hears what became of the transfers that the feeder
// handed in.
#pragma once

#include <functional>

#include "messages/interfaces.hpp"

namespace quorate::simulation {

[[nodiscard]] messages::GatewayActor spawn_gateway(
    caf::actor_system& system, std::function<void(const messages::TransactionOutcome&)> on_outcome);
void stop_gateway(const messages::GatewayActor& gateway);
/// A client hands a transaction to a node.
void offer(const messages::MempoolActor& mempool, std::uint64_t token, const SharedBytes& bytes);

}  // namespace quorate::simulation
