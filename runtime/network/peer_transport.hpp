// A node's connections with other nodes: listens, dials, keeps one connection per node, and carries
// frames. The port through which roles reach their peers.
#pragma once

#include <condition_variable>

#include "actors/node_wiring.hpp"
#include "runtime/network/porter.hpp"
#include "runtime/network/switchboard.hpp"

namespace quorate::network {

struct TransportConfig {
  /// Absent: nobody can connect to this node.
  std::optional<Address> listen;
  std::vector<PeerAddress> peers;
  /// Whose messages about Bitcoin are believed; one of `peers`.
  std::optional<messages::NodeId> feed;
  actors::link::Config link;
  /// Waits and limits of dialling; self, targets and seed are filled in.
  actors::dialer::Config dialer;
  HalfOpenGate::Limits half_open;
};

class PeerTransport final : public actors::PeerNetwork {
 public:
  /// @param clock outlives the actor system: brokers may look at it until they end.
  /// @returns cannot_listen.
  static Result<std::unique_ptr<PeerTransport>> create(caf::actor_system& system,
                                                       TransportConfig config,
                                                       actors::link::LinkMachine::Identity identity,
                                                       const actors::Clock& clock);
  ~PeerTransport() override;

  /// From now on connections are accepted and made. `user` outlives the transport.
  Result<> start(PeerUser& user);
  /// Takes leave of every peer; returns when all connections are gone, or after three seconds.
  void stop();

  void send(messages::PeerId to, const messages::Frame& frame) override;
  void drop(messages::PeerId peer, const Error& reason) override;

  [[nodiscard]] std::uint16_t port() const { return porter_ ? porter_->port() : std::uint16_t{0}; }
  [[nodiscard]] const messages::NodeId& id() const { return identity_->id; }
  [[nodiscard]] const NetworkCounters& counters() const { return *counters_; }
  [[nodiscard]] std::vector<std::pair<messages::PeerId, messages::NodeId>> peers() const {
    return table_.all();
  }
  [[nodiscard]] std::uint32_t half_open() const { return gate_->taken(); }

 private:
  PeerTransport(caf::actor_system& system, TransportConfig config,
                actors::link::LinkMachine::Identity identity, const actors::Clock& clock);
  [[nodiscard]] std::shared_ptr<const LinkSetting> link_setting();
  [[nodiscard]] Porter::Reports porter_reports();

  caf::actor_system& system_;
  TransportConfig config_;
  actors::link::LinkMachine::Identity identity_;
  const actors::Clock& clock_;
  std::shared_ptr<NetworkCounters> counters_{std::make_shared<NetworkCounters>()};
  RoutingTable table_;
  std::shared_ptr<HalfOpenGate> gate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_{};
  caf::actor switchboard_;
  std::unique_ptr<Porter> porter_;
};

}  // namespace quorate::network
