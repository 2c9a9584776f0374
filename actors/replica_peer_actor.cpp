#include "actors/replica_peer_actor.hpp"

#include "actors/machine_shell.hpp"

namespace quorate::actors {

namespace {

struct ReplicaShell : MachineShell<ReplicaPeerMachine> {
  GroupKind family{};
  consensus::Params params;
  /// Which array stands for a generation, so that a changed set closes the array it replaces.
  std::map<std::uint64_t, consensus::DbAddress> opened;
  /// A message to many peers is ordered peer by peer but encoded once.
  std::optional<messages::ReplicaMessage> last_message;
  messages::Frame last_frame;
};
using Self = rt::Self<messages::ReplicaPeerActor, ReplicaShell>;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(replica::Send&& order) const {
    auto& shell = rt::state(self_);
    if (!shell.last_message || *shell.last_message != order.message) {
      shell.last_frame = messages::encode_frame(shell.family, order.message);
      shell.last_message = std::move(order.message);
    }
    send(order.to, shell.last_frame);
  }
  void operator()(const replica::AnswerClient& answer) const {
    if (!answer.refusal) return;
    const messages::ChunkWriteRefused refused{answer.db, answer.slot, answer.version,
                                              static_cast<std::uint16_t>(*answer.refusal),
                                              answer.standing.version};
    const auto writer = static_cast<messages::Role>(answer.token);
    if (writer == messages::Role::producer) tell(roles().producer, refused);
    if (writer == messages::Role::stacker) tell(roles().stacker, refused);
  }
  void operator()(replica::ChunkAccepted&& accepted) const {
    const rt::Shared news = rt::share(messages::ChunkHeld{std::move(accepted.chunk)});
    rt::send_shared(self_, roles().producer, news);
    rt::send_shared(self_, roles().stacker, news);
  }
  void operator()(const replica::EquivocationFound& found) const {
    ports().observer->on_evidence({rt::state(self_).family, found.evidence.first.db.generation,
                                   found.owner, "two_chunks", encode(found.evidence)});
  }
  void operator()(const replica::GenerationCollected&) const {}
  void operator()(const replica::DropPeer& order) const {
    ports().network->drop(order.peer, order.reason);
  }
};

void on_set_planned(Self self, const messages::SetPlanned& planned) {
  auto& shell = rt::state(self);
  if (planned.set.kind != shell.family) return;
  const auto contract = consensus::boot_contract(
      shell.params, planned.set, {planned.first, BurnHeight{planned.last.value + 1}});
  if (!contract.ok()) {
    shell.ports().observer->on_refusal(shell.role, contract.error());
    return;
  }
  const consensus::DbAddress& db = (*contract)->address();
  const auto known = shell.opened.find(planned.set.generation);
  if (known != shell.opened.end()) {
    if (known->second == db) return;
    advance<Perform>(self, replica::Input{replica::GenerationClosed{known->second}});
    shell.opened.erase(known);
  }
  // One that found no room is tried again when the keeper tells of it again.
  if (advance<Perform>(self, replica::Input{replica::GenerationOpened{*contract}})) {
    shell.opened.emplace(planned.set.generation, db);
  }
}

messages::ReplicaPeerActor::behavior_type replica_peer(
    Self self, Wiring node, GroupKind family, consensus::Params params, replica::Config config) {
  set_up(self, node,
         family == GroupKind::producers ? messages::Role::producer_replica
                                        : messages::Role::stacker_replica,
         ReplicaPeerMachine{std::move(config)});
  rt::state(self).family = family;
  rt::state(self).params = std::move(params);
  return {
      [self](const messages::Start&) {
        replica::Started started;
        for (const auto table : {storage::Table::chunks, storage::Table::evidence}) {
          for (auto& [key, value] : records_of(self, table)) {
            started.records.push_back({table, std::move(key), std::move(value)});
          }
        }
        advance<Perform>(self, replica::Input{std::move(started)});
      },
      [self](const messages::TimerDue& due) {
        advance<Perform>(self, replica::Input{replica::TimerFired{due.timer}});
      },
      [self](const messages::PeerChanged& changed) {
        advance<Perform>(self, changed.up ? replica::Input{replica::PeerUp{changed.peer}}
                                          : replica::Input{replica::PeerDown{changed.peer}});
      },
      [self](messages::ReplicaHeard& heard) {
        advance<Perform>(
            self, replica::Input{replica::PeerMessage{heard.from, std::move(heard.message)}});
      },
      [self](messages::ChunkWrite& write) {
        advance<Perform>(self,
                         replica::Input{replica::ClientWrite{
                             static_cast<std::uint64_t>(write.writer), std::move(write.chunk)}});
      },
      [self](const messages::ChainNews& news) {
        if (const auto* planned = std::get_if<messages::SetPlanned>(&news.event)) {
          on_set_planned(self, *planned);
        } else if (const auto* moved = std::get_if<messages::BurnTipChanged>(&news.event)) {
          advance<Perform>(self,
                           replica::Input{replica::BurnBlockProcessed{moved->tip.height}});
        }
      },
  };
}

}  // namespace

messages::ReplicaPeerActor spawn_replica_peer(caf::actor_system& system, const Wiring& node,
                                              GroupKind family, const consensus::Params& params,
                                              const replica::Config& config) {
  return system.spawn(replica_peer, node, family, params, config);
}

}  // namespace quorate::actors
