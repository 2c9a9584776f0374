// The actor that knows all connections of a node: performs what the dialer machine decides, names
// connections to the node, and keeps the table by which frames find their way out.
#pragma once

#include <shared_mutex>

#include "actors/dialer_machine.hpp"
#include "runtime/network/link_broker.hpp"

namespace quorate::network {

/// Whoever the connections are for: a node, or the scripted Bitcoin. Called on the switchboard's
/// turns, one after the other.
class PeerUser {
 public:
  virtual ~PeerUser() = default;
  /// @returns the actor that hears what the peer sends.
  virtual messages::PeerActor peer_up(messages::PeerId peer, const messages::NodeId& node) = 0;
  virtual void peer_down(messages::PeerId peer, const messages::NodeId& node) = 0;
};

/// From any thread: which connection a peer is reached by, and who it is.
class RoutingTable {
 public:
  struct Row {
    messages::NodeId node;
    std::shared_ptr<LinkLine> line;
  };
  void set(messages::PeerId peer, Row row) {
    const std::unique_lock lock{mutex_};
    rows_[peer] = std::move(row);
  }
  void erase(messages::PeerId peer) {
    const std::unique_lock lock{mutex_};
    rows_.erase(peer);
  }
  [[nodiscard]] std::optional<Row> find(messages::PeerId peer) const {
    const std::shared_lock lock{mutex_};
    const auto at = rows_.find(peer);
    if (at == rows_.end()) return std::nullopt;
    return at->second;
  }
  [[nodiscard]] std::vector<std::pair<messages::PeerId, messages::NodeId>> all() const {
    const std::shared_lock lock{mutex_};
    std::vector<std::pair<messages::PeerId, messages::NodeId>> out;
    for (const auto& [peer, row] : rows_) out.emplace_back(peer, row.node);
    return out;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::map<messages::PeerId, Row> rows_;
};

// Messages to the switchboard; they never leave the process.
struct SocketAccepted {
  std::shared_ptr<LinkOrder> order;  ///< Without its number.
};
struct SocketConnected {
  std::shared_ptr<LinkOrder> order;
};
struct DialEnded {
  messages::NodeId node;
};
struct LinkIsUp {
  ConnectionId connection;
  messages::NodeId node;
  crypto::LinkSide side{};
  std::shared_ptr<LinkLine> line;
};
struct LinkIsDown {
  ConnectionId connection;
  std::optional<messages::NodeId> node;
  bool was_open{};
  Errc reason{};
};
struct DialTimerDue {
  messages::Timer timer;
};
/// Ends every connection, then the switchboard.
struct StopNetwork {};

struct SwitchboardSetting {
  actors::dialer::Config dialer;
  /// Connections with this node always bear number 0.
  std::optional<messages::NodeId> feed;
  PeerUser* user{};
  const actors::Clock* clock{};
  RoutingTable* table{};
  std::function<void(const actors::dialer::Target&)> dial;
  /// Spawns the broker.
  std::function<caf::actor(LinkOrder)> open;
  /// Told once all connections are gone after StopNetwork.
  std::function<void()> stopped;
};

caf::actor spawn_switchboard(caf::actor_system& system, SwitchboardSetting setting);

}  // namespace quorate::network

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::SocketAccepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::SocketConnected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::DialEnded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::LinkIsUp)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::LinkIsDown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::DialTimerDue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::StopNetwork)
