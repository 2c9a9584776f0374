// What a node's clients ask its replicas, and what they hear. Inside one process only: clients come
// over HTTP (runtime/http). Source: SIP "Stacker DBs" (read and write endpoints, "Clients may
// query").
#pragma once

#include "consensus/controlling_contract.hpp"
#include "consensus/inventory.hpp"
#include "messages/peer_id.hpp"

namespace quorate::messages {

/// Bounds of lists in answers; contracts and configurations stay below.
inline constexpr std::size_t max_listed_slots = 65'536;
inline constexpr std::size_t max_listed_peers = 256;
inline constexpr std::size_t max_listed_arrays = 16;
inline constexpr std::size_t max_listed_counts = 256;

/// Which array of a contract a client means: that of a generation, or the current one.
using ArrayChoice = std::optional<std::uint64_t>;

struct SlotRead {
  ArrayChoice generation;
  consensus::ChunkSlot slot;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotRead::generation, &SlotRead::slot);
  }
};
/// Everything about every slot but its content.
struct SlotsWanted {
  ArrayChoice generation;
  static constexpr auto wire_fields() { return std::make_tuple(&SlotsWanted::generation); }
};
/// What each connected peer was last seen to hold.
struct HoldingsWanted {
  ArrayChoice generation;
  static constexpr auto wire_fields() { return std::make_tuple(&HoldingsWanted::generation); }
};
struct EvidenceWanted {
  ArrayChoice generation;
  std::optional<consensus::ChunkSlot> slot;
  static constexpr auto wire_fields() {
    return std::make_tuple(&EvidenceWanted::generation, &EvidenceWanted::slot);
  }
};
/// How the replica fares: its arrays, its peers, what was counted.
struct LookWanted {
  static constexpr auto wire_fields() { return std::make_tuple(); }
};
struct SlotWrite {
  ArrayChoice generation;
  consensus::ChunkSlot slot;
  ChunkVersion version;
  SharedBlob<consensus::max_chunk_bytes> content;
  crypto::RecoverableSignature signature;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotWrite::generation, &SlotWrite::slot, &SlotWrite::version,
                           &SlotWrite::content, &SlotWrite::signature);
  }
};
using SlotRequest =
    std::variant<SlotRead, SlotsWanted, HoldingsWanted, EvidenceWanted, LookWanted, SlotWrite>;

/// Slot desk → replica. Answered with the same token.
struct SlotQuestion {
  std::uint64_t token{};
  SlotRequest request;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotQuestion::token, &SlotQuestion::request);
  }
};

/// Version 0 and empty when never written. `owner` is zero for a slot nobody owns.
struct SlotShown {
  consensus::Chunk chunk;
  crypto::PublicKey owner;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotShown::chunk, &SlotShown::owner);
  }
};
struct SlotLine {
  crypto::PublicKey owner;
  consensus::ChunkMeta meta;
  std::uint32_t bytes{};
  std::uint32_t chunk_bytes{};  ///< The slot's limit.
  std::uint32_t writes_per_second{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotLine::owner, &SlotLine::meta, &SlotLine::bytes,
                           &SlotLine::chunk_bytes, &SlotLine::writes_per_second);
  }
};
struct ArrayLine {
  consensus::DbAddress db;
  bool is_current{};
  consensus::ChunkDigest digest{};
  std::uint32_t network_id{};
  std::uint32_t slots{};
  std::uint32_t written{};
  std::uint64_t bytes{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&ArrayLine::db, &ArrayLine::is_current, &ArrayLine::digest,
                           &ArrayLine::network_id, &ArrayLine::slots, &ArrayLine::written,
                           &ArrayLine::bytes);
  }
};
struct SlotsShown {
  ArrayLine array;
  List<SlotLine, max_listed_slots> slots;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotsShown::array, &SlotsShown::slots);
  }
};
struct Holding {
  PeerId peer;
  List<consensus::SlotEntry, max_listed_slots> entries;
  static constexpr auto wire_fields() { return std::make_tuple(&Holding::peer, &Holding::entries); }
};
struct HoldingsShown {
  consensus::DbAddress db;
  List<consensus::SlotEntry, max_listed_slots> own;
  List<Holding, max_listed_peers> peers;
  static constexpr auto wire_fields() {
    return std::make_tuple(&HoldingsShown::db, &HoldingsShown::own, &HoldingsShown::peers);
  }
};
/// Two chunks of one slot and version with different contents, both signed by the owner.
struct ChunkPair {
  crypto::PublicKey owner;
  consensus::Chunk first;
  consensus::Chunk second;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChunkPair::owner, &ChunkPair::first, &ChunkPair::second);
  }
};
struct EvidenceShown {
  consensus::DbAddress db;
  List<ChunkPair, max_listed_slots> pairs;
  static constexpr auto wire_fields() {
    return std::make_tuple(&EvidenceShown::db, &EvidenceShown::pairs);
  }
};

