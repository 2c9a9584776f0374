#include "actors/announcer_actor.hpp"

#include "actors/wallet_shell.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::AnnouncerActor, MachineShell<AnnouncerMachine>>;
using Perform = WalletEffectsOf<Self>;

messages::AnnouncerActor::behavior_type announcer(Self self, Wiring node,
                                                  std::shared_ptr<AnnouncerMachine> machine) {
  set_up(self, node, messages::Role::announcer, std::move(*machine));
  return {
      [self](const messages::Start&) {
        advance<Perform>(self, AnnouncerInput{AnnouncerRestored{
                                   records_of(self, storage::Table::announcer)}});
      },
      [self](const messages::TimerDue& due) { advance<Perform>(self, AnnouncerInput{due.timer}); },
      [self](const messages::ChainNews& news) {
        advance<Perform>(self, AnnouncerInput{news.event});
      },
      [self](const messages::AnnouncementSigned& both) {
        advance<Perform>(self, AnnouncerInput{both});
      },
      [self](const messages::LeadershipChanged& changed) {
        advance<Perform>(self, AnnouncerInput{changed});
      },
      [self](const messages::CoinsAnswer& answer) {
        advance<Perform>(self, AnnouncerInput{CoinsSeen{answer.coins}});
      },
  };
}

}  // namespace

messages::AnnouncerActor spawn_announcer(caf::actor_system& system, const Wiring& node,
                                         const AnnouncerConfig& config, crypto::SecretKey key) {
  return system.spawn(announcer, node,
                      std::make_shared<AnnouncerMachine>(config, std::move(key)));
}

}  // namespace quorate::actors
