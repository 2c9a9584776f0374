#include "actors/chain_keeper_actor.hpp"

#include "actors/machine_shell.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::ChainKeeperActor, MachineShell<ChainKeeperMachine>>;

/// Of blocks in one answer to a peer that catches up; a single larger block is sent alone.
constexpr std::size_t max_answer_bytes = 4 * 1024 * 1024;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(TellRoles&& order) const {
    ports().observer->on_chain_event(order.event, rt::state(self_).machine->chain());
    const rt::Shared news = rt::share(messages::ChainNews{std::move(order.event)});
    // Replicas first: a generation must be open before its members write.
    rt::send_shared(self_, roles().producer_replica, news);
    rt::send_shared(self_, roles().stacker_replica, news);
    rt::send_shared(self_, roles().producer, news);
    rt::send_shared(self_, roles().stacker, news);
    rt::send_shared(self_, roles().announcer, news);
    rt::send_shared(self_, roles().enroller, news);
  }
  void operator()(ReplyTo&& order) const {
    messages::KeeperAnswer answer{std::move(order.reply)};
    if (order.asker == messages::Role::producer) tell(roles().producer, std::move(answer));
    else if (order.asker == messages::Role::stacker) tell(roles().stacker, std::move(answer));
    else if (order.asker == messages::Role::mempool) tell(roles().mempool, std::move(answer));
  }
  void operator()(const SendChain& order) const {
    send(order.to, messages::encode_frame(order.message));
  }
  void operator()(const SendStored& order) const {
    std::size_t bytes = 0;
    for (const Bytes& key : order.keys) {
      const auto record = ports().store->get(storage::Table::blocks, key);
      if (!record.ok() || !*record) return;  // What follows would not connect.
      bytes += (*record)->size();
      if (bytes > max_answer_bytes && bytes > (*record)->size()) return;
      const auto block = decode<consensus::SealedBlock>(**record);
      if (!block.ok()) return;
      send(order.to, messages::encode_frame(messages::ChainMessage{messages::BlockPush{*block}}));
    }
  }
  void operator()(const RelayChain& order) const {
    const messages::Frame frame = messages::encode_frame(order.message);
    for (const messages::PeerId peer : order.to) send(peer, frame);
  }
};

KeeperRestored restored_records(Self self) {
  const auto values = [self](storage::Table table) {
    std::vector<Bytes> out;
    for (auto& [key, value] : records_of(self, table)) out.push_back(std::move(value));
    return out;
  };
  return {values(storage::Table::burn_blocks), values(storage::Table::keys),
          values(storage::Table::blocks)};
}

messages::ChainKeeperActor::behavior_type chain_keeper(
    Self self, Wiring node, std::shared_ptr<ChainKeeperMachine> machine) {
  set_up(self, node, messages::Role::keeper, std::move(*machine));
  return {
      [self](const messages::Start&) {
        advance<Perform>(self, KeeperInput{restored_records(self)});
        advance<Perform>(self, KeeperInput{KeeperStart{}});
      },
      [self](const messages::TimerDue& due) { advance<Perform>(self, KeeperInput{due.timer}); },
      [self](const messages::PeerChanged& changed) {
        advance<Perform>(self, KeeperInput{KeeperPeer{changed.peer, changed.up}});
      },
      [self](messages::ChainHeard& heard) {
        advance<Perform>(self, KeeperInput{KeeperHeard{heard.from, std::move(heard.message)}});
      },
      [self](messages::KeeperQuestion& question) {
        advance<Perform>(self,
                         KeeperInput{KeeperAsked{question.asker, std::move(question.request)}});
      },
      [self](messages::BurnBlockArrived& arrived) {
        advance<Perform>(self, KeeperInput{BurnBlockSeen{std::move(arrived.block)}});
      },
  };
}

}  // namespace

messages::ChainKeeperActor spawn_chain_keeper(caf::actor_system& system, const Wiring& node,
                                              consensus::Chain chain,
                                              const consensus::MempoolRules& rules,
                                              const KeeperLimits& limits) {
  return system.spawn(chain_keeper, node,
                      std::make_shared<ChainKeeperMachine>(std::move(chain), rules, limits));
}

}  // namespace quorate::actors