/// Where a replica and one of its peers differ, as far as it knows.
struct PeerLine {
  PeerId peer;
  std::uint32_t peer_lacks{};       ///< Slots.
  std::uint32_t this_lacks{};       ///< Slots.
  std::uint64_t versions_lacked{};  ///< By this node, summed over those slots.
  std::int64_t peer_lags_us{};      ///< Since when the peer has lacked something, without a pause.
  std::int64_t this_lags_us{};
  std::uint32_t offences{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&PeerLine::peer, &PeerLine::peer_lacks, &PeerLine::this_lacks,
                           &PeerLine::versions_lacked, &PeerLine::peer_lags_us,
                           &PeerLine::this_lags_us, &PeerLine::offences);
  }
};
/// What a replica counts since its start.
enum class Counted : std::uint8_t {
  client_write = 0,    ///< Accepted.
  client_refusal = 1,  ///< By reason (Errc).
  chunk_held = 2,      ///< Accepted chunks of any origin.
  peer_refusal = 3,    ///< By reason (NackReason).
  peer_dropped = 4,    ///< By reason (Errc).
  array_collected = 5,
  equivocation = 6,
  commit = 7,
  commit_failure = 8,  ///< By reason (Errc).
};
constexpr bool is_valid(Counted c) { return static_cast<std::uint8_t>(c) <= 8; }
struct CountLine {
  Counted what{};
  std::uint16_t reason{};
  std::uint64_t times{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&CountLine::what, &CountLine::reason, &CountLine::times);
  }
};
struct LookShown {
  List<ArrayLine, max_listed_arrays> arrays;
  List<PeerLine, max_listed_peers> peers;
  List<CountLine, max_listed_counts> counts;
  /// Errc of the disk's last answer, until a commit succeeds again.
  std::optional<std::uint16_t> disk;
  static constexpr auto wire_fields() {
    return std::make_tuple(&LookShown::arrays, &LookShown::peers, &LookShown::counts,
                           &LookShown::disk);
  }
};
/// A write's outcome; `standing` is what the slot holds now.
struct WriteJudged {
  std::optional<std::uint16_t> refusal;  ///< Errc.
  consensus::ChunkMeta standing;
  static constexpr auto wire_fields() {
    return std::make_tuple(&WriteJudged::refusal, &WriteJudged::standing);
  }
};
struct SlotRefused {
  std::uint16_t reason{};  ///< Errc.
  static constexpr auto wire_fields() { return std::make_tuple(&SlotRefused::reason); }
};
using SlotReply = std::variant<SlotRefused, SlotShown, SlotsShown, HoldingsShown, EvidenceShown,
                               LookShown, WriteJudged>;

/// Replica → slot desk.
struct SlotAnswer {
  std::uint64_t token{};
  SlotReply reply;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotAnswer::token, &SlotAnswer::reply);
  }
};

/// A replica to itself: what it has decided since is to be written in one batch now.
struct CommitDue {
  static constexpr auto wire_fields() { return std::make_tuple(); }
};

}  // namespace quorate::messages
