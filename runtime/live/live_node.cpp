#include "runtime/live/live_node.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <caf/scoped_actor.hpp>

#include "runtime/live/process.hpp"
#include "runtime/simulation/gateway.hpp"

namespace quorate::runtime {

namespace {

/// Sets of past terms that may still be asked about.
constexpr std::size_t kept_sets = 4;
constexpr std::size_t kept_evidence = 100;
constexpr std::size_t kept_peers = 512;

std::string short_hex(ByteView bytes) { return to_hex(bytes.first(6)); }

}  // namespace

std::string role_text(const NodeConfig& config) {
  if (config.scope == NodeConfig::Scope::own_dbs) return "replica";
  if (config.producer && config.stacker) return "producer+stacker";
  if (config.producer) return "producer";
  return config.stacker ? "stacker" : "observer";
}

LiveNode::LiveNode(caf::actor_system& system, const actors::Clock& clock, LiveNodeSetup setup)
    : system_(system),
      clock_(clock),
      setup_(std::move(setup)),
      store_(std::move(setup_.store)),
      desk_(std::move(setup_.transfers), setup_.node.genesis),
      slots_(setup_.slots) {
  status_.id = setup_.identity->id;
  status_.role = role_text(setup_.node);
  network_id_ = setup_.node.params.network_id;
  if (setup_.network.listen) listen_ = *setup_.network.listen;
  for (const auto& peer : setup_.network.peers) {
    if (peer.node != setup_.network.feed) wanted_.emplace(peer.node, peer.address);
  }
}

Result<std::unique_ptr<LiveNode>> LiveNode::start(caf::actor_system& system,
                                                  const actors::Clock& clock, LiveNodeSetup setup) {
  std::unique_ptr<LiveNode> out{new LiveNode{system, clock, std::move(setup)}};
  TRY(out->begin());
  return out;
}

Result<> LiveNode::begin() {
  TRY_ASSIGN(transport_, network::PeerTransport::create(system_, std::move(setup_.network),
                                                        setup_.identity, clock_));
  gateway_ =
      simulation::spawn_gateway(system_, [this](const messages::TransactionOutcome& outcome) {
        desk_.on_outcome(clock_.now(), outcome);
      });
  slot_desk_ = http::spawn_slot_desk(
      system_, [this](const messages::SlotAnswer& answer) { slots_.on_answer(answer); },
      [this](const consensus::Chunk& chunk) { slots_.on_chunk(chunk); });
  const actors::NodePorts ports{&store_, transport_.get(), &clock_, this, this};
  setup_.node.feed = messages::PeerId{0};
  {
    const std::lock_guard lock{node_mutex_};
    TRY_ASSIGN(node_, spawn_node(system_, std::move(setup_.node), ports, {gateway_, slot_desk_}));
  }
  if (node_->roles().mempool) desk_.open(node_->roles().mempool);
  open_slots();
  TRY(transport_->start(*this));
  return begin_http();
}

void LiveNode::open_slots() {
  const actors::NodeRoles& roles = node_->roles();
  std::map<std::string, messages::ReplicaPeerActor> replicas = roles.own_replicas;
  std::vector<std::string> fixed;
  for (const auto& [contract, replica] : replicas) fixed.push_back(contract);
  for (const GroupKind kind : {GroupKind::producers, GroupKind::stackers}) {
    if (!roles.replica(kind)) continue;
    replicas.emplace(consensus::boot_contract_name(network_id_, kind).text, roles.replica(kind));
  }
  slots_.open(std::move(replicas), fixed);
  slots_.tick(clock_.now());
}

Result<> LiveNode::begin_http() {
  if (!setup_.http) return done();
  api_.emplace(
      slots_, clock_,
      http::NodeApi::Views{[this] { return picture(); },
                           [this](const std::string& contract) { return hosts(contract); }});
  TRY_ASSIGN(server_, http::Server::start(*setup_.http, *api_));
  slots_.listen([this](const consensus::Chunk& chunk) { server_->publish(chunk); });
  return done();
}

void LiveNode::tick() {
  const Instant now = clock_.now();
  desk_.tick(now);
  slots_.tick(now);
  if (now - looked_ < seconds(1)) return;
  looked_ = now;
  log_trouble();
}

void LiveNode::log_trouble() {
  for (const std::string& line : trouble_.lines(picture())) spdlog::warn("{}", line);
}

http::NodePicture LiveNode::picture() const {
  http::NodePicture out;
  out.now = clock_.now();
  out.replicas = slots_.pictures();
  if (server_) out.server = server_->figures();
  out.peers_wanted = static_cast<std::uint32_t>(wanted_.size());
  out.damaged_records = setup_.damaged_records;
  out.resident_kib = resident_kib();
  const std::lock_guard lock{mutex_};
  out.peers = static_cast<std::uint32_t>(status_.peers - (status_.has_feed ? 1 : 0));
  return out;
}

/// This node first, then the configured nodes that host the DB with it, as far as they are
/// connected.
std::vector<http::ReplicaHost> LiveNode::hosts(const std::string& contract) const {
  std::vector<http::ReplicaHost> out;
  const auto add = [&](const messages::NodeId& node, const network::Address& address) {
    Bytes key{0x02};  // A node's key is known by its x coordinate; even y by convention.
    append(key, node.view());
    out.push_back({address.host, address.port, crypto::hash160(key)});
  };
  for (const http::ReplicaPicture& replica : slots_.pictures()) {
    if (replica.contract != contract) continue;
    network::Address own = listen_;
    own.port = transport_->port();
    add(transport_->id(), own);
    if (!replica.look) continue;
    for (const auto& [peer, node] : transport_->peers()) {
      const bool replicates =
          std::any_of(replica.look->peers.begin(), replica.look->peers.end(),
                      [&, id = peer](const auto& line) { return line.peer == id; });
      const auto known = wanted_.find(node);
      if (replicates && known != wanted_.end()) add(node, known->second);
    }
  }
  return out;
}

LiveNode::~LiveNode() { stop(); }

void LiveNode::stop() {
  if (server_) server_->stop();
  slots_.listen(nullptr);
  if (transport_) transport_->stop();
  stopped_ = true;
  const std::lock_guard lock{node_mutex_};
  if (!node_) return;
  node_->kill();
  rt::kill(gateway_);
  rt::kill(slot_desk_);
  // A turn under way still uses the ports: nothing goes away before the last one is over.
  caf::scoped_actor self{system_};
  const auto wait = [&](const auto& actor) {
    if (actor) self->wait_for(actor);
  };
  const actors::NodeRoles roles = node_->roles();
  wait(roles.follower);
  wait(roles.keeper);
  wait(roles.mempool);
  wait(roles.producer_replica);
  wait(roles.stacker_replica);
  wait(roles.producer);
  wait(roles.election);
  wait(roles.stacker);
  wait(roles.announcer);
  wait(roles.enroller);
  for (const auto& [contract, replica] : roles.own_replicas) wait(replica);
  wait(gateway_);
  wait(slot_desk_);
  slots_.close();
  for (const auto& peer : peers_) wait(peer);
  peers_.clear();
  node_.reset();
}

messages::PeerActor LiveNode::peer_up(messages::PeerId peer, const messages::NodeId& node) {
  spdlog::info("peer {} is connected as {}", to_hex(node).substr(0, 12), peer.value);
  {
    const std::lock_guard lock{mutex_};
    ++status_.peers;
    if (peer.value == 0) status_.has_feed = true;
  }
  const std::lock_guard lock{node_mutex_};
  const messages::PeerActor actor = node_->connect(peer);
  peers_.push_back(actor);
  if (peers_.size() > kept_peers) peers_.pop_front();
  return actor;
}

void LiveNode::peer_down(messages::PeerId peer, const messages::NodeId& node) {
  spdlog::info("peer {} is gone", to_hex(node).substr(0, 12));
  {
    const std::lock_guard lock{mutex_};
    --status_.peers;
    if (peer.value == 0) status_.has_feed = false;
  }
  const std::lock_guard lock{node_mutex_};
  node_->disconnect(peer);
}

void LiveNode::on_chain_event(const messages::ChainEvent& event, const consensus::Chain& chain) {
  desk_.on_chain_event(clock_.now(), event, chain);
  const std::lock_guard lock{mutex_};
  status_.height = chain.tip_height();
  status_.tip = chain.tip();
  if (const auto* position = std::get_if<messages::Position>(&event)) {
    status_.term = position->term;
    status_.keys_ready = position->keys_ready;
    status_.burn_tip = position->burn_tip;
  } else if (const auto* burn = std::get_if<messages::BurnTipChanged>(&event)) {
    status_.burn_tip = burn->tip;
  } else if (const auto* block = std::get_if<messages::BlockAccepted>(&event)) {
    status_.tip_burn_view = block->block.block.header.burn_view;
  } else if (const auto* told = std::get_if<messages::BlockAnnounced>(&event)) {
    status_.announced = told->height;
  } else if (const auto* done = std::get_if<messages::BlockFinal>(&event)) {
    status_.final_height = done->height;
    status_.final_block = done->block;
  } else if (const auto* mempool = std::get_if<messages::MempoolChanged>(&event)) {
    status_.waiting = mempool->count;
  } else if (const auto* planned = std::get_if<messages::SetPlanned>(&event)) {
    if (planned->set.kind == GroupKind::producers) {
      producers_[TermNumber{planned->set.generation}] = planned->set;
      if (producers_.size() > kept_sets) producers_.erase(producers_.begin());
    }
  }
}

void LiveNode::on_leader(const messages::LeaderCertificate& certificate) {
  const std::lock_guard lock{mutex_};
  const auto set = producers_.find(certificate.term);
  if (set == producers_.end() || certificate.leader.value >= set->second.members.size()) return;
  status_.leader = short_hex(set->second.members[certificate.leader.value].key.view());
}

void LiveNode::on_evidence(const actors::Evidence& evidence) {
  const std::string line =
      fmt::format("{} {} {}", to_hex(evidence.member), evidence.kind, evidence.generation);
  const std::lock_guard lock{mutex_};
  auto& known = status_.evidence;
  if (known.size() >= kept_evidence) return;
  if (std::find(known.begin(), known.end(), line) != known.end()) return;
  known.push_back(line);
  spdlog::warn("proven fault: {}", line);
}

void LiveNode::on_note(messages::Role role, const std::string& text) {
  spdlog::info("{}: {}", messages::name_of(role), text);
}

void LiveNode::on_refusal(messages::Role role, const Error& error) {
  spdlog::debug("{} refused: {}", messages::name_of(role), error.message());
}

void LiveNode::on_bad_frame(messages::PeerId peer, const Error& error) {
  transport_->drop(peer, error);
}

void LiveNode::stop(messages::Role role, const Error& reason) {
  if (stopped_.exchange(true)) return;
  const std::string text = fmt::format("{}: {}", messages::name_of(role), reason.message());
  spdlog::error("the node stops: {}", text);
  const std::lock_guard lock{mutex_};
  fault_ = text;
}

std::optional<std::string> LiveNode::fault() const {
  const std::lock_guard lock{mutex_};
  return fault_;
}

NodeStatus LiveNode::status() const {
  const auto figures = desk_.figures();
  const auto reasons = transport_->counters().reasons();
  const std::lock_guard lock{mutex_};
  NodeStatus out = status_;
  out.transfers = figures;
  out.network = reasons;
  out.port = transport_->port();
  out.http_port = http_port();
  return out;
}

}  // namespace quorate::runtime
