#include "actors/burnchain_follower_actor.hpp"

#include "actors/machine_shell.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::BurnchainFollowerActor, MachineShell<BurnchainFollowerMachine>>;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(const TellFeed& order) const {
    send(rt::state(self_).node->feed, messages::encode_frame(order.message));
  }
  void operator()(BurnBlockSeen&& seen) const {
    tell(roles().keeper, messages::BurnBlockArrived{std::move(seen.block)});
  }
  void operator()(const CoinsSeen& seen) const {
    tell(roles().announcer, messages::CoinsAnswer{seen.coins});
    tell(roles().enroller, messages::CoinsAnswer{seen.coins});
  }
};

/// The headers the node has on disk: what the keeper restores needs no asking.
FollowerRestored known_headers(Self self) {
  FollowerRestored restored;
  for (const auto& [key, value] : records_of(self, storage::Table::burn_blocks)) {
    const auto block = bitcoin::decode_burn_block(value);
    if (block.ok()) restored.known.emplace_back(block->view(), block->parent);
  }
  return restored;
}

messages::BurnchainFollowerActor::behavior_type burnchain_follower(Self self, Wiring node,
                                                                   FollowerLimits limits) {
  set_up(self, node, messages::Role::follower, BurnchainFollowerMachine{limits});
  return {
      [self](const messages::Start&) {
        advance<Perform>(self, FollowerInput{known_headers(self)});
        advance<Perform>(self, FollowerInput{FollowerStart{}});
      },
      [self](const messages::TimerDue& due) { advance<Perform>(self, FollowerInput{due.timer}); },
      [](const messages::PeerChanged&) {},
      [self](messages::BurnHeard& heard) {
        advance<Perform>(self, FollowerInput{FeedMessage{std::move(heard.message)}});
      },
      [self](const messages::BitcoinSubmission& submission) {
        advance<Perform>(self, FollowerInput{SendBurnTransaction{submission.raw.bytes}});
      },
      [self](const messages::CoinsQuestion& question) {
        advance<Perform>(self, FollowerInput{WantCoins{question.wanted.script}});
      },
  };
}

}  // namespace

messages::BurnchainFollowerActor spawn_burnchain_follower(caf::actor_system& system,
                                                          const Wiring& node,
                                                          const FollowerLimits& limits) {
  return system.spawn(burnchain_follower, node, limits);
}

}  // namespace quorate::actors
