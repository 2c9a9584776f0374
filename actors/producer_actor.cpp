#include "actors/producer_actor.hpp"

#include "actors/member_shell.hpp"
#include "consensus/controlling_contract.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::ProducerActor, MemberShell>;
using Perform = MemberEffectsOf<Self>;

messages::ProducerActor::behavior_type producer(
    Self self, Wiring node, Text<171> contract,
    std::shared_ptr<std::unique_ptr<MemberMachine>> machine) {
  set_up(self, node, messages::Role::producer, AnyMember{std::move(*machine)});
  rt::state(self).producers_contract = std::move(contract);
  return {
      [](const messages::Start&) {},
      [self](const messages::TimerDue& due) { advance<Perform>(self, MemberInput{due.timer}); },
      [self](const messages::ChainNews& news) { advance<Perform>(self, MemberInput{news.event}); },
      [self](messages::KeeperAnswer& answer) {
        advance<Perform>(self, MemberInput{std::move(answer.reply)});
      },
      [self](messages::ChunkHeld& held) {
        advance<Perform>(self, MemberInput{ChunkSeen{std::move(held.chunk)}});
      },
      [self](const messages::ChunkWriteRefused& refused) {
        advance<Perform>(self, MemberInput{ChunkRefused{refused.db, refused.slot, refused.version,
                                                        static_cast<Errc>(refused.reason),
                                                        refused.standing}});
      },
      [self](const messages::LeaderNews& news) { advance<Perform>(self, MemberInput{news}); },
      [self](const messages::EpochNews& news) { advance<Perform>(self, MemberInput{news}); },
      [self](const messages::SignAnnouncement& wanted) {
        advance<Perform>(self, MemberInput{wanted});
      },
  };
}

}  // namespace

messages::ProducerActor spawn_producer(caf::actor_system& system, const Wiring& node,
                                       const consensus::Params& params,
                                       std::unique_ptr<MemberMachine> machine) {
  return system.spawn(producer, node,
                      consensus::boot_contract_name(params.network_id, GroupKind::producers),
                      std::make_shared<std::unique_ptr<MemberMachine>>(std::move(machine)));
}

}  // namespace quorate::actors
