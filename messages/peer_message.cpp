#include "messages/peer_message.hpp"

namespace quorate::messages {

namespace {

constexpr std::size_t kib = 1024;

// In the order of the tags: first byte of a frame, then the index of the inner variant. A replica
// frame carries its family between the two.
constexpr std::array rows{
    FrameKindRow{"replica.announce", 16 * kib, false},
    FrameKindRow{"replica.push", max_replica_message_bytes + kib, false},
    FrameKindRow{"replica.ack", 16 * kib, false},
    FrameKindRow{"replica.pull", 4 * kib, false},
    FrameKindRow{"replica.compare", 16 * kib, true},
    FrameKindRow{"replica.range", 16 * kib, true},
    FrameKindRow{"replica.nack", 4 * kib, false},
    FrameKindRow{"election.request", kib, false},
    FrameKindRow{"election.grant", kib, false},
    FrameKindRow{"chain.tip", kib, true},
    FrameKindRow{"chain.block", 4 * kib * kib, false},
    FrameKindRow{"chain.wanted", 4 * kib, false},
    FrameKindRow{"transactions.known", 40 * kib, false},
    FrameKindRow{"transactions.wanted", 40 * kib, false},
    FrameKindRow{"transactions.bytes", 4 * kib * kib, false},
    FrameKindRow{"burn.tip", kib, true},
    FrameKindRow{"burn.wanted", 4 * kib, true},
    FrameKindRow{"burn.block", bitcoin::max_burn_block_bytes + kib, false},
    FrameKindRow{"burn.transaction", 512 * kib, false},
    FrameKindRow{"burn.coins_wanted", kib, false},
    FrameKindRow{"burn.coins", 64 * kib, false},
    FrameKindRow{"replica.subscriptions", 64 * kib, false},
    FrameKindRow{"malformed", 0, false},
};

template <std::size_t Alternative>
constexpr std::size_t inner_count =
    std::variant_size_v<std::variant_alternative_t<Alternative, PeerMessage>>;
template <>
constexpr std::size_t inner_count<0> = std::variant_size_v<ReplicaMessage>;

constexpr std::array<std::size_t, 6> inner_counts{inner_count<0>, inner_count<1>, inner_count<2>,
                                                  inner_count<3>, inner_count<4>, inner_count<5>};
static_assert(inner_counts.size() == std::variant_size_v<PeerMessage>);
static_assert(inner_counts[0] + inner_counts[1] + inner_counts[2] + inner_counts[3] +
                  inner_counts[4] + inner_counts[5] + 1 ==
              rows.size());

template <class... Parts>
Frame frame_of(const Parts&... parts) {
  Bytes out;
  Writer writer{out};
  (writer.put(parts), ...);
  return Frame{std::move(out)};
}

}  // namespace

Frame encode_frame(ReplicaFamily family, const ReplicaMessage& message) {
  Bytes out;
  out.reserve(wire_size(message) + 2);
  Writer{out}.put(std::uint8_t{0}).put(family).put(message);
  return Frame{std::move(out)};
}
Frame encode_frame(const ElectionMessage& message) { return frame_of(std::uint8_t{1}, message); }
Frame encode_frame(const ChainMessage& message) { return frame_of(std::uint8_t{2}, message); }
Frame encode_frame(const TransactionMessage& message) {
  return frame_of(std::uint8_t{3}, message);
}
Frame encode_frame(const BurnMessage& message) { return frame_of(std::uint8_t{4}, message); }
Frame encode_frame(const HandshakeMessage& message) { return frame_of(std::uint8_t{5}, message); }
Frame encode_frame(const PeerMessage& message) { return frame_of(message); }

std::span<const FrameKindRow> frame_kinds() { return rows; }

FrameKind kind_of(ByteView frame) {
  constexpr FrameKind malformed{rows.size() - 1};
  if (frame.empty() || frame[0] >= inner_counts.size()) return malformed;
  const std::size_t inner_at = frame[0] == 0 ? 2 : 1;
  if (frame.size() <= inner_at || frame[inner_at] >= inner_counts[frame[0]]) return malformed;
  std::size_t first = 0;
  for (std::size_t i = 0; i < frame[0]; ++i) first += inner_counts[i];
  return FrameKind{static_cast<std::uint8_t>(first + frame[inner_at])};
}

Result<PeerMessage> decode_frame(ByteView frame) {
  const FrameKind kind = kind_of(frame);
  if (kind.index + 1u < rows.size() && frame.size() > row_of(kind).max_bytes) {
    return Error{Errc::frame_too_big, std::string(row_of(kind).name)};
  }
  return decode<PeerMessage>(frame);
}

}  // namespace quorate::messages
