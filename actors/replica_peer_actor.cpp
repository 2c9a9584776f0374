#include "actors/replica_peer_actor.hpp"

#include "actors/machine_shell.hpp"
#include "actors/replica_batch.hpp"
#include "actors/replica_book.hpp"
#include "actors/replica_questions.hpp"
#include "actors/replica_records.hpp"

namespace quorate::actors {

namespace {

using messages::Counted;
using messages::ReplicaFamily;

/// How long a batch that the disk refused waits for its next try.
constexpr Duration disk_pause = seconds(1);

struct ReplicaShell : MachineShell<ReplicaPeerMachine> {
  ReplicaFamily family{};
  consensus::Params params;
  consensus::ContractView own;  ///< The one array of an own DB.
  /// Which array stands for a generation, so that a changed set closes the array it replaces.
  std::map<std::uint64_t, consensus::DbAddress> opened;
  /// A message to many peers is ordered peer by peer but encoded once.
  std::optional<messages::ReplicaMessage> last_message;
  messages::Frame last_frame;
  ReplicaCommit commit{};
  ReplicaBatch batch;
  bool is_commit_due{};
  /// The disk's refusal while it lasts: nothing new is taken meanwhile.
  std::optional<Errc> disk;
  ReplicaBook book;
};
using Self = rt::Self<messages::ReplicaPeerActor, ReplicaShell>;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(replica::Send&& order) const {
    auto& shell = rt::state(self_);
    if (const auto* nack = std::get_if<messages::Nack>(&order.message)) {
      shell.book.count(Counted::peer_refusal, static_cast<std::uint16_t>(nack->reason));
    }
    if (!shell.last_message || *shell.last_message != order.message) {
      shell.last_frame = messages::encode_frame(shell.family, order.message);
      shell.last_message = std::move(order.message);
    }
    send(order.to, shell.last_frame);
  }
  void operator()(const replica::AnswerClient& answer) const {
    if (answer.token >= first_client_token) return answer_client(answer);
    if (!answer.refusal) return;
    const messages::ChunkWriteRefused refused{answer.db, answer.slot, answer.version,
                                              static_cast<std::uint16_t>(*answer.refusal),
                                              answer.standing.version};
    const auto writer = static_cast<messages::Role>(answer.token);
    if (writer == messages::Role::producer) tell(roles().producer, refused);
    if (writer == messages::Role::stacker) tell(roles().stacker, refused);
  }
  void operator()(replica::ChunkAccepted&& accepted) const {
    auto& shell = rt::state(self_);
    shell.book.count(Counted::chunk_held);
    const rt::Shared news = rt::share(messages::ChunkHeld{std::move(accepted.chunk)});
    if (shell.family != ReplicaFamily::own) {
      rt::send_shared(self_, roles().producer, news);
      rt::send_shared(self_, roles().stacker, news);
    }
    rt::send_shared(self_, roles().slot_desk, news);
  }
  void operator()(const replica::EquivocationFound& found) const {
    auto& shell = rt::state(self_);
    shell.book.count(Counted::equivocation);
    const consensus::DbAddress& db = found.evidence.first.db;
    if (shell.family == ReplicaFamily::own) {
      ports().observer->on_note(shell.role, db.contract.text + ": " + to_hex(found.owner) +
                                                " signed two chunks of slot " +
                                                std::to_string(found.evidence.first.slot.value));
      return;
    }
    const auto group = static_cast<GroupKind>(shell.family);
    ports().observer->on_evidence(
        {group, db.generation, found.owner, "two_chunks", encode(found.evidence)});
  }
  void operator()(const replica::GenerationCollected&) const {
    rt::state(self_).book.count(Counted::array_collected);
  }
  void operator()(const replica::DropPeer& order) const {
    rt::state(self_).book.count(Counted::peer_dropped, order.reason);
    ports().network->drop(order.peer, order.reason);
  }

