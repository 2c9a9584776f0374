#include "runtime/node.hpp"

#include "actors/announcer_actor.hpp"
#include "actors/burnchain_follower_actor.hpp"
#include "actors/chain_keeper_actor.hpp"
#include "actors/election_actor.hpp"
#include "actors/enroller_actor.hpp"
#include "actors/mempool_actor.hpp"
#include "actors/peer_actor.hpp"
#include "actors/producer_actor.hpp"
#include "actors/replica_peer_actor.hpp"
#include "actors/stacker_actor.hpp"

namespace quorate::runtime {

namespace {

Hash256 sub_seed(const Hash256& seed, std::string_view purpose) {
  Bytes content = to_bytes(seed.view());
  append(content, as_bytes(purpose));
  return crypto::tagged_h("quorate/node-seed", content);
}

Result<actors::StoredTables> stored_tables(const storage::RecordStore& store) {
  actors::StoredTables out;
  for (const auto table : {storage::Table::agreement, storage::Table::keygen,
                           storage::Table::nonce_log, storage::Table::versions}) {
    auto& rows = out[table];
    TRY(store.scan(table, [&](ByteView key, ByteView value) {
      rows.emplace(to_bytes(key), to_bytes(value));
      return true;
    }));
  }
  return out;
}

messages::ReplicaPeerActor spawn_replica(caf::actor_system& system, const actors::Wiring& wiring,
                                         const NodeConfig& config, GroupKind family) {
  actors::replica::Config replica;
  replica.contract = consensus::boot_contract_name(config.params.network_id, family);
  replica.seed = sub_seed(config.seed, replica.contract.text);
  replica.anti_entropy = config.timing.anti_entropy;
  const bool may_be_member = family == GroupKind::producers ? config.producer.has_value()
                                                            : config.stacker.has_value();
  replica.attention = may_be_member ? messages::Attention::close : messages::Attention::loose;
  return actors::spawn_replica_peer(system, wiring, family, config.params, replica,
                                    config.replica_commit);
}

void spawn_own_replicas(caf::actor_system& system, const actors::Wiring& wiring,
                        const NodeConfig& config, actors::NodeRoles& roles) {
  for (const consensus::ContractView& contract : config.own_dbs) {
    actors::replica::Config replica;
    replica.contract = contract->address().contract;
    replica.seed = sub_seed(config.seed, replica.contract.text);
    replica.anti_entropy = config.timing.anti_entropy;
    roles.own_replicas.emplace(
        replica.contract.text,
        actors::spawn_own_replica(system, wiring, contract, replica, config.replica_commit));
  }
}

template <class Machine, class MachineConfig>
std::unique_ptr<actors::MemberMachine> member(const NodeConfig& config, MachineConfig machine,
                                              const crypto::SecretKey& key) {
  std::unique_ptr<actors::MemberMachine> honest =
      std::make_unique<actors::MemberOf<Machine>>(std::move(machine), key.clone());
  if (!config.swap_member) return honest;
  return config.swap_member(std::move(honest), key.clone());
}

void spawn_producer_roles(caf::actor_system& system, const actors::Wiring& wiring,
                          const NodeConfig& config, actors::StoredTables stored,
                          actors::NodeRoles& roles) {
  const ProducerRole& role = *config.producer;
  actors::ProducerConfig machine{config.params, config.timing,
                                 sub_seed(config.entropy, "producer"), std::move(stored)};
  roles.producer = actors::spawn_producer(
      system, wiring, config.params,
      member<actors::ProducerMachine>(config, std::move(machine), role.key));
  roles.election =
      actors::spawn_election(system, wiring, config.params.network_id, config.timing,
                             std::make_shared<actors::KeyNotary>(role.key.clone()));
  actors::AnnouncerConfig announcer;
  announcer.params = config.params;
  roles.announcer = actors::spawn_announcer(system, wiring, announcer, role.purse.clone());
  actors::EnrollerConfig enroller;
  enroller.magic = config.params.magic;
  enroller.spend = role.spend;
  enroller.last_target = role.last_target;
  roles.enroller =
      actors::spawn_enroller(system, wiring, enroller, role.key.clone(), role.vrf_key);
}

template <class Visit>
void each_role(const actors::NodeRoles& roles, Visit visit) {
  visit(roles.producer_replica);
  visit(roles.stacker_replica);
  for (const auto& [contract, replica] : roles.own_replicas) visit(replica);
  visit(roles.election);
  visit(roles.producer);
  visit(roles.stacker);
  visit(roles.announcer);
  visit(roles.enroller);
  visit(roles.mempool);
  // The keeper restores the chains and tells everybody, the follower asks for what is missing.
  visit(roles.keeper);
  visit(roles.follower);
}

}  // namespace

consensus::MempoolRules mempool_rules(const consensus::Genesis& genesis) {
  consensus::MempoolRules rules;
  rules.network = genesis.network;
  rules.chain_id = genesis.chain_id;
  return rules;
}

namespace {

/// The chain, its feed, and the two Stacker DBs that go with it.
Result<> spawn_network_roles(caf::actor_system& system, const actors::Wiring& wiring,
                             const NodeConfig& config, actors::NodeRoles& roles) {
  TRY_ASSIGN(auto chain, consensus::Chain::create(config.params, config.genesis, config.schedule));
  TRY_ASSIGN(auto stored, stored_tables(*wiring->ports.store));
  actors::FollowerLimits follower;
  follower.first = config.params.first_burn_height;
  roles.follower = actors::spawn_burnchain_follower(system, wiring, follower);
  actors::KeeperLimits keeper;
  keeper.relay_seed = sub_seed(config.seed, "relay");
  roles.keeper = actors::spawn_chain_keeper(system, wiring, std::move(chain),
                                            mempool_rules(config.genesis), keeper);
  roles.mempool = actors::spawn_mempool(system, wiring, actors::MempoolLimits{});
  roles.producer_replica = spawn_replica(system, wiring, config, GroupKind::producers);
  roles.stacker_replica = spawn_replica(system, wiring, config, GroupKind::stackers);
  if (config.producer) spawn_producer_roles(system, wiring, config, stored, roles);
  if (config.stacker) {
    actors::StackerConfig machine{config.params, config.timing,
                                  sub_seed(config.entropy, "stacker"), std::move(stored)};
    roles.stacker =
        actors::spawn_stacker(system, wiring, config.params,
                              member<actors::StackerMachine>(config, std::move(machine),
                                                             config.stacker->key));
  }
  return done();
}

}  // namespace

Result<std::unique_ptr<Node>> spawn_node(caf::actor_system& system, NodeConfig config,
                                         const actors::NodePorts& ports, const Gateways& gateways) {
  auto shared = std::make_shared<actors::NodeWiring>();
  shared->ports = ports;
  shared->feed = config.feed;
  const actors::Wiring wiring = shared;
  // Every actor sees the filled table: it reads handles only after its `Start`.
  actors::NodeRoles& roles = shared->roles;
  roles.gateway = gateways.transactions;
  roles.slot_desk = gateways.slots;
  if (config.scope == NodeConfig::Scope::network) {
    TRY(spawn_network_roles(system, wiring, config, roles));
  }
  spawn_own_replicas(system, wiring, config, roles);
  each_role(roles, [](const auto& role) {
    if (role) rt::send_from_outside(role, messages::Start{});
  });
  return std::make_unique<Node>(system, std::move(shared));
}

void Node::tell_roles(const messages::PeerChanged& changed) {
  const auto tell = [&](const auto& role) {
    if (role) rt::send_from_outside(role, changed);
  };
  const actors::NodeRoles& roles = wiring_->roles;
  tell(roles.producer_replica);
  tell(roles.stacker_replica);
  tell(roles.election);
  tell(roles.mempool);
  tell(roles.keeper);
  tell(roles.follower);
}

messages::PeerActor Node::connect(messages::PeerId peer) {
  const messages::PeerActor actor = actors::spawn_peer(*system_, wiring_, peer);
  peers_[peer] = actor;
  if (peer != wiring_->feed) {
    tell_roles({peer, true});
    tell_subscriptions(peer);
  }
  return actor;
}

void Node::disconnect(messages::PeerId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  rt::kill(found->second);
  peers_.erase(found);
  if (peer == wiring_->feed) return;
  tell_roles({peer, false});
  for (const auto& [contract, replica] : wiring_->roles.own_replicas) {
    rt::send_from_outside(replica, messages::PeerChanged{peer, false});
  }
}

void Node::tell_subscriptions(messages::PeerId peer) {
  messages::Subscriptions list;
  for (const auto& [contract, replica] : wiring_->roles.own_replicas) {
    list.contracts.push_back({contract});
  }
  if (list.contracts.empty()) return;
  wiring_->ports.network->send(
      peer, messages::encode_frame(messages::HandshakeMessage{std::move(list)}));
}

void Node::kill() {
  each_role(wiring_->roles, [](const auto& role) { rt::kill(role); });
  for (const auto& [peer, actor] : peers_) rt::kill(actor);
  peers_.clear();
}

}  // namespace quorate::runtime
