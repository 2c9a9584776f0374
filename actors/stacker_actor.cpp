#include "actors/stacker_actor.hpp"

#include "actors/member_shell.hpp"
#include "consensus/controlling_contract.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::StackerSignerActor, MemberShell>;
using Perform = MemberEffectsOf<Self>;

messages::StackerSignerActor::behavior_type stacker(
    Self self, Wiring node, Text<171> contract,
    std::shared_ptr<std::unique_ptr<MemberMachine>> machine) {
  set_up(self, node, messages::Role::stacker, AnyMember{std::move(*machine)});
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
  };
}

}  // namespace

messages::StackerSignerActor spawn_stacker(caf::actor_system& system, const Wiring& node,
                                           const consensus::Params& params,
                                           std::unique_ptr<MemberMachine> machine) {
  return system.spawn(stacker, node,
                      consensus::boot_contract_name(params.network_id, GroupKind::producers),
                      std::make_shared<std::unique_ptr<MemberMachine>>(std::move(machine)));
}

}  // namespace quorate::actors
