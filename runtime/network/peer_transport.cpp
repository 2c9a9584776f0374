#include "runtime/network/peer_transport.hpp"

namespace quorate::network {

namespace {

constexpr auto farewell_time = std::chrono::seconds(3);

}  // namespace

PeerTransport::PeerTransport(caf::actor_system& system, TransportConfig config,
                             actors::link::LinkMachine::Identity identity,
                             const actors::Clock& clock)
    : system_(system),
      config_(std::move(config)),
      identity_(std::move(identity)),
      clock_(clock),
      gate_(std::make_shared<HalfOpenGate>(config_.half_open)) {
  config_.dialer.self = identity_->id;
  config_.dialer.seed = crypto::tagged_h("quorate/dial-seed", identity_->id.view());
  for (const PeerAddress& peer : config_.peers) {
    config_.dialer.targets.push_back({peer.node, peer.address.text()});
  }
}

Result<std::unique_ptr<PeerTransport>> PeerTransport::create(
    caf::actor_system& system, TransportConfig config, actors::link::LinkMachine::Identity identity,
    const actors::Clock& clock) {
  return std::unique_ptr<PeerTransport>{
      new PeerTransport{system, std::move(config), std::move(identity), clock}};
}

PeerTransport::~PeerTransport() { stop(); }

std::shared_ptr<const LinkSetting> PeerTransport::link_setting() {
  auto out = std::make_shared<LinkSetting>();
  out->config = config_.link;
  out->identity = identity_;
  out->clock = &clock_;
  out->counters = counters_;
  const caf::actor board = switchboard_;
  out->reports.established = [board](ConnectionId connection, const messages::NodeId& node,
                                     crypto::LinkSide side, std::shared_ptr<LinkLine> line) {
    caf::anon_send(board, LinkIsUp{connection, node, side, std::move(line)});
  };
  out->reports.ended = [board](ConnectionId connection, const std::optional<messages::NodeId>& node,
                               bool was_open, const Error& reason) {
    caf::anon_send(board, LinkIsDown{connection, node, was_open, reason.code});
  };
  return out;
}

Porter::Reports PeerTransport::porter_reports() {
  Porter::Reports out;
  const caf::actor board = switchboard_;
  out.accepted = [board](OwnedSocket socket, HalfOpenGate::Place place, std::string address) {
    caf::anon_send(board, SocketAccepted{std::make_shared<LinkOrder>(LinkOrder{
                              {}, std::move(socket), std::move(address), {}, std::move(place)})});
  };
  out.connected = [board](const actors::dialer::Target& target, OwnedSocket socket) {
    caf::anon_send(board, SocketConnected{std::make_shared<LinkOrder>(
                              LinkOrder{{}, std::move(socket), target.address, target.node, {}})});
  };
  out.failed = [this, board](const actors::dialer::Target& target, const Error& reason) {
    counters_->count(Occasion::dial, reason, to_hex(target.node).substr(0, 12));
    caf::anon_send(board, DialEnded{target.node});
  };
  return out;
}

Result<> PeerTransport::start(PeerUser& user) {
  auto links = std::make_shared<std::shared_ptr<const LinkSetting>>();
  SwitchboardSetting setting;
  setting.dialer = config_.dialer;
  setting.feed = config_.feed;
  setting.user = &user;
  setting.clock = &clock_;
  setting.table = &table_;
  // The porter is there before the switchboard's first turn ends: both wait for this lock.
  setting.dial = [this](const actors::dialer::Target& target) {
    const std::lock_guard lock{mutex_};
    if (porter_) porter_->dial(target);
  };
  setting.open = [this, links](LinkOrder order) {
    return spawn_link(system_, *links, std::move(order));
  };
  setting.stopped = [this] {
    const std::lock_guard lock{mutex_};
    is_stopped_ = true;
    changed_.notify_all();
  };
  const std::lock_guard lock{mutex_};
  switchboard_ = spawn_switchboard(system_, std::move(setting));
  *links = link_setting();
  auto porter = Porter::start(config_.listen, gate_, *counters_, porter_reports());
  if (!porter.ok()) {
    rt::kill(switchboard_);
    switchboard_ = nullptr;
    return porter.error();
  }
  porter_ = std::move(porter).value();
  return done();
}

void PeerTransport::stop() {
  if (!switchboard_) return;
  std::unique_ptr<Porter> porter;
  {
    const std::lock_guard lock{mutex_};
    porter.swap(porter_);
  }
  porter.reset();
  caf::anon_send(switchboard_, StopNetwork{});
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, farewell_time, [&] { return is_stopped_; });
  rt::kill(switchboard_);
  switchboard_ = nullptr;
}

void PeerTransport::send(messages::PeerId to, const messages::Frame& frame) {
  // A role may speak to a connection that is gone already.
  const auto row = table_.find(to);
  if (!row) return;
  const auto sent = row->line->send(frame);
  if (!sent.ok()) {
    counters_->count(Occasion::dropped, sent.error(), to_hex(row->node).substr(0, 12));
  }
}

void PeerTransport::drop(messages::PeerId peer, const Error& reason) {
  const auto row = table_.find(peer);
  if (row) row->line->leave(reason);
}

}  // namespace quorate::network
