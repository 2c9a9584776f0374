// What the shells of one node share: the ports to the world outside and the handles of their
// neighbours. Filled by `spawn_node` before the first message, never changed afterwards.
#pragma once

#include <map>

#include "actors/clock.hpp"
#include "consensus/chain.hpp"
#include "messages/interfaces.hpp"
#include "storage/record_store.hpp"

namespace quorate::actors {

/// Bytes to other nodes. May be called from any actor of the node.
class PeerNetwork {
 public:
  virtual ~PeerNetwork() = default;
  /// Never blocks; what cannot be sent is dropped. Frames are shared, not copied.
  virtual void send(messages::PeerId to, const messages::Frame& frame) = 0;
  /// Closes the connection to a peer that misbehaves.
  virtual void drop(messages::PeerId peer, const Error& reason) = 0;
};

/// A named fault of a member with its proof.
struct Evidence {
  GroupKind group{};
  std::uint64_t generation{};
  crypto::PublicKey member;
  std::string kind;
  Bytes proof;
};

/// Whoever watches a node: its operator's log, the reports and checkers of a simulation.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  /// `chain` is the node's state right after the event; a look, not to be kept beyond the node.
  virtual void on_chain_event(const messages::ChainEvent& event, const consensus::Chain& chain) = 0;
  /// The node's election participant learned who leads.
  virtual void on_leader(const messages::LeaderCertificate& certificate) = 0;
  virtual void on_evidence(const Evidence& evidence) = 0;
  virtual void on_note(messages::Role role, const std::string& text) = 0;
  /// A machine refused an input; common (stale or foreign messages) and harmless.
  virtual void on_refusal(messages::Role role, const Error& error) = 0;
  /// A peer sent bytes that are no message.
  virtual void on_bad_frame(messages::PeerId peer, const Error& error) = 0;
};

/// The node's own stop button. Once stopped, no shell performs anything any more.
class NodeControl {
 public:
  virtual ~NodeControl() = default;
  [[nodiscard]] virtual bool is_stopped() const = 0;
  /// A fault that must not be survived: a promise could not be stored, an actor threw.
  virtual void stop(messages::Role role, const Error& reason) = 0;
};

/// When a replica's decisions reach the disk: one by one, or all that wait in one batch. Either way
/// nothing of them leaves before they are there.
enum class ReplicaCommit : std::uint8_t { each, grouped };

struct NodePorts {
  storage::RecordStore* store{};
  PeerNetwork* network{};
  const Clock* clock{};
  NodeObserver* observer{};
  NodeControl* control{};
};

/// Handles of roles that the node does not have are empty.
struct NodeRoles {
  messages::BurnchainFollowerActor follower;
  messages::ChainKeeperActor keeper;
  messages::MempoolActor mempool;
  messages::ReplicaPeerActor producer_replica;
  messages::ReplicaPeerActor stacker_replica;
  messages::ProducerActor producer;
  messages::ElectionActor election;
  messages::StackerSignerActor stacker;
  messages::AnnouncerActor announcer;
  messages::EnrollerActor enroller;
  messages::GatewayActor gateway;
  /// By contract: the DBs that only this node's operator chose to host.
  std::map<std::string, messages::ReplicaPeerActor> own_replicas;
  messages::SlotDeskActor slot_desk;

  [[nodiscard]] const messages::ReplicaPeerActor& replica(GroupKind family) const {
    return family == GroupKind::producers ? producer_replica : stacker_replica;
  }
};

struct NodeWiring {
  NodePorts ports;
  NodeRoles roles;
  /// The connection to Bitcoin's feed.
  messages::PeerId feed;
};
using Wiring = std::shared_ptr<const NodeWiring>;

}  // namespace quorate::actors
