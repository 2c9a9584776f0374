#include "runtime/simulation/gateway.hpp"

namespace quorate::simulation {

namespace {

struct Gateway {
  std::function<void(const messages::TransactionOutcome&)> on_outcome;
};

messages::GatewayActor::behavior_type gateway(
    rt::Self<messages::GatewayActor, Gateway> self,
    std::function<void(const messages::TransactionOutcome&)> on_outcome) {
  rt::state(self).on_outcome = std::move(on_outcome);
  return {
      [](const messages::Start&) {},
      [self](const messages::TransactionOutcome& outcome) {
        rt::state(self).on_outcome(outcome);
      },
  };
}

}  // namespace

messages::GatewayActor spawn_gateway(
    caf::actor_system& system,
    std::function<void(const messages::TransactionOutcome&)> on_outcome) {
  return system.spawn(gateway, std::move(on_outcome));
}

void stop_gateway(const messages::GatewayActor& gateway) { rt::kill(gateway); }

void offer(const messages::MempoolActor& mempool, std::uint64_t token, const SharedBytes& bytes) {
  rt::send_from_outside(mempool, messages::TransactionOffer{token, {bytes}});
}

}  // namespace quorate::simulation
