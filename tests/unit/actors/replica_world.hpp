// A small deterministic network of replica machines for tests: seeded loss, duplication, reordering
// by random delays, partitions, crashes (in the middle of a write as well), clocks that jump, disks
// that take their time. Every message is encoded and decoded on its way.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <queue>

#include "actors/replica_peer_machine.hpp"
#include "crypto/chacha_rng.hpp"
#include "storage/memory_store.hpp"

namespace quorate::test {

using namespace quorate::consensus;
using namespace quorate::actors;
namespace msg = quorate::messages;

inline Hash256 seed_of(std::uint64_t seed) {
  Hash256 key;
  put_be(key.bytes.data(), seed);
  return key;
}

/// A contract with one owner for all slots and limits that tests choose.
class PlainContract final : public ControllingContract {
 public:
  PlainContract(std::uint64_t generation, std::uint32_t slots, SlotLimits limits,
                BurnHeight collected_at = BurnHeight{1'000'000})
      : address_{{"SP000000000000000000002Q6VF78.plain"}, generation, {}},
        slots_(slots), limits_(limits), collected_at_(collected_at) {}

  static crypto::SecretKey key() { return crypto::SecretKey::derive("quorate/test-owner", {}); }
  Chunk sign(std::uint32_t slot, std::uint64_t version, Bytes content) const {
    return sign_chunk(network_id(), address_, ChunkSlot{slot}, ChunkVersion{version},
                      SharedBytes{std::move(content)}, key());
  }

  const DbAddress& address() const override { return address_; }
  std::uint32_t network_id() const override { return 7; }
  std::uint32_t slot_count() const override { return slots_; }
  Result<SlotLimits> limits(ChunkSlot slot) const override {
    if (slot.value >= slots_) return Errc::no_such_slot;
    return limits_;
  }
  Result<crypto::PublicKey> owner(ChunkSlot slot) const override {
    if (slot.value >= slots_) return Errc::no_such_slot;
    return owner_;
  }
  Result<> auth_write(ChunkSlot slot, const ChunkMeta& meta) const override {
    const auto signer = crypto::recover(
        chunk_digest(network_id(), address_, slot, meta.version, meta.content_hash),
        meta.signature);
    if (!signer.ok() || *signer != owner_) return Errc::bad_signer;
    return done();
  }
  bool garbage_collect(BurnHeight tip) const override {
    ++collect_questions;
    return tip >= collected_at_;
  }
  bool is_garbage(BurnHeight tip, ChunkSlot, const ChunkMeta&) const override {
    return tip >= collected_at_;
  }
  bool is_closed(BurnHeight tip) const override { return tip >= collected_at_; }
  bool is_current(BurnHeight tip) const override { return tip < collected_at_; }

  mutable int collect_questions{};

 private:
  DbAddress address_;
  std::uint32_t slots_;
  SlotLimits limits_;
  BurnHeight collected_at_;
  crypto::PublicKey owner_{key().public_key()};
};

inline std::shared_ptr<const PlainContract> plain_contract(std::uint64_t generation = 1,
                                                           std::uint32_t slots = 8) {
  return std::make_shared<PlainContract>(generation, slots, SlotLimits{300'000, 1'000});
}

inline replica::Config plain_config(std::uint64_t seed) {
  replica::Config config;
  config.contract = {"SP000000000000000000002Q6VF78.plain"};
  config.seed = seed_of(seed);
  return config;
}

template <class T>
std::vector<T> all_of(const replica::Effects& effects) {
  std::vector<T> out;
  for (const replica::Effect& effect : effects) {
    if (const auto* found = std::get_if<T>(&effect)) out.push_back(*found);
  }
  return out;
}
/// The messages of one kind that were sent, with their receivers.
template <class T>
std::vector<std::pair<PeerId, T>> sent(const replica::Effects& effects) {
  std::vector<std::pair<PeerId, T>> out;
  for (const replica::Send& send : all_of<replica::Send>(effects)) {
    if (const auto* m = std::get_if<T>(&send.message)) out.emplace_back(send.to, *m);
  }
  return out;
}

class LossyNetwork {
 public:
  struct Faults {
    std::uint32_t loss_percent{};
    std::uint32_t duplicate_percent{};
    Duration delay_min{milliseconds(20)};
    Duration delay_max{milliseconds(60)};
  };

