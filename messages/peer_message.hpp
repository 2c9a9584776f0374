// Everything that travels between two nodes, as one bounded byte string per message (a frame's
// content). The transport adds nothing but length, order and secrecy.
// Source: docs/protocol.md "Between nodes"; layout: docs/wire_formats.md "Peer messages".
#pragma once

#include "messages/chain_messages.hpp"
#include "messages/election_messages.hpp"
#include "messages/replica_messages.hpp"

namespace quorate::messages {

/// Which replica of a node a message is for: one of the two boot contracts, or by the contract in
/// its address one of the DBs that both nodes host besides.
enum class ReplicaFamily : std::uint8_t { producers = 0, stackers = 1, own = 2 };
constexpr bool is_valid(ReplicaFamily f) { return static_cast<std::uint8_t>(f) <= 2; }
[[nodiscard]] constexpr ReplicaFamily family_of(GroupKind kind) {
  return kind == GroupKind::producers ? ReplicaFamily::producers : ReplicaFamily::stackers;
}

/// Replication of one Stacker DB family.
struct ReplicaTraffic {
  ReplicaFamily family{};
  ReplicaMessage message;
  bool operator==(const ReplicaTraffic&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ReplicaTraffic::family, &ReplicaTraffic::message);
  }
};

/// The contracts whose arrays the sender hosts besides the two that every node hosts. Sent once
/// after connecting, by nodes that host any. Source: SIP "Stacker DBs" ("a list of up to 256").
struct Subscriptions {
  List<Text<171>, 256> contracts;
  bool operator==(const Subscriptions&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Subscriptions::contracts); }
};
using HandshakeMessage = std::variant<Subscriptions>;

using PeerMessage = std::variant<ReplicaTraffic, ElectionMessage, ChainMessage, TransactionMessage,
                                 BurnMessage, HandshakeMessage>;

/// An encoded PeerMessage. Shared: a broadcast is encoded once.
using Frame = SharedBytes;

/// Largest frame of any kind: a burn block at its bound.
inline constexpr std::size_t max_frame_bytes = bitcoin::max_burn_block_bytes + 1024;

/// `PeerMessage`'s encoding without building a PeerMessage first.
[[nodiscard]] Frame encode_frame(ReplicaFamily family, const ReplicaMessage& message);
[[nodiscard]] inline Frame encode_frame(GroupKind family, const ReplicaMessage& message) {
  return encode_frame(family_of(family), message);
}
[[nodiscard]] Frame encode_frame(const ElectionMessage& message);
[[nodiscard]] Frame encode_frame(const ChainMessage& message);
[[nodiscard]] Frame encode_frame(const TransactionMessage& message);
[[nodiscard]] Frame encode_frame(const BurnMessage& message);
[[nodiscard]] Frame encode_frame(const HandshakeMessage& message);
[[nodiscard]] Frame encode_frame(const PeerMessage& message);

/// The message whose encoding is exactly `frame`. @returns frame_too_big (for its kind, judged
/// before anything is decoded), truncated, trailing_bytes, bad_enum, bad_flag, spare_bits_set,
/// length_out_of_bounds.
[[nodiscard]] Result<PeerMessage> decode_frame(ByteView frame);

/// What a frame is, read from its first bytes; for counting, limits and traces.
struct FrameKind {
  /// Index into `frame_kinds()`; the last one stands for frames without a kind.
  std::uint8_t index{};
  bool operator==(const FrameKind&) const = default;
};
struct FrameKindRow {
  std::string_view name;
  std::size_t max_bytes{};
  /// Repeated on a timer while nothing happens; left out of traces.
  bool keep_alive{};
};
[[nodiscard]] std::span<const FrameKindRow> frame_kinds();
[[nodiscard]] FrameKind kind_of(ByteView frame);
[[nodiscard]] inline const FrameKindRow& row_of(FrameKind kind) {
  return frame_kinds()[kind.index];
}

}  // namespace quorate::messages
