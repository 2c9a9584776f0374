// What replicas of one Stacker DB family (all generations of one contract) say to each other. Loss,
// duplication and reordering are expected: every message may be repeated or dropped.
// Source: SIP "Stacker DBs" (replication); Gap: docs/protocol.md "Replication".
#pragma once

#include "consensus/inventory.hpp"

namespace quorate::messages {

/// Slots named in one message. 256 entries of 26 bytes keep it below 7 KiB.
inline constexpr std::size_t max_metas = 256;
/// Chunks asked for in one message.
inline constexpr std::size_t max_pulls = 16;
/// Tree nodes in one message: the children of one node.
inline constexpr std::size_t max_tree_nodes = consensus::Inventory::fan_out;

/// One slot and what the sender holds (or acknowledges) there.
struct SlotMeta {
  consensus::ChunkSlot slot;
  consensus::SlotEntry entry;
  bool operator==(const SlotMeta&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&SlotMeta::slot, &SlotMeta::entry); }
};

/// "I hold these": the receiver pulls what is newer than its own.
struct Announce {
  consensus::DbAddress db;
  List<SlotMeta, max_metas> metas;
  bool operator==(const Announce&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Announce::db, &Announce::metas); }
};

/// Whether a chunk comes straight from the node at which it was written. A hint: it only decides
/// how much is relayed.
enum class Origin : std::uint8_t {
  elsewhere = 0,
  here = 1,  ///< The sender took it from a client of its own.
};
constexpr bool is_valid(Origin o) { return static_cast<std::uint8_t>(o) <= 1; }

/// Whom a chunk concerns, as its writer said. A hint as well: it only decides how soon who hears.
enum class Audience : std::uint8_t {
  everybody = 0,
  members = 1,  ///< Others may hear of it later.
};
constexpr bool is_valid(Audience a) { return static_cast<std::uint8_t>(a) <= 1; }

/// A chunk, unasked or pulled. Answered with `Ack` or `Nack`.
struct Push {
  consensus::Chunk chunk;
  Origin origin{};
  Audience audience{};
  bool operator==(const Push&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Push::chunk, &Push::origin, &Push::audience);
  }
};

enum class AckKind : std::uint8_t {
  holds = 0,  ///< The entry is what the sender holds now (maybe more than it was told of).
  heard = 1,  ///< The entry is what it was told of; it sees to the rest itself.
  had = 2,    ///< As `holds`, and it did before it was told: passing this on was needless.
};
constexpr bool is_valid(AckKind k) { return static_cast<std::uint8_t>(k) <= 2; }

struct SlotAck {
  AckKind kind{};
  SlotMeta meta;
  bool operator==(const SlotAck&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&SlotAck::kind, &SlotAck::meta); }
};
/// Ends the sender's repetitions of `Push` and `Announce`.
struct Ack {
  consensus::DbAddress db;
  List<SlotAck, max_metas> slots;
  bool operator==(const Ack&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Ack::db, &Ack::slots); }
};

/// Asks for the chunks that these slots hold now; each is answered with a `Push`.
struct Pull {
  consensus::DbAddress db;
  List<consensus::ChunkSlot, max_pulls> slots;
  bool operator==(const Pull&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Pull::db, &Pull::slots); }
};

struct NodeDigest {
  consensus::TreeNode node;
  Hash256 digest;
  bool operator==(const NodeDigest&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&NodeDigest::node, &NodeDigest::digest);
  }
};
/// How soon the sender wants to hear of what members write for each other in this array.
enum class Attention : std::uint8_t {
  close = 0,  ///< At once: its node may be a member.
  loose = 1,  ///< In a while, and not of what was overtaken meanwhile: its node is never one.
};
constexpr bool is_valid(Attention a) { return static_cast<std::uint8_t>(a) <= 1; }

/// Anti-entropy: "these are my digests". The receiver answers each inner node that differs with its
/// children's digests and each lowest node that differs with a `Range`; equal ones with nothing.
struct Compare {
  consensus::DbAddress db;
  /// Repeated with every comparison, so that a lost one is made up for.
  Attention attention{};
  List<NodeDigest, max_tree_nodes> nodes;
  bool operator==(const Compare&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Compare::db, &Compare::attention, &Compare::nodes);
  }
};
/// All slots below one lowest node of the sender's tree. The receiver pulls what is newer and
/// answers with `Ack` (kind holds) where its own is.
struct Range {
  consensus::DbAddress db;
  NodeDigest node;
  List<consensus::SlotEntry, consensus::Inventory::fan_out> entries;
  bool operator==(const Range&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Range::db, &Range::node, &Range::entries);
  }
};

enum class NackReason : std::uint8_t {
  no_such_db = 0,         ///< Not open here (yet), and not kept for later.
  generation_closed = 1,  ///< Collected here.
  garbage = 2,            ///< The contract would collect it.
  no_such_slot = 3,
  too_big = 4,
  bad_signer = 5,
  version_zero = 6,
  too_fast = 7,  ///< The receiver's budget for this peer is used up; repeat later.
};
constexpr bool is_valid(NackReason r) { return static_cast<std::uint8_t>(r) <= 7; }

/// A refusal of a `Push`; absent slot: of everything about this DB.
struct Nack {
  consensus::DbAddress db;
  std::optional<consensus::ChunkSlot> slot;
  NackReason reason{};
  bool operator==(const Nack&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Nack::db, &Nack::slot, &Nack::reason);
  }
};

using ReplicaMessage = std::variant<Announce, Push, Ack, Pull, Compare, Range, Nack>;

/// Upper bound of any encoded ReplicaMessage: a Push with the largest chunk.
inline constexpr std::size_t max_replica_message_bytes = consensus::max_chunk_bytes + 1024;

/// Which array a message is about.
[[nodiscard]] const consensus::DbAddress& address_of(const ReplicaMessage& message);

/// Bytes that the message takes on the wire, found without encoding it.
[[nodiscard]] std::size_t wire_size(const ReplicaMessage& message);

}  // namespace quorate::messages