 private:
  void answer_client(const replica::AnswerClient& answer) const {
    messages::WriteJudged judged{std::nullopt, answer.standing};
    auto& book = rt::state(self_).book;
    if (answer.refusal) {
      judged.refusal = static_cast<std::uint16_t>(*answer.refusal);
      book.count(Counted::client_refusal, *answer.refusal);
    } else {
      book.count(Counted::client_write);
    }
    tell(roles().slot_desk, messages::SlotAnswer{answer.token, std::move(judged)});
  }
};

void tell_desk(Self self, messages::SlotAnswer answer) {
  const auto& desk = rt::state(self).roles().slot_desk;
  if (desk) rt::send(self, desk, std::move(answer));
}

/// Writes the batch and performs what waited for it. What the disk refuses stays and is tried
/// again; nothing of it is heard of before.
void commit_batch(Self self) {
  auto& shell = rt::state(self);
  const Wiring node = shell.node;  // Outlives the state if an effect ends the actor.
  if (node->ports.control->is_stopped()) return;
  if (!shell.batch.writes().empty()) {
    const auto stored = node->ports.store->commit(shell.batch.writes());
    if (!stored.ok()) {
      shell.book.count(Counted::commit_failure, stored.code());
      if (shell.disk != stored.code()) {
        node->ports.observer->on_note(shell.role, "the disk: " + stored.error().message());
      }
      shell.disk = stored.code();
      shell.is_commit_due = true;
      rt::send_later(self, disk_pause, messages::CommitDue{});
      return;
    }
    shell.book.count(Counted::commit);
    if (shell.disk) node->ports.observer->on_note(shell.role, "the disk takes writes again");
    shell.disk.reset();
  }
  Perform perform(self);
  for (ReplicaBatch::Order& order : shell.batch.take()) {
    if (auto* answer = std::get_if<messages::SlotAnswer>(&order)) {
      tell_desk(self, std::move(*answer));
    } else {
      std::visit(perform, std::get<replica::Effect>(std::move(order)));
    }
    if (node->ports.control->is_stopped()) return;
  }
}

void let_wait(Self self) {
  auto& shell = rt::state(self);
  if (shell.batch.is_full() && !shell.disk) return commit_batch(self);
  if (shell.is_commit_due) return;
  shell.is_commit_due = true;
  // Behind everything that waits in the mailbox: all of it goes into one batch.
  rt::send(self, self, messages::CommitDue{});
}

/// One step. @returns whether the machine took the input.
bool turn(Self self, const replica::Input& input) {
  auto& shell = rt::state(self);
  if (shell.commit == ReplicaCommit::each) return advance<Perform>(self, input);
  if (shell.ports().control->is_stopped()) return false;
  auto effects = shell.machine->step(shell.ports().clock->now(), input);
  if (!effects.ok()) {
    shell.ports().observer->on_refusal(shell.role, effects.error());
    return false;
  }
  const bool had_none = shell.batch.is_empty();
  shell.batch.add(std::move(*effects));
  if (had_none && shell.batch.writes().empty()) {
    commit_batch(self);  // Nothing to write, nothing to wait for.
  } else {
    let_wait(self);
  }
  return true;
}

/// An answer never tells of what is not on disk, unless the disk refuses: then reads go on.
void answer(Self self, messages::SlotAnswer reply) {
  auto& shell = rt::state(self);
  if (shell.batch.is_empty() || shell.disk) return tell_desk(self, std::move(reply));
  shell.batch.add(std::move(reply));
  let_wait(self);
}

void refuse_write(Self self, std::uint64_t token, Errc reason) {
  rt::state(self).book.count(Counted::client_refusal, reason);
  answer(self, {token, messages::WriteJudged{static_cast<std::uint16_t>(reason), {}}});
}

void write(Self self, std::uint64_t token, messages::SlotWrite&& asked) {
  auto& shell = rt::state(self);
  if (shell.disk) return refuse_write(self, token, *shell.disk);
  const auto contract = choose_array(*shell.machine, asked.generation);
  if (!contract.ok()) return refuse_write(self, token, contract.code());
  turn(self, replica::Input{replica::ClientWrite{token,
                                                 {(*contract)->address(), asked.slot, asked.version,
                                                  std::move(asked.content), asked.signature}}});
}

messages::LookShown look(Self self) {
  auto& shell = rt::state(self);
  const Instant now = shell.ports().clock->now();
  messages::LookShown out;
  out.arrays = array_lines(*shell.machine);
  out.peers = shell.book.lines(now, shell.machine->standings());
  out.counts = shell.book.counts();
  if (shell.disk) out.disk = static_cast<std::uint16_t>(*shell.disk);
  return out;
}

void on_question(Self self, messages::SlotQuestion& question) {
  if (auto* asked = std::get_if<messages::SlotWrite>(&question.request)) {
    return write(self, question.token, std::move(*asked));
  }
  messages::SlotReply reply = std::visit(
      [&](const auto& request) -> messages::SlotReply {
        using Request = std::decay_t<decltype(request)>;
        if constexpr (std::is_same_v<Request, messages::LookWanted>) {
          return look(self);
        } else if constexpr (std::is_same_v<Request, messages::SlotWrite>) {
          ASSERT(false);  // Handled above.
          return messages::SlotRefused{};
        } else {
          return quorate::actors::answer(*rt::state(self).machine, request);
        }
      },
      question.request);
  answer(self, {question.token, std::move(reply)});
}

void on_set_planned(Self self, const messages::SetPlanned& planned) {
  auto& shell = rt::state(self);
  if (messages::family_of(planned.set.kind) != shell.family) return;
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
    turn(self, replica::Input{replica::GenerationClosed{known->second}});
    shell.opened.erase(known);
  }
  // One that found no room is tried again when the keeper tells of it again.
  if (turn(self, replica::Input{replica::GenerationOpened{*contract}})) {
    shell.opened.emplace(planned.set.generation, db);
  }
}

