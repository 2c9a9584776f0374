// The one place that wires a node: which roles it has, what they know, how they reach each other
// and the world. Real and simulated nodes differ in their ports only.
#pragma once

#include <functional>

#include "actors/member_machine.hpp"
#include "actors/node_wiring.hpp"
#include "actors/producer_machine.hpp"
#include "actors/stacker_machine.hpp"
#include "consensus/mempool.hpp"
#include "consensus/genesis.hpp"

namespace quorate::runtime {

/// A node that takes part as a producer.
struct ProducerRole {
  crypto::SecretKey key;         ///< Enrolls, signs everything in the term, owns the rewards.
  crypto::SecretKey purse;       ///< Owns the coins that pay for announcements.
  crypto::VrfKey vrf_key;
  Sats spend;                    ///< Per enrollment.
  TermNumber last_target{~std::uint64_t{0}};
};
/// A node that signs for a stacker.
struct StackerRole {
  crypto::SecretKey key;
};

/// Puts another machine in the place of an honest member's, which it is handed with the member's
/// key: for faulty members of simulations and tests.
using MemberSwap = std::function<std::unique_ptr<actors::MemberMachine>(
    std::unique_ptr<actors::MemberMachine> honest, crypto::SecretKey key)>;

struct NodeConfig {
  consensus::Params params;
  consensus::Timing timing;
  consensus::Genesis genesis;
  consensus::CoinbaseSchedule schedule{consensus::CoinbaseSchedule::launch()};
  /// The connection on which Bitcoin's feed speaks.
  messages::PeerId feed;
  /// For choices that only have to differ between nodes.
  Hash256 seed;
  /// Secret and fresh at every start.
  Hash256 entropy;
  std::optional<ProducerRole> producer;
  std::optional<StackerRole> stacker;
  MemberSwap swap_member;  ///< Absent: members are honest.
  /// Stacker DBs besides the two that every node hosts.
  std::vector<consensus::ContractView> own_dbs;
  /// own_dbs: no chain and no boot contracts, a server of `own_dbs` alone.
  enum class Scope : std::uint8_t { network, own_dbs } scope{Scope::network};
  actors::ReplicaCommit replica_commit{actors::ReplicaCommit::each};
};

/// A running node. Its actors live until `kill` or until their system ends.
class Node {
 public:
  Node(caf::actor_system& system, std::shared_ptr<actors::NodeWiring> wiring)
      : system_(&system), wiring_(std::move(wiring)) {}

  [[nodiscard]] const actors::NodeRoles& roles() const { return wiring_->roles; }
  /// A connection to another node is up; what it sends goes to the actor returned.
  messages::PeerActor connect(messages::PeerId peer);
  void disconnect(messages::PeerId peer);
  /// Ends all actors as a crash would: nothing more is handled or sent.
  void kill();

 private:
  void tell_roles(const messages::PeerChanged& changed);
  void tell_subscriptions(messages::PeerId peer);

  caf::actor_system* system_;
  std::shared_ptr<actors::NodeWiring> wiring_;
  std::map<messages::PeerId, messages::PeerActor> peers_;
};

/// The mempool rules of a network.
[[nodiscard]] consensus::MempoolRules mempool_rules(const consensus::Genesis& genesis);

/// The actors that speak for a node's clients; may be empty.
struct Gateways {
  Gateways(messages::GatewayActor t = {}, messages::SlotDeskActor s = {})  // NOLINT
      : transactions(std::move(t)), slots(std::move(s)) {}
  messages::GatewayActor transactions;
  messages::SlotDeskActor slots;
};

/// Spawns all roles of a node and starts them. The ports outlive the node.
/// @returns what is wrong with the parameters, the genesis or the store.
[[nodiscard]] Result<std::unique_ptr<Node>> spawn_node(caf::actor_system& system,
                                                       NodeConfig config,
                                                       const actors::NodePorts& ports,
                                                       const Gateways& gateways);

}  // namespace quorate::runtime