  LossyNetwork(std::uint32_t nodes, std::uint64_t seed, Faults faults,
               Duration anti_entropy = seconds(10))
      : rng_(seed_of(seed), crypto::ChaChaRng::Rounds::twelve), faults_(faults),
        group_(nodes, 0) {
    for (std::uint32_t i = 0; i < nodes; ++i) {
      replica::Config config = plain_config(seed * 1'000 + i);
      config.anti_entropy = anti_entropy;
      if (i % 3 == 2) config.attention = messages::Attention::loose;
      nodes_.push_back({ReplicaPeerMachine{config}, config,
                        std::make_shared<storage::MemoryDisk>(), true, 0, Duration{0}});
      feed(i, replica::Started{});
    }
    for (std::uint32_t i = 0; i < nodes; ++i) connect(i);
  }
  /// Who is connected with whom; by default everybody with everybody.
  void link(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      for (std::uint32_t j = 0; j < nodes_.size(); ++j) {
        if (i != j) feed(i, replica::PeerDown{PeerId{j}});
      }
    }
    for (const auto& [a, b] : links) {
      feed(a, replica::PeerUp{PeerId{b}});
      feed(b, replica::PeerUp{PeerId{a}});
    }
  }
  /// How long a commit takes; what waits for it leaves then.
  void set_commit_time(Duration time) { commit_time_ = time; }
  /// The node's own clock jumps, forwards or backwards.
  void jump(std::uint32_t node, Duration by) { nodes_[node].skew = nodes_[node].skew + by; }
  /// The node dies in its next commit, which reaches the disk or not.
  void kill_in_commit(std::uint32_t node, storage::MemoryDisk::Torn torn) {
    if (nodes_[node].alive) nodes_[node].disk->tear_next(torn);
  }
  [[nodiscard]] bool is_alive(std::uint32_t node) const { return nodes_[node].alive; }
  /// Called for every write that a client was told to be accepted.
  std::function<void(const Chunk&)> on_acknowledged;

  void open(const ContractView& contract) {
    opened_.push_back(contract);
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) feed(i, replica::GenerationOpened{contract});
  }
  void feed(std::uint32_t node, const replica::Input& input) {
    auto effects = nodes_[node].machine.step(now_ + nodes_[node].skew, input);
    REQUIRE_MESSAGE(effects.ok(), effects.error().message());
    left_at_ = now_;
    const auto* write = std::get_if<replica::ClientWrite>(&input);
    for (const replica::Effect& effect : *effects) {
      perform(node, effect);
      if (!nodes_[node].alive) return;  // It died in a commit.
      const auto* answer = std::get_if<replica::AnswerClient>(&effect);
      if (write != nullptr && answer != nullptr && !answer->refusal && on_acknowledged) {
        on_acknowledged(write->chunk);
      }
    }
  }
  void write(std::uint32_t node, const Chunk& chunk) { feed(node, replica::ClientWrite{0, chunk}); }
  /// Nodes of different groups do not hear each other.
  void partition(std::vector<int> group) { group_ = std::move(group); }
  void heal() { group_.assign(nodes_.size(), 0); }
  void set_faults(Faults faults) { faults_ = faults; }

