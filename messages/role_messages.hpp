// What the actors of one node say to each other: one plain struct per message. Messages between
// nodes are in peer_message.hpp; a role hears those wrapped with the peer they came from.
#pragma once

#include "messages/announcement.hpp"
#include "messages/chain_events.hpp"
#include "messages/peer_id.hpp"
#include "messages/peer_message.hpp"
#include "messages/receipt.hpp"
#include "messages/timer.hpp"

namespace quorate::messages {

/// Who asks the chain keeper or a replica, so that the answer finds the way back.
enum class Role : std::uint8_t {
  follower = 0,
  keeper = 1,
  mempool = 2,
  producer_replica = 3,
  stacker_replica = 4,
  producer = 5,
  election = 6,
  stacker = 7,
  announcer = 8,
  enroller = 9,
  peer = 10,
  gateway = 11,
  own_replica = 12,
  slot_desk = 13,
};
constexpr bool is_valid(Role role) { return static_cast<std::uint8_t>(role) <= 13; }
[[nodiscard]] constexpr std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, 14> names{
      "follower", "keeper",  "mempool",   "producer replica", "stacker replica",
      "producer", "election", "stacker",  "announcer",        "enroller",
      "peer",     "gateway", "own replica", "slot desk"};
  return names[static_cast<std::uint8_t>(role)];
}

/// The node is wired; the first message of every role. It restores what its store holds.
struct Start {
  static constexpr auto wire_fields() { return std::make_tuple(); }
};
/// `ArmTimer` of the role's own machine.
struct TimerDue {
  Timer timer;
  static constexpr auto wire_fields() { return std::make_tuple(&TimerDue::timer); }
};
/// A connection came up or is gone.
struct PeerChanged {
  PeerId peer;
  bool up{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&PeerChanged::peer, &PeerChanged::up);
  }
};
/// A frame's content as the transport delivered it to the peer's actor.
struct FrameArrived {
  SharedBlob<max_frame_bytes> frame;
  Receipt receipt;
  static constexpr auto wire_fields() { return std::make_tuple(&FrameArrived::frame); }
};

/// Chain keeper → every role.
struct ChainNews {
  ChainEvent event;
  static constexpr auto wire_fields() { return std::make_tuple(&ChainNews::event); }
};
struct KeeperQuestion {
  Role asker{};
  KeeperRequest request;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeeperQuestion::asker, &KeeperQuestion::request);
  }
};
struct KeeperAnswer {
  KeeperReply reply;
  static constexpr auto wire_fields() { return std::make_tuple(&KeeperAnswer::reply); }
};

/// Member → the own replica of `chunk.db`.
struct ChunkWrite {
  Role writer{};
  consensus::Chunk chunk;
  Audience audience{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChunkWrite::writer, &ChunkWrite::chunk, &ChunkWrite::audience);
  }
};
/// Replica → members: the slot holds this chunk now (own, remote, or restored at start).
struct ChunkHeld {
  consensus::Chunk chunk;
  static constexpr auto wire_fields() { return std::make_tuple(&ChunkHeld::chunk); }
};
/// Replica → the member whose write it refused.
struct ChunkWriteRefused {
  consensus::DbAddress db;
  consensus::ChunkSlot slot;
  ChunkVersion version;
  std::uint16_t reason{};  ///< Errc.
  ChunkVersion standing;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChunkWriteRefused::db, &ChunkWriteRefused::slot,
                           &ChunkWriteRefused::version, &ChunkWriteRefused::reason,
                           &ChunkWriteRefused::standing);
  }
};

