// One life of a simulated node, from start to crash: the ports of its roles and its connections. A
// restarted node is another life over the same disk.
#pragma once

#include "runtime/node.hpp"
#include "runtime/simulation/coordinator.hpp"
#include "runtime/simulation/network.hpp"

namespace quorate::simulation {

/// Who hears what happens inside the nodes.
class NodeListener {
 public:
  virtual void on_chain_event(NodeNumber node, const messages::ChainEvent& event,
                              const consensus::Chain& chain) = 0;
  virtual void on_leader(NodeNumber node, const messages::LeaderCertificate& certificate) = 0;
  virtual void on_evidence(NodeNumber node, const actors::Evidence& evidence) = 0;
  virtual void on_note(NodeNumber node, messages::Role role, const std::string& text) = 0;
  virtual void on_refusal(NodeNumber node, messages::Role role, const Error& error) = 0;
  virtual void on_bad_frame(NodeNumber node, NodeNumber from, const Error& error) = 0;
  /// A node stopped itself.
  virtual void on_stopped(NodeNumber node, messages::Role role, const Error& reason) = 0;

 protected:
  ~NodeListener() = default;
};

class NodeLife final : public Network::Receiver,
                       private actors::PeerNetwork,
                       private actors::NodeObserver,
                       private actors::NodeControl {
 public:
  struct Place {
    NodeNumber number{};
    std::uint32_t life{};
    Network* network{};
    const actors::Clock* clock{};
    storage::RecordStore* store{};
    NodeListener* listener{};
    NodeNumber participants{};
  };
  explicit NodeLife(const Place& place) : place_(place), peers_(place.participants) {}

  /// Spawns the roles and joins the network. @returns a refusal of `spawn_node`.
  Result<> start(caf::actor_system& system, runtime::NodeConfig config,
                 const messages::GatewayActor& gateway);
  /// Nothing is handled or sent from this moment on.
  void crash();
  [[nodiscard]] bool is_alive() const { return !stopped_; }
  [[nodiscard]] std::uint32_t life() const { return place_.life; }

  void connect(NodeNumber remote, std::uint32_t remote_life);
  void disconnect(NodeNumber remote);

  [[nodiscard]] const actors::NodeRoles& roles() const { return node_->roles(); }
  /// The keeper's chain, once it has said anything.
  [[nodiscard]] const consensus::Chain* chain() const { return chain_; }

 private:
  struct Peer {
    messages::PeerId id;
    messages::PeerActor actor;
  };
  static constexpr std::uint32_t life_shift = 16;

  void receive(NodeNumber from, const messages::Frame& frame) override;
  void send(messages::PeerId to, const messages::Frame& frame) override;
  void drop(messages::PeerId peer, const Error& reason) override;
  void on_chain_event(const messages::ChainEvent& event, const consensus::Chain& chain) override;
  void on_leader(const messages::LeaderCertificate& certificate) override;
  void on_evidence(const actors::Evidence& evidence) override;
  void on_note(messages::Role role, const std::string& text) override;
  void on_refusal(messages::Role role, const Error& error) override;
  void on_bad_frame(messages::PeerId peer, const Error& error) override;
  [[nodiscard]] bool is_stopped() const override { return stopped_; }
  void stop(messages::Role role, const Error& reason) override;

  [[nodiscard]] static NodeNumber number_of(messages::PeerId peer) {
    return peer.value & ((1u << life_shift) - 1);
  }

  Place place_;
  std::unique_ptr<runtime::Node> node_;
  std::vector<Peer> peers_;
  const consensus::Chain* chain_{};
  bool stopped_{};
};

}  // namespace quorate::simulation