/// Records of other own DBs are not even decoded.
bool is_own(const ReplicaShell& shell, const Bytes& key) {
  if (shell.own == nullptr) return true;
  const Bytes first = replica::chunk_key(shell.own->address(), consensus::ChunkSlot{0});
  return key.size() >= 16 && std::equal(key.begin(), key.begin() + 16, first.begin());
}

void start(Self self) {
  auto& shell = rt::state(self);
  replica::Started started;
  for (const auto table : {storage::Table::chunks, storage::Table::evidence}) {
    for (auto& [key, value] : records_of(self, table)) {
      if (is_own(shell, key)) started.records.push_back({table, std::move(key), std::move(value)});
    }
  }
  turn(self, replica::Input{std::move(started)});
  if (shell.own != nullptr) turn(self, replica::Input{replica::GenerationOpened{shell.own}});
}

messages::ReplicaPeerActor::behavior_type behavior(Self self) {
  return {
      [self](const messages::Start&) { start(self); },
      [self](const messages::TimerDue& due) {
        turn(self, replica::Input{replica::TimerFired{due.timer}});
      },
      [self](const messages::PeerChanged& changed) {
        turn(self, changed.up ? replica::Input{replica::PeerUp{changed.peer}}
                              : replica::Input{replica::PeerDown{changed.peer}});
      },
      [self](messages::ReplicaHeard& heard) {
        if (rt::state(self).disk) return;  // Unacknowledged, so it is repeated.
        turn(self, replica::Input{replica::PeerMessage{heard.from, std::move(heard.message)}});
      },
      [self](messages::ChunkWrite& write) {
        turn(self,
             replica::Input{replica::ClientWrite{static_cast<std::uint64_t>(write.writer),
                                                 std::move(write.chunk), write.audience}});
      },
      [self](const messages::ChainNews& news) {
        if (const auto* planned = std::get_if<messages::SetPlanned>(&news.event)) {
          on_set_planned(self, *planned);
        } else if (const auto* moved = std::get_if<messages::BurnTipChanged>(&news.event)) {
          turn(self, replica::Input{replica::BurnBlockProcessed{moved->tip.height}});
        }
      },
      [self](messages::SlotQuestion& question) { on_question(self, question); },
      [self](const messages::CommitDue&) {
        rt::state(self).is_commit_due = false;
        commit_batch(self);
      },
  };
}

messages::ReplicaPeerActor::behavior_type replica_peer(Self self, Wiring node, GroupKind family,
                                                       consensus::Params params,
                                                       replica::Config config,
                                                       ReplicaCommit commit) {
  set_up(self, node,
         family == GroupKind::producers ? messages::Role::producer_replica
                                        : messages::Role::stacker_replica,
         ReplicaPeerMachine{std::move(config)});
  auto& shell = rt::state(self);
  shell.family = messages::family_of(family);
  shell.params = std::move(params);
  shell.commit = commit;
  return behavior(self);
}

messages::ReplicaPeerActor::behavior_type own_replica(Self self, Wiring node,
                                                      consensus::ContractView contract,
                                                      replica::Config config,
                                                      ReplicaCommit commit) {
  set_up(self, node, messages::Role::own_replica, ReplicaPeerMachine{std::move(config)});
  auto& shell = rt::state(self);
  shell.family = ReplicaFamily::own;
  shell.own = std::move(contract);
  shell.commit = commit;
  return behavior(self);
}

}  // namespace

messages::ReplicaPeerActor spawn_replica_peer(caf::actor_system& system, const Wiring& node,
                                              GroupKind family, const consensus::Params& params,
                                              const replica::Config& config, ReplicaCommit commit) {
  return system.spawn(replica_peer, node, family, params, config, commit);
}

messages::ReplicaPeerActor spawn_own_replica(caf::actor_system& system, const Wiring& node,
                                             const consensus::ContractView& contract,
                                             const replica::Config& config, ReplicaCommit commit) {
  return system.spawn(own_replica, node, contract, config, commit);
}

}  // namespace quorate::actors
