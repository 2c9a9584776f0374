// The bytes between two connected nodes: length-prefixed frames, the three frames of the handshake,
// and what a sealed frame holds. Source: docs/protocol.md "Between nodes".
//
// Every frame:      0  4   length n of what follows, 1 … limit of the moment
//                   4  n   content
// Sealed content:   0  n−16   sealed: kind u8, then what belongs to the kind
//                   n−16  16  tag; binds the four bytes of length too
// Handshake:
//   hello, dialer → listener (108)       answer, listener → dialer (96)    proof, dialer → listener
//    0   8  "quorate" 0x01 (version)      0  32  ephemeral key               0  64  signature
//    8   4  network id                   32  64  signature
//   12  32  ephemeral key
//   44  32  node id of the dialer
//   76  32  node id of the listener
#pragma once

#include <variant>

#include "base/codec.hpp"
#include "crypto/keys.hpp"
#include "crypto/session_cipher.hpp"

namespace quorate::messages {

/// A node on the network: the x coordinate of its node key.
using NodeId = crypto::XOnlyKey;

inline constexpr std::array<std::uint8_t, 8> transport_magic{'q', 'u', 'o', 'r', 'a', 't', 'e', 1};
inline constexpr std::size_t frame_prefix_size = 4;
/// No frame of the handshake is larger.
inline constexpr std::size_t max_handshake_frame = 108;

struct HandshakeHello {
  std::array<std::uint8_t, 8> magic{transport_magic};
  std::uint32_t network_id{};
  crypto::ExchangeKey ephemeral;
  NodeId dialer;
  NodeId listener;
  bool operator==(const HandshakeHello&) const = default;
};
struct HandshakeAnswer {
  crypto::ExchangeKey ephemeral;
  crypto::SchnorrSignature signature;
  bool operator==(const HandshakeAnswer&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&HandshakeAnswer::ephemeral, &HandshakeAnswer::signature);
  }
};
struct HandshakeProof {
  crypto::SchnorrSignature signature;
  bool operator==(const HandshakeProof&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&HandshakeProof::signature); }
};

[[nodiscard]] Bytes encode_hello(const HandshakeHello& hello);
/// @returns handshake_malformed (length), handshake_wrong_version (first eight bytes).
[[nodiscard]] Result<HandshakeHello> decode_hello(ByteView content);

/// What the end on `side` signs: H("quorate/transport-handshake" ‖ network id ‖ dialer ‖ listener ‖
/// dialer's ephemeral key ‖ listener's ephemeral key ‖ side u8). Fresh keys of both ends in it make
/// a replay useless, the side makes a reflection useless.
[[nodiscard]] Hash256 handshake_digest(const HandshakeHello& hello,
                                       const crypto::ExchangeKey& listener_ephemeral,
                                       crypto::LinkSide side);

/// The receiver has handled messages worth so many bytes; the sender may send as many more.
struct LinkCredit {
  std::uint32_t bytes{};
  bool operator==(const LinkCredit&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&LinkCredit::bytes); }
};
/// "Are you there?" Answered with a pong of the same token.
struct LinkPing {
  std::uint64_t token{};
  bool operator==(const LinkPing&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&LinkPing::token); }
};
struct LinkPong {
  std::uint64_t token{};
  bool operator==(const LinkPong&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&LinkPong::token); }
};
/// The last frame before the sender closes, with its reason's name: for the other end's log.
struct LinkFarewell {
  Text<64> reason;
  bool operator==(const LinkFarewell&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&LinkFarewell::reason); }
};
/// Kinds 0 to 3 of a sealed frame: the link's own words.
using LinkControl = std::variant<LinkCredit, LinkPing, LinkPong, LinkFarewell>;
/// Kind of a sealed frame that holds an encoded PeerMessage.
inline constexpr std::uint8_t message_kind = 4;
/// Largest content of a sealed control frame.
inline constexpr std::size_t max_control_bytes = 1 + 2 + 64;

/// The message in an opened frame, or nothing when its kind says otherwise.
[[nodiscard]] std::optional<ByteView> carried_message(ByteView opened);
/// @returns link_frame_malformed.
[[nodiscard]] Result<LinkControl> decode_control(ByteView opened);

/// Appends a whole plain frame.
void put_frame(Bytes& out, ByteView content);
/// Appends a whole sealed frame with `kind` and `content`, encrypted where it stands.
void put_sealed(Bytes& out, crypto::DirectionKey& key, std::uint8_t kind, ByteView content);
void put_sealed(Bytes& out, crypto::DirectionKey& key, const LinkControl& control);
/// Opens a frame's content in place. @returns kind and what belongs to it; sealed_frame_invalid.
[[nodiscard]] Result<ByteView> open_sealed(crypto::DirectionKey& key,
                                           std::span<std::uint8_t> content);

/// Cuts a stream of bytes into frames, however it arrives.
class FrameReader {
 public:
  /// Takes bytes from the front of `input` until a frame is whole.
  /// @param limit largest content at this point; judged before anything is kept for it.
  /// @returns its content (valid until the next call, inside `input` if it lies there whole),
  /// nothing when the input is used up, or transport_frame_too_big, transport_frame_empty: the
  /// stream cannot be read further.
  [[nodiscard]] Result<std::optional<std::span<std::uint8_t>>> next(std::span<std::uint8_t>& input,
                                                                    std::size_t limit);
  /// Memory kept for an unfinished frame: never more than what arrived of it, times two.
  [[nodiscard]] std::size_t held() const { return partial_.capacity(); }

 private:
  /// Moves bytes into `partial_` until it holds `size`.
  bool fill(std::span<std::uint8_t>& input, std::size_t size);

  Bytes partial_;    ///< Prefix and content, as far as they arrived.
  bool is_whole_{};  ///< What `partial_` holds was handed out.
};

}  // namespace quorate::messages