/// Producer → the own election participant: the set and term it votes in now.
struct ElectionTerm {
  consensus::SignerSet set;
  TermNumber term;
  /// Absent: this node only watches.
  std::optional<MemberIndex> self;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionTerm::set, &ElectionTerm::term, &ElectionTerm::self);
  }
};
/// A height or attempt was decided.
struct ElectionProgress {
  TermNumber term;
  static constexpr auto wire_fields() { return std::make_tuple(&ElectionProgress::term); }
};
/// Whether there is anything to put into a block.
struct ElectionWork {
  TermNumber term;
  bool some{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionWork::term, &ElectionWork::some);
  }
};
/// Seen in a member's state chunk.
struct ElectionSeen {
  TermNumber term;
  MemberIndex member;
  std::uint32_t epoch{};
  std::optional<LeaderCertificate> certificate;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionSeen::term, &ElectionSeen::member, &ElectionSeen::epoch,
                           &ElectionSeen::certificate);
  }
};
struct ElectionAdvice {
  std::variant<ElectionTerm, ElectionProgress, ElectionWork, ElectionSeen> advice;
  static constexpr auto wire_fields() { return std::make_tuple(&ElectionAdvice::advice); }
};
/// Election participant → producer: the leader of the current epoch is known …
struct LeaderNews {
  LeaderCertificate certificate;
  static constexpr auto wire_fields() { return std::make_tuple(&LeaderNews::certificate); }
};
/// … or the epoch changed; the producer publishes it in its state chunk.
struct EpochNews {
  TermNumber term;
  std::uint32_t epoch{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&EpochNews::term, &EpochNews::epoch);
  }
};

/// Peer → role: what a frame held and who sent it.
struct ReplicaHeard {
  PeerId from;
  ReplicaMessage message;
  Receipt receipt;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ReplicaHeard::from, &ReplicaHeard::message);
  }
};
struct ElectionHeard {
  PeerId from;
  ElectionMessage message;
  Receipt receipt;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionHeard::from, &ElectionHeard::message);
  }
};
struct ChainHeard {
  PeerId from;
  ChainMessage message;
  Receipt receipt;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChainHeard::from, &ChainHeard::message);
  }
};
struct TransactionsHeard {
  PeerId from;
  TransactionMessage message;
  Receipt receipt;
  static constexpr auto wire_fields() {
    return std::make_tuple(&TransactionsHeard::from, &TransactionsHeard::message);
  }
};
struct BurnHeard {
  PeerId from;
  BurnMessage message;
  Receipt receipt;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnHeard::from, &BurnHeard::message);
  }
};

/// Gateway → mempool: a client's transaction. Answered with the same token.
struct TransactionOffer {
  std::uint64_t token{};
  SharedBlob<65536> bytes;
  static constexpr auto wire_fields() {
    return std::make_tuple(&TransactionOffer::token, &TransactionOffer::bytes);
  }
};
/// Mempool → gateway, once the chain keeper has judged it.
struct TransactionOutcome {
  std::uint64_t token{};
  Txid txid;
  bool admitted{};         ///< Now or before.
  std::uint16_t reason{};  ///< Errc of a refusal, else 0.
  static constexpr auto wire_fields() {
    return std::make_tuple(&TransactionOutcome::token, &TransactionOutcome::txid,
                           &TransactionOutcome::admitted, &TransactionOutcome::reason);
  }
};

/// Follower → chain keeper: a consistent Bitcoin block whose parent was handed on before.
struct BurnBlockArrived {
  bitcoin::BurnBlock block;
  static constexpr auto wire_fields() { return std::make_tuple(&BurnBlockArrived::block); }
};
/// Wallets → follower: a finished Bitcoin transaction for Bitcoin, and the question for the coins
/// that pay a script.
struct BitcoinSubmission {
  Blob<400'000> raw;
  static constexpr auto wire_fields() { return std::make_tuple(&BitcoinSubmission::raw); }
};
struct CoinsQuestion {
  CoinsWanted wanted;
  static constexpr auto wire_fields() { return std::make_tuple(&CoinsQuestion::wanted); }
};
/// Follower → every wallet; each knows its own scripts.
struct CoinsAnswer {
  Coins coins;
  static constexpr auto wire_fields() { return std::make_tuple(&CoinsAnswer::coins); }
};

}  // namespace quorate::messages
