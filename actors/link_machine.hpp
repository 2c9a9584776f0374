// One connection with another node, from the first byte to the last: the handshake in both roles,
// sealed frames, credits so that a slow or silent peer costs bounded memory, budgets so that a busy
// one does too, and a named reason for the end. Source: docs/protocol.md "Between nodes".
//
//   dialer:    opened ─hello▶ ·· awaiting answer ─proof▶ open
//   listener:  opened ·· awaiting hello ─answer▶ awaiting proof ·· open
//
// Bytes in flight are bounded twice: by the credit that the other end gives (what it has not
// handled yet), and by what the own socket has not taken yet.
#pragma once

#include <deque>
#include <memory>

#include "actors/effects.hpp"
#include "actors/link_budget.hpp"
#include "messages/transport_frames.hpp"

namespace quorate::actors::link {

using crypto::LinkSide;
using messages::NodeId;

/// A node's own key on the network; shared by all of its links, never changed.
struct NodeIdentity {
  explicit NodeIdentity(crypto::SecretKey secret)
      : key(std::move(secret)), id(crypto::x_only(key.public_key())) {}
  crypto::SecretKey key;
  NodeId id;
};

/// Bytes of messages a peer may have sent that are not handled yet. Part of the protocol: both ends
/// begin with it. Holds the largest message.
inline constexpr std::uint32_t link_window = 5 * 1024 * 1024;
/// What a message costs beside its bytes, so that many small ones are bounded as well.
inline constexpr std::uint32_t message_charge = 256;
[[nodiscard]] constexpr std::uint32_t charge_of(std::size_t message_bytes) {
  return static_cast<std::uint32_t>(message_bytes) + message_charge;
}
static_assert(charge_of(messages::max_frame_bytes) <= link_window);

struct Config {
  std::uint32_t network_id{};
  Duration handshake_deadline{seconds(5)};
  /// Silence after which the peer is asked whether it is there, and after which it is not.
  Duration ping_after{seconds(10)};
  Duration silence_limit{seconds(30)};
  /// How long a message may wait for a peer that takes nothing.
  Duration stall_limit{seconds(60)};
  /// Messages that wait here for credit or for the socket.
  std::uint64_t outbox_bytes{16u << 20};
  /// Bytes given to the socket that it has not taken.
  std::uint64_t write_ahead{512u << 10};
  Rates rates{default_rates()};
  Rate control{400, 4'000};
  Rate excess{20, 1'000};
};

/// The connection is made: the dialer speaks first.
struct Opened {};
/// Bytes arrived; they are decrypted where they stand.
struct BytesArrived {
  std::span<std::uint8_t> bytes;
};
/// A role sends. @returns link_outbox_full, link_closed (also: not open yet), frame_too_big.
struct SendMessage {
  messages::Frame frame;
};
/// Delivered messages were handled: their charges come back.
struct Handled {
  std::uint64_t charge{};
};
/// The socket took so many bytes.
struct BytesTaken {
  std::uint64_t bytes{};
};
/// The other end closed.
struct PeerGone {};
/// This node closes.
struct Leave {
  Error reason;
};
struct LinkTimer {
  Timer timer;
};
using Input = std::variant<Opened, BytesArrived, SendMessage, Handled, BytesTaken, PeerGone, Leave,
                           LinkTimer>;

struct WriteBytes {
  Bytes bytes;
};
/// The other end holds the key of this node; from now on messages travel.
struct Established {
  NodeId node;
};
/// A message, to be answered with `Handled` of its charge once it is done with.
struct DeliverMessage {
  messages::Frame frame;
  std::uint32_t charge{};
};
/// A message that was ignored: for counters.
struct MessageIgnored {
  messages::FrameKind kind;
  Error reason;
};
/// The last effect there is: what was written is flushed, then the connection is closed.
struct CloseLink {
  Error reason;
};
using Effect =
    std::variant<WriteBytes, Established, DeliverMessage, MessageIgnored, CloseLink, ArmTimer>;
using Effects = std::vector<Effect>;

class LinkMachine {
 public:
  using Identity = std::shared_ptr<const NodeIdentity>;

  /// @param ephemeral fresh for this connection. @param now when the connection was made.
  static LinkMachine dialing(Config config, Identity own, crypto::EphemeralKey ephemeral,
                             const NodeId& target, Instant now);
  static LinkMachine listening(Config config, Identity own, crypto::EphemeralKey ephemeral,
                               Instant now);

  [[nodiscard]] Result<Effects> step(Instant now, const Input& input);

  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  /// For checks and counters: bytes waiting to be sent, charges of messages not handled.
  [[nodiscard]] std::uint64_t waiting_bytes() const { return outbox_bytes_; }
  [[nodiscard]] std::uint64_t unhandled() const { return unhandled_; }
  [[nodiscard]] std::size_t partial_bytes() const { return reader_.held(); }

 private:
  enum class Phase : std::uint8_t {
    fresh,
    awaiting_hello,
    awaiting_answer,
    awaiting_proof,
    open,
    over
  };
  struct Waiting {
    messages::Frame frame;
    Instant since;
  };

  LinkMachine(Config config, Identity own, crypto::EphemeralKey ephemeral, LinkSide side,
              Instant now);

  // One per input.
  Result<> on(Instant now, const Opened& input, Effects& out);
  Result<> on(Instant now, const BytesArrived& input, Effects& out);
  Result<> on(Instant now, const SendMessage& input, Effects& out);
  Result<> on(Instant now, const Handled& input, Effects& out);
  Result<> on(Instant now, const BytesTaken& input, Effects& out);
  Result<> on(Instant now, const PeerGone& input, Effects& out);
  Result<> on(Instant now, const Leave& input, Effects& out);
  Result<> on(Instant now, const LinkTimer& input, Effects& out);

  // Refusals of these end the link.
  Result<> take_frame(Instant now, std::span<std::uint8_t> content, Effects& out);
  Result<> take_hello(ByteView content, Effects& out);
  Result<> take_answer(Instant now, ByteView content, Effects& out);
  Result<> take_proof(Instant now, ByteView content, Effects& out);
  Result<> take_sealed(Instant now, std::span<std::uint8_t> content, Effects& out);
  Result<> take_message(Instant now, ByteView message, Effects& out);
  Result<> take_control(const messages::LinkControl& control);

  void open(Instant now, Effects& out);
  void give_back(std::uint64_t charge);
  /// Moves waiting messages to the socket as far as credit and write-ahead allow.
  void pump();
  void say(const messages::LinkControl& control);
  /// What was gathered for the socket becomes one effect.
  void flush(Effects& out);
  void end(const Error& reason, Effects& out);
  [[nodiscard]] std::size_t frame_limit() const;

  Config config_;
  Identity own_;
  LinkSide side_;
  Phase phase_{Phase::fresh};
  std::optional<crypto::EphemeralKey> ephemeral_;
  messages::HandshakeHello hello_;
  crypto::ExchangeKey listener_ephemeral_;
  std::optional<crypto::SessionKeys> keys_;
  messages::FrameReader reader_;
  Budget budget_;

  Instant heard_;  ///< When the last valid frame came.
  std::uint64_t pings_{};
  std::uint64_t credit_{link_window};
  std::uint64_t unhandled_{};  ///< Charges delivered and not handled.
  std::uint64_t owed_{};       ///< Charges handled, not yet told to the peer.
  std::deque<Waiting> outbox_;
  std::uint64_t outbox_bytes_{};
  std::uint64_t untaken_{};  ///< Bytes written that the socket has not taken.
  Bytes wire_;               ///< Gathered within one step.
};

}  // namespace quorate::actors::link
