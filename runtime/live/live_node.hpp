// A node in real time: the roles that `spawn_node` wires, the peer transport, a store on disk, and
// what its operator can see of it. The ports of its roles; may be looked at from any thread.
#pragma once

#include <atomic>
#include <deque>

#include "runtime/http/node_api.hpp"
#include "runtime/live/shared_store.hpp"
#include "runtime/live/transfer_desk.hpp"
#include "runtime/network/peer_transport.hpp"
#include "runtime/node.hpp"

namespace quorate::runtime {

struct LiveNodeSetup {
  NodeConfig node;
  network::TransportConfig network;
  std::shared_ptr<const actors::link::NodeIdentity> identity;
  std::unique_ptr<storage::RecordStore> store;
  TransferPlan transfers;
  /// Absent: the node cannot be asked over HTTP.
  std::optional<http::ServerConfig> http;
  http::SlotDesk::Limits slots;
  std::uint64_t damaged_records{};  ///< Found at start and dropped.
};

/// A look at a node.
struct NodeStatus {
  messages::NodeId id;
  std::string role;
  BlockHeight height;
  BlockId tip;
  TermNumber term;  ///< Of the Bitcoin tip.
  BurnView burn_tip;
  BurnView tip_burn_view;  ///< Of the highest block: how far behind Bitcoin a syncing node is.
  std::optional<BlockHeight> announced;
  std::optional<BlockHeight> final_height;
  std::optional<BlockId> final_block;
  std::string leader;  ///< Of the current epoch: the first digits of its key, or empty.
  bool keys_ready{};
  std::size_t peers{};
  bool has_feed{};
  std::uint16_t port{};                          ///< For other nodes; 0: none.
  std::uint16_t http_port{};                     ///< 0: none.
  std::uint32_t waiting{};                       ///< Transactions in the mempool.
  std::vector<std::string> evidence;             ///< "member kind generation", each once.
  std::map<std::string, std::uint64_t> network;  ///< Reasons, counted.
  TransferDesk::Figures transfers;
};

class LiveNode final : private network::PeerUser,
                       private actors::NodeObserver,
                       private actors::NodeControl {
 public:
  /// @param clock outlives the actor system. @returns a refusal of `spawn_node`, cannot_listen.
  static Result<std::unique_ptr<LiveNode>> start(caf::actor_system& system,
                                                 const actors::Clock& clock, LiveNodeSetup setup);
  ~LiveNode() override;

  /// Takes leave of the peers and ends all roles; what was promised is on disk already.
  void stop();
  /// Hands in transfers that are due, looks at the replicas; call it a few times a second.
  void tick();
  /// Why the node stopped by itself, if it did.
  [[nodiscard]] std::optional<std::string> fault() const;
  [[nodiscard]] NodeStatus status() const;
  [[nodiscard]] const network::PeerTransport& transport() const { return *transport_; }
  /// 0 without HTTP.
  [[nodiscard]] std::uint16_t http_port() const { return server_ ? server_->port() : 0; }
  [[nodiscard]] http::NodePicture picture() const;
  /// Asks a replica as clients do.
  [[nodiscard]] http::SlotDesk& slots() { return slots_; }

 private:
  LiveNode(caf::actor_system& system, const actors::Clock& clock, LiveNodeSetup setup);
  Result<> begin();
  [[nodiscard]] Result<> begin_http();
  void open_slots();
  [[nodiscard]] std::vector<http::ReplicaHost> hosts(const std::string& contract) const;
  void log_trouble();

  messages::PeerActor peer_up(messages::PeerId peer, const messages::NodeId& node) override;
  void peer_down(messages::PeerId peer, const messages::NodeId& node) override;

  void on_chain_event(const messages::ChainEvent& event, const consensus::Chain& chain) override;
  void on_leader(const messages::LeaderCertificate& certificate) override;
  void on_evidence(const actors::Evidence& evidence) override;
  void on_note(messages::Role role, const std::string& text) override;
  void on_refusal(messages::Role role, const Error& error) override;
  void on_bad_frame(messages::PeerId peer, const Error& error) override;

  [[nodiscard]] bool is_stopped() const override { return stopped_.load(); }
  void stop(messages::Role role, const Error& reason) override;

  caf::actor_system& system_;
  const actors::Clock& clock_;
  LiveNodeSetup setup_;
  SharedStore store_;
  TransferDesk desk_;
  std::unique_ptr<network::PeerTransport> transport_;
  std::atomic<bool> stopped_{};
  /// Connecting and disconnecting come from the switchboard, ending from outside.
  std::mutex node_mutex_;
  std::unique_ptr<Node> node_;
  messages::GatewayActor gateway_;
  http::SlotDesk slots_;
  messages::SlotDeskActor slot_desk_;
  std::optional<http::NodeApi> api_;
  std::unique_ptr<http::Server> server_;
  http::TroubleLog trouble_;
  Instant looked_;
  // Of the configuration, which the parts it belongs to take with them.
  std::uint32_t network_id_{};
  network::Address listen_;
  std::map<messages::NodeId, network::Address> wanted_;
  /// Peers' actors, those that ended a short while ago included: all are waited for in the end.
  std::deque<messages::PeerActor> peers_;

  mutable std::mutex mutex_;
  NodeStatus status_;
  std::map<TermNumber, consensus::SignerSet> producers_;
  std::optional<std::string> fault_;
};

/// "producer+stacker", "observer", …
[[nodiscard]] std::string role_text(const NodeConfig& config);

}  // namespace quorate::runtime
