#include "actors/enroller_actor.hpp"

#include "actors/wallet_shell.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::EnrollerActor, MachineShell<EnrollerMachine>>;
using Perform = WalletEffectsOf<Self>;

messages::EnrollerActor::behavior_type enroller(Self self, Wiring node,
                                                std::shared_ptr<EnrollerMachine> machine) {
  set_up(self, node, messages::Role::enroller, std::move(*machine));
  return {
      [](const messages::Start&) {},
      [self](const messages::TimerDue& due) { advance<Perform>(self, EnrollerInput{due.timer}); },
      [self](const messages::ChainNews& news) {
        advance<Perform>(self, EnrollerInput{news.event});
      },
      [self](const messages::CoinsAnswer& answer) {
        advance<Perform>(self, EnrollerInput{CoinsSeen{answer.coins}});
      },
  };
}

}  // namespace

messages::EnrollerActor spawn_enroller(caf::actor_system& system, const Wiring& node,
                                       const EnrollerConfig& config, crypto::SecretKey key,
                                       crypto::VrfKey vrf_key) {
  return system.spawn(enroller, node,
                      std::make_shared<EnrollerMachine>(config, std::move(key), vrf_key));
}

}  // namespace quorate::actors
