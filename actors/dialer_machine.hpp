// Which nodes to connect to and when, and which of several connections with one node stays: the
// switchboard's decisions. Failures are followed by growing waits with jitter, misbehaviour by a
// pause in both directions. Source: docs/protocol.md "Between nodes".
#pragma once

#include <map>

#include "actors/effects.hpp"
#include "crypto/hash.hpp"
#include "messages/transport_frames.hpp"

namespace quorate::actors::dialer {

using crypto::LinkSide;
using messages::NodeId;

/// A connection of this process, whoever made it; never reused.
using ConnectionId = Strong<struct ConnectionIdTag, std::uint64_t, Arithmetic::none>;

/// A node that this one keeps a connection with.
struct Target {
  NodeId node;
  /// host:port, understood by whoever connects.
  std::string address;
  bool operator==(const Target&) const = default;
};

struct Config {
  NodeId self;
  std::vector<Target> targets;
  /// Decides the jitter; differs between nodes.
  Hash256 seed;
  Duration first_wait{milliseconds(250)};
  Duration wait_cap{seconds(30)};
  std::uint32_t growth_percent{200};
  /// A wait is drawn from [w, w·(1 + jitter)].
  std::uint32_t jitter_percent{50};
  /// A connection that ended sooner counts as a failure.
  Duration settled{seconds(10)};
  std::uint32_t max_dials{16};
  /// Connections in use, those of targets included; a target always finds room.
  std::uint32_t max_connections{64};
  /// How long a node that misbehaved is refused, and how many such nodes are remembered.
  Duration pause{seconds(60)};
  std::uint32_t max_paused{1'024};
};

struct Started {};
/// A dial brought no connection, or one that ended before it was established.
struct DialFailed {
  NodeId node;
};
/// A connection is established; `side` is what this node is on it.
struct LinkUp {
  ConnectionId connection;
  NodeId node;
  LinkSide side{};
};
/// An established connection ended.
struct LinkDown {
  ConnectionId connection;
  Errc reason{};
};
struct DialTimer {
  Timer timer;
};
using Input = std::variant<Started, DialFailed, LinkUp, LinkDown, DialTimer>;

struct Dial {
  Target target;
};
/// The connection is in use from now on, as the only one with its node.
struct Use {
  ConnectionId connection;
  NodeId node;
};
/// It is in use no longer.
struct Unuse {
  ConnectionId connection;
  NodeId node;
};
/// Close it; its end is not reported back.
struct Refuse {
  ConnectionId connection;
  Errc reason{};
};
using Effect = std::variant<Dial, Use, Unuse, Refuse, ArmTimer>;
using Effects = std::vector<Effect>;

/// Ends for which the peer is to blame.
[[nodiscard]] bool is_misbehaviour(Errc reason);

class DialerMachine {
 public:
  explicit DialerMachine(Config config);

  [[nodiscard]] Effects step(Instant now, const Input& input);

  [[nodiscard]] std::size_t in_use() const { return used_.size(); }
  [[nodiscard]] bool is_connected(const NodeId& node) const { return by_node_.contains(node); }

 private:
  struct Course {
    Target target;
    enum class State : std::uint8_t { waiting, dialing, connected } state{};
    std::uint32_t failures{};
    Instant next;
  };
  struct Used {
    NodeId node;
    LinkSide side{};
    Instant since;
  };

  void on(Instant now, const Started& input, Effects& out);
  void on(Instant now, const DialFailed& input, Effects& out);
  void on(Instant now, const LinkUp& input, Effects& out);
  void on(Instant now, const LinkDown& input, Effects& out);
  void on(Instant now, const DialTimer& input, Effects& out);

  /// Whether a second connection with a node takes the place of the first.
  [[nodiscard]] bool replaces(const Used& standing, const LinkUp& incoming) const;
  [[nodiscard]] bool has_room_for(const NodeId& node) const;
  void use(Instant now, const LinkUp& incoming, Effects& out);
  void unuse(ConnectionId connection, Effects& out);
  void fail(Instant now, Course& course);
  void pause(Instant now, const NodeId& node);
  [[nodiscard]] bool is_paused(Instant now, const NodeId& node) const;
  [[nodiscard]] Duration wait(const Course& course) const;
  void dial_due(Instant now, Effects& out);

  Config config_;
  std::map<NodeId, Course> courses_;
  std::map<ConnectionId, Used> used_;
  std::map<NodeId, ConnectionId> by_node_;
  std::map<NodeId, Instant> paused_;  ///< Until when.
  std::uint32_t dials_{};
  std::optional<Instant> armed_;  ///< The earliest timer that has not fired.
};

}  // namespace quorate::actors::dialer
