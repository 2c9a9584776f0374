// The CAF broker around one connection: bytes in and out of the socket, one step of the link
// machine each, effects performed. Runs on CAF's I/O thread and never waits there.
#pragma once

#include <functional>

#include "actors/clock.hpp"
#include "runtime/network/half_open_gate.hpp"
#include "runtime/network/link_line.hpp"
#include "runtime/network/network_counters.hpp"
#include "runtime/network/owned_socket.hpp"

namespace quorate::network {

/// What a broker reports, on CAF's I/O thread.
struct LinkReports {
  std::function<void(ConnectionId, const messages::NodeId&, crypto::LinkSide,
                     std::shared_ptr<LinkLine>)>
      established;
  /// Exactly once. `node`: whom it was established with, or the one dialled; absent for an accepted
  /// connection that never opened.
  std::function<void(ConnectionId, const std::optional<messages::NodeId>& node, bool was_open,
                     const Error&)>
      ended;
};

/// What a broker works with. The clock outlives it.
struct LinkSetting {
  actors::link::Config config;
  actors::link::LinkMachine::Identity identity;
  const actors::Clock* clock{};
  std::shared_ptr<NetworkCounters> counters;
  LinkReports reports;
};

struct LinkOrder {
  ConnectionId connection;
  OwnedSocket socket;
  std::string address;                     ///< For the log.
  std::optional<messages::NodeId> target;  ///< Present: this node dialled.
  HalfOpenGate::Place place;               ///< Given up when the handshake is over.
};

/// @returns the broker: `LeaveLink` ends the connection whether or not it is established.
caf::actor spawn_link(caf::actor_system& system, std::shared_ptr<const LinkSetting> setting,
                      LinkOrder order);

}  // namespace quorate::network