  void kill(std::uint32_t node) {
    if (!nodes_[node].alive) return;
    nodes_[node].alive = false;
    ++nodes_[node].life;
    nodes_[node].disk->crash();
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i != node && nodes_[i].alive) feed(i, replica::PeerDown{PeerId{node}});
    }
  }
  void revive(std::uint32_t node) {
    Node& n = nodes_[node];
    n.alive = true;
    n.machine = ReplicaPeerMachine{n.config};
    replica::Started started;
    const storage::MemoryStore store{n.disk};
    for (const auto table : {storage::Table::chunks, storage::Table::evidence}) {
      CHECK(store.scan(table, [&](ByteView key, ByteView value) {
        started.records.push_back({table, to_bytes(key), to_bytes(value)});
        return true;
      }).ok());
    }
    feed(node, started);
    for (const ContractView& contract : opened_) feed(node, replica::GenerationOpened{contract});
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i == node || !nodes_[i].alive) continue;
      feed(i, replica::PeerUp{PeerId{node}});
      feed(node, replica::PeerUp{PeerId{i}});
    }
  }

  void run_for(Duration time) {
    const Instant end = now_ + time;
    while (!queue_.empty() && queue_.top().at <= end) {
      const Event event = queue_.top();
      queue_.pop();
      now_ = event.at;
      if (!nodes_[event.node].alive || nodes_[event.node].life != event.life) continue;
      if (event.sender && nodes_[event.sender->first].life != event.sender->second) continue;
      ++steps_;
      feed(event.node, *event.input);
    }
    now_ = end;
  }
  /// Runs until all living replicas agree, or the time is over. @returns whether they agree.
  [[nodiscard]] bool settles_within(Duration time) {
    const Instant end = now_ + time;
    while (now_ < end) {
      if (agree()) return true;
      run_for(milliseconds(50));
    }
    return agree();
  }
  [[nodiscard]] bool agree() const {
    std::optional<std::vector<Bytes>> first;
    for (const Node& node : nodes_) {
      if (!node.alive) continue;
      const std::vector<Bytes> mine = contents(node);
      if (first && *first != mine) return false;
      first = mine;
    }
    return true;
  }
  /// Everything a node holds, encoded.
  [[nodiscard]] std::vector<Bytes> contents(std::uint32_t node) const {
    return contents(nodes_[node]);
  }
  [[nodiscard]] ReplicaPeerMachine& machine(std::uint32_t node) { return nodes_[node].machine; }
  [[nodiscard]] storage::MemoryDisk& disk(std::uint32_t node) { return *nodes_[node].disk; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t dropped_peers() const { return dropped_; }
  void reset_counters() { messages_ = bytes_ = steps_ = accepted_ = 0; }

 private:
  struct Node {
    ReplicaPeerMachine machine;
    replica::Config config;
    std::shared_ptr<storage::MemoryDisk> disk;
    bool alive{};
    std::uint64_t life{};
    Duration skew;
  };
  struct Event {
    Instant at;
    std::uint64_t order{};
    std::uint32_t node{};
    std::uint64_t life{};
    /// What a connection carried is lost with it.
    std::optional<std::pair<std::uint32_t, std::uint64_t>> sender;
    std::shared_ptr<const replica::Input> input;
    bool operator<(const Event& other) const {
      return std::tie(at, order) > std::tie(other.at, other.order);
    }
  };

  void connect(std::uint32_t node) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i != node) feed(node, replica::PeerUp{PeerId{i}});
    }
  }
  [[nodiscard]] std::vector<Bytes> contents(const Node& node) const {
    std::vector<Bytes> out;
    for (const ContractView& view : opened_) {
      for (std::uint32_t s = 0; s < view->slot_count(); ++s) {
        const auto chunk = node.machine.read(view->address(), ChunkSlot{s});
        out.push_back(chunk.ok() ? encode(*chunk) : Bytes{});
      }
    }
    return out;
  }
  void push(Instant at, std::uint32_t node, replica::Input input,
            std::optional<std::uint32_t> from = std::nullopt) {
    Event event{at, order_++, node, nodes_[node].life, std::nullopt,
                std::make_shared<const replica::Input>(std::move(input))};
    if (from) event.sender = {*from, nodes_[*from].life};
    queue_.push(std::move(event));
  }
  void perform(std::uint32_t node, const replica::Effect& effect) {
    if (const auto* persist = std::get_if<Persist>(&effect)) {
      const auto stored = storage::MemoryStore{nodes_[node].disk}.commit(persist->writes);
      left_at_ = now_ + commit_time_;
      if (!stored.ok()) {
        CHECK(stored.code() == Errc::store_failed);
        kill(node);
      }
    } else if (const auto* timer = std::get_if<ArmTimer>(&effect)) {
      // As a shell does it: a wait, counted from the node's own clock.
      push(std::max(timer->at - nodes_[node].skew, now_), node, replica::TimerFired{timer->timer});
    } else if (const auto* send = std::get_if<replica::Send>(&effect)) {
      carry(node, *send);
    } else if (std::holds_alternative<replica::ChunkAccepted>(effect)) {
      ++accepted_;
    } else if (std::holds_alternative<replica::DropPeer>(effect)) {
      ++dropped_;
    }
  }
  void carry(std::uint32_t from, const replica::Send& send) {
    const std::uint32_t to = send.to.value;
    ++messages_;
    const Bytes wire = encode(send.message);
    bytes_ += wire.size();
    CHECK(wire.size() == msg::wire_size(send.message));
    CHECK(wire.size() <= msg::max_replica_message_bytes);
    if (group_[from] != group_[to] || !nodes_[to].alive) return;
    const std::uint32_t copies = rng_.draw(100) < faults_.duplicate_percent ? 2 : 1;
    for (std::uint32_t i = 0; i < copies; ++i) {
      if (rng_.draw(100) < faults_.loss_percent) continue;
      const auto spread =
          static_cast<std::uint32_t>((faults_.delay_max - faults_.delay_min).us + 1);
      const Duration delay = faults_.delay_min + microseconds(rng_.draw(spread));
      auto message = decode<msg::ReplicaMessage>(wire);
      REQUIRE(message.ok());
      push(std::max(left_at_, now_) + delay, to, replica::PeerMessage{PeerId{from}, std::move(message).value()}, from);
    }
  }

  crypto::ChaChaRng rng_;
  Faults faults_;
  std::vector<int> group_;
  std::vector<Node> nodes_;
  std::vector<ContractView> opened_;
  std::priority_queue<Event> queue_;
  Instant now_{1'000'000'000};
  Instant left_at_{};
  Duration commit_time_{};
  std::uint64_t order_{};
  std::uint64_t messages_{};
  std::uint64_t bytes_{};
  std::uint64_t steps_{};
  std::uint64_t accepted_{};
  std::size_t dropped_{};
};

}  // namespace quorate::test
