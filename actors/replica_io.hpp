// What a replica hears and orders: inputs, effects and configuration of the replica peer machine.
// Source: SIP "Stacker DBs"; Gap: docs/protocol.md "Replication".
#pragma once

#include "actors/effects.hpp"
#include "consensus/controlling_contract.hpp"
#include "messages/replica_messages.hpp"

namespace quorate::actors::replica {

using actors::PeerId;

/// The first input: every record of Table::chunks and Table::evidence (those of other contracts are
/// skipped). Arms the anti-entropy timer. Restored chunks appear when their generation opens.
struct Started {
  std::vector<storage::RecordWrite> records;
};
/// A client or a local member writes. `token` returns in the answer.
struct ClientWrite {
  std::uint64_t token{};
  consensus::Chunk chunk;
  messages::Audience audience{messages::Audience::everybody};
};
struct PeerMessage {
  PeerId from;
  messages::ReplicaMessage message;
};
struct PeerUp {
  PeerId peer;
};
struct PeerDown {
  PeerId peer;
};
/// The members of a generation are known.
struct GenerationOpened {
  consensus::ContractView contract;
};
/// A Bitcoin reorganisation unmade the set: its array is gone. (Collection by the contract needs no
/// such word.)
struct GenerationClosed {
  consensus::DbAddress db;
};
/// The node processed a Bitcoin block; lower heights than before follow a reorganisation.
struct BurnBlockProcessed {
  BurnHeight tip;
};
/// `ArmTimer` fired.
struct TimerFired {
  Timer timer;
};
using Input = std::variant<Started, ClientWrite, PeerMessage, PeerUp, PeerDown, GenerationOpened,
                           GenerationClosed, BurnBlockProcessed, TimerFired>;

struct Send {
  PeerId to;
  messages::ReplicaMessage message;
};
/// `standing` is what the slot holds after the decision (all zero: nothing, or no such slot).
struct AnswerClient {
  std::uint64_t token{};
  consensus::DbAddress db;
  consensus::ChunkSlot slot;
  ChunkVersion version;  ///< Of the chunk that was written.
  std::optional<Errc> refusal;
  consensus::ChunkMeta standing;
};
/// The slot holds this chunk now: own write, a peer's, or restored when the generation opened.
struct ChunkAccepted {
  consensus::Chunk chunk;
};
/// Two chunks of one slot and version with different contents, both signed by the owner.
struct Equivocation {
  consensus::Chunk first;
  consensus::Chunk second;
  bool operator==(const Equivocation&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Equivocation::first, &Equivocation::second);
  }
};
struct EquivocationFound {
  crypto::PublicKey owner;
  Equivocation evidence;
};
/// The generation's chunks are gone; members that may come back to it keep their own state.
struct GenerationCollected {
  consensus::DbAddress db;
};
/// Close the connection; the peer is forgotten and its messages are refused from now on.
struct DropPeer {
  PeerId peer;
  Errc reason{};
};
using Effect = std::variant<Persist, Send, AnswerClient, ChunkAccepted, EquivocationFound,
                            GenerationCollected, DropPeer, ArmTimer>;
using Effects = std::vector<Effect>;

/// How far a replica and one of its peers are apart, as far as was heard.
struct PeerStanding {
  PeerId peer;
  std::uint32_t peer_lacks{};       ///< Slots in which the peer is behind.
  std::uint32_t this_lacks{};       ///< Slots in which this node is behind.
  std::uint64_t versions_lacked{};  ///< Summed over the latter.
  std::uint32_t offences{};
  bool operator==(const PeerStanding&) const = default;
};

/// What one peer may send within one second.
struct PeerBudget {
  std::uint32_t messages{4'000};
  std::uint64_t bytes{32u << 20};
};

struct Config {
  /// The family: only generations of this contract are opened.
  Text<171> contract;
  /// Seeds every choice (gossip, holders, jitter). Differs between nodes.
  Hash256 seed;
  Duration anti_entropy{seconds(10)};
  std::uint32_t anti_entropy_jitter_percent{20};
  /// Chunks up to this size are pushed at once, larger ones are announced.
  std::uint32_t push_bytes{24 * 1024};
  /// What this replica says of itself to the others.
  messages::Attention attention{messages::Attention::close};
  /// After which time a neighbour of loose attention is told of what is for members.
  Duration loose_wait{seconds(5)};
  /// First repetition of an unacknowledged message; doubles up to the cap.
  Duration retransmit{milliseconds(200)};
  Duration retransmit_cap{milliseconds(3'200)};
  std::uint32_t max_tries{8};
  /// Pulls in flight over all peers, and what one of them may ask for.
  std::uint32_t max_fetches{6};
  std::uint32_t fetch_bytes{256 * 1024};
  std::uint32_t max_peers{256};
  /// Open and recently collected generations.
  std::uint32_t max_generations{8};
  /// Chunks of generations that are not open yet.
  std::uint32_t max_parked_per_peer{64};
  std::uint32_t max_parked_bytes_per_peer{1u << 20};
  Duration park_time{seconds(60)};
  /// Equal-version replacements per slot between two anti-entropy rounds; the excess waits.
  std::uint32_t ties_per_round{4};
  /// Content waiting in one generation; beyond it peers offer again in the next round.
  std::uint64_t max_held_bytes{16u << 20};
  /// Equivocations kept per slot.
  std::uint32_t evidence_per_slot{2};
  PeerBudget budget;
  /// Chunks or messages no honest node sends: from the first number on the budget is an eighth, at
  /// the second the peer is dropped.
  std::uint32_t throttle_at{8};
  std::uint32_t drop_at{32};
};

}  // namespace quorate::actors::replica
