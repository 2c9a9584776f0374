#include "runtime/simulation/node_life.hpp"

namespace quorate::simulation {

Result<> NodeLife::start(caf::actor_system& system, runtime::NodeConfig config,
                         const messages::GatewayActor& gateway) {
  const actors::NodePorts ports{place_.store, this, place_.clock, this, this};
  config.feed = messages::PeerId{0};
  TRY_ASSIGN(node_, runtime::spawn_node(system, std::move(config), ports, gateway));
  place_.network->attach(place_.number, *this);
  connect(0, 0);
  return done();
}

void NodeLife::crash() {
  if (stopped_) return;
  stopped_ = true;
  chain_ = nullptr;
  place_.network->detach(place_.number);
  node_->kill();
  for (Peer& peer : peers_) peer = {};
}

void NodeLife::stop(messages::Role role, const Error& reason) {
  if (stopped_) return;
  crash();
  place_.listener->on_stopped(place_.number, role, reason);
}

void NodeLife::connect(NodeNumber remote, std::uint32_t remote_life) {
  if (stopped_) return;
  disconnect(remote);
  const messages::PeerId id{remote_life << life_shift | remote};
  peers_[remote] = {id, node_->connect(id)};
}

void NodeLife::disconnect(NodeNumber remote) {
  if (stopped_ || !peers_[remote].actor) return;
  node_->disconnect(peers_[remote].id);
  peers_[remote] = {};
}

void NodeLife::receive(NodeNumber from, const messages::Frame& frame) {
  const Peer& peer = peers_[from];
  if (peer.actor) rt::send_from_outside(peer.actor, messages::FrameArrived{{frame}});
}

void NodeLife::send(messages::PeerId to, const messages::Frame& frame) {
  const NodeNumber remote = number_of(to);
  const Peer& peer = peers_[remote];
  // A role may speak to a connection that is gone already.
  if (stopped_ || !peer.actor || peer.id != to) return;
  place_.network->send(place_.number, remote, frame);
}

void NodeLife::drop(messages::PeerId peer, const Error& reason) {
  place_.listener->on_bad_frame(place_.number, number_of(peer), reason);
  disconnect(number_of(peer));
}

void NodeLife::on_chain_event(const messages::ChainEvent& event, const consensus::Chain& chain) {
  chain_ = &chain;
  place_.listener->on_chain_event(place_.number, event, chain);
}
void NodeLife::on_leader(const messages::LeaderCertificate& certificate) {
  place_.listener->on_leader(place_.number, certificate);
}
void NodeLife::on_evidence(const actors::Evidence& evidence) {
  place_.listener->on_evidence(place_.number, evidence);
}
void NodeLife::on_note(messages::Role role, const std::string& text) {
  place_.listener->on_note(place_.number, role, text);
}
void NodeLife::on_refusal(messages::Role role, const Error& error) {
  place_.listener->on_refusal(place_.number, role, error);
}
void NodeLife::on_bad_frame(messages::PeerId peer, const Error& error) {
  place_.listener->on_bad_frame(place_.number, number_of(peer), error);
}

}  // namespace quorate::simulation
