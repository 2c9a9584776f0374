// The replica machine's state, and one turn of it: what a single input changes and orders.
#pragma once

#include "actors/replica_fetches.hpp"
#include "actors/replica_generation.hpp"
#include "actors/replica_peer_machine.hpp"

namespace quorate::actors {

namespace replica {

/// A generation this node knows: open with its array, or closed with only its evidence left.
struct Generation {
  GenerationId id;
  consensus::ContractView contract;
  std::optional<ReplicaGeneration> open;
  EvidenceBook closed_evidence;

  [[nodiscard]] const EvidenceBook& evidence() const {
    return open ? open->evidence() : closed_evidence;
  }
};

/// Which of this machine's timers fired.
enum class TimerKind : std::uint8_t { repeat = 1, anti_entropy = 2 };

/// Generations ahead of the newest open one whose early chunks are kept for a while.
inline constexpr std::uint64_t park_ahead = 2;
inline constexpr std::uint32_t relay_scale = 8;
/// Repetitions are bundled: the timer never fires twice within this time.
inline constexpr Duration repeat_spacing = milliseconds(25);

}  // namespace replica

struct ReplicaPeerMachine::State {
  explicit State(replica::Config c)
      : config(std::move(c)),
        rng(config.seed, crypto::ChaChaRng::Rounds::twelve),
        fetches(config) {}

  replica::Config config;
  crypto::ChaChaRng rng;
  bool started{};
  BurnHeight tip;
  std::map<consensus::DbAddress, replica::Generation> generations;
  std::map<replica::GenerationId, consensus::DbAddress> addresses;
  replica::GenerationId next_generation{1};
  std::map<PeerId, replica::Neighbour> peers;
  replica::Fetches fetches;
  /// In how many of `relay_scale` cases a chunk from a peer is passed on: one while chunks come
  /// straight from where they were written, more while they come from others.
  std::uint32_t relay_chance{1};
  /// Read back from the store, waiting for their generation to open.
  std::map<consensus::DbAddress, std::vector<consensus::Chunk>> restored;
  std::map<consensus::DbAddress, replica::EvidenceBook> restored_evidence;
  /// The armed timers; a timer with another serial is stale.
  std::uint64_t repeat_serial{};
  std::optional<Instant> repeat_at;
  std::uint64_t anti_entropy_serial{};

  [[nodiscard]] replica::Generation* find(const consensus::DbAddress& db);
  [[nodiscard]] const replica::Generation* find(const consensus::DbAddress& db) const;
};

namespace replica {

class Turn {
 public:
  Turn(ReplicaPeerMachine::State& state, Instant now) : s_(state), now_(now) {}

  Result<> on(const Started& input);
  Result<> on(const ClientWrite& input);
  Result<> on(const PeerMessage& input);
  Result<> on(const PeerUp& input);
  Result<> on(const PeerDown& input);
  Result<> on(const GenerationOpened& input);
  Result<> on(const GenerationClosed& input);
  Result<> on(const BurnBlockProcessed& input);
  Result<> on(const TimerFired& input);

  /// Everything ordered, one `Persist` with all writes in front.
  [[nodiscard]] Effects finish();

 private:
  void hear(PeerId from, const messages::Announce& m);
  void hear(PeerId from, const messages::Push& m);
  void hear(PeerId from, const messages::Ack& m);
  void hear(PeerId from, const messages::Pull& m);
  void hear(PeerId from, const messages::Compare& m);
  void hear(PeerId from, const messages::Range& m);
  void hear(PeerId from, const messages::Nack& m);

  /// Compares a peer's line with the own one and wants it, or says what would be wanted here.
  void weigh(PeerId from, const Generation& generation, const messages::SlotMeta& theirs,
             std::vector<messages::SlotAck>& acks);
  void acknowledge(PeerId to, const consensus::DbAddress& db,
                   std::vector<messages::SlotAck> acks);
  void park_or_refuse(PeerId from, const consensus::Chunk& chunk);
  void answer_push(PeerId from, Generation& generation, const consensus::Chunk& chunk,
                   const Verdict& verdict);
  void merge(PeerId from, Generation& generation, const messages::Push& m);
  [[nodiscard]] static messages::Push push_of(const ReplicaGeneration& replica,
                                              consensus::ChunkSlot slot);
  void push_range(PeerId to, const ReplicaGeneration& replica, consensus::TreeNode node);

  /// The slot holds a new chunk: to the disk and to the own members.
  void keep(Generation& generation, consensus::ChunkSlot slot);
  /// Passes on what came from a peer.
  void relay(const Generation& generation, consensus::ChunkSlot slot);
  /// To one drawn neighbour, and on when it answers, unless more than `needless` had it.
  void relay_to_one(const Generation& generation, consensus::ChunkSlot slot,
                    std::uint32_t needless);
  void learn_mesh(messages::Origin origin);
  /// @returns whether the peer is or will be told.
  bool offer(PeerId peer, Neighbour& neighbour, const Generation& generation,
             consensus::ChunkSlot slot);
  void note_evidence(const Generation& generation, const Verdict& verdict);
  /// Pushes a small chunk, announces a larger one.
  void tell(PeerId to, const Generation& generation, consensus::ChunkSlot slot);
  void compare_roots(PeerId with);
  void compare_root(PeerId with, Generation& generation);

  void restore(Generation& generation);
  void close(Generation& generation);
  void forget(const consensus::DbAddress& db);
  [[nodiscard]] Result<> make_room();
  void erase_records(const Generation& generation);
  void drop_restored_before(std::uint64_t generation);

  void anti_entropy_round();
  void arm_anti_entropy();
  void repeat();
  void wake_at(Instant at);
  void start_fetches();

  void offend(PeerId peer, Errc reason);
  void drop_offenders();
  void send(PeerId to, messages::ReplicaMessage message) {
    effects_.push_back(Send{to, std::move(message)});
  }
  void refuse(PeerId to, const consensus::DbAddress& db,
              std::optional<consensus::ChunkSlot> slot, messages::NackReason reason) {
    send(to, messages::Nack{db, slot, reason});
  }

  ReplicaPeerMachine::State& s_;
  Instant now_;
  std::vector<storage::RecordWrite> writes_;
  Effects effects_;
  std::optional<Instant> wake_;
  std::vector<PeerId> offenders_;
};

}  // namespace replica
}  // namespace quorate::actors
