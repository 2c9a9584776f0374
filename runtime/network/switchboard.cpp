#include "runtime/network/switchboard.hpp"

namespace quorate::network {

namespace {

namespace dialer = actors::dialer;

class Switchboard {
 public:
  Switchboard(caf::event_based_actor* self, SwitchboardSetting setting)
      : self_(self), setting_(std::move(setting)), machine_(setting_.dialer) {}

  void step(const dialer::Input& input) {
    for (const auto& effect : machine_.step(setting_.clock->now(), input)) {
      std::visit([this](const auto& one) { perform(one); }, effect);
    }
  }

  void socket(LinkOrder& order) {
    if (is_stopping_) return;  // The socket closes itself.
    order.connection = ConnectionId{++connections_};
    const ConnectionId connection = order.connection;
    brokers_[connection] = setting_.open(std::move(order));
  }
  void up(const LinkIsUp& up) {
    lines_[up.connection] = up.line;
    if (is_stopping_) return up.line->leave(Errc::node_stopping);
    step(dialer::LinkUp{up.connection, up.node, up.side});
  }
  void down(const LinkIsDown& down) {
    if (down.was_open) {
      step(dialer::LinkDown{down.connection, down.reason});
    } else if (down.node) {
      step(dialer::DialFailed{*down.node});
    }
    lines_.erase(down.connection);
    brokers_.erase(down.connection);
    finish_if_empty();
  }
  void stop() {
    is_stopping_ = true;
    for (const auto& [connection, broker] : brokers_) {
      self_->send(broker, LeaveLink{Errc::node_stopping});
    }
    finish_if_empty();
  }

 private:
  void perform(const dialer::Dial& dial) {
    if (!is_stopping_) setting_.dial(dial.target);
  }
  void perform(const dialer::Use& use) {
    const bool is_feed = setting_.feed == use.node;
    const messages::PeerId peer{is_feed ? 0 : ++numbers_};
    const auto line = lines_.at(use.connection);
    peers_[use.connection] = peer;
    // The way out is there before anybody is told of the peer.
    setting_.table->set(peer, {use.node, line});
    line->deliver_to(setting_.user->peer_up(peer, use.node));
  }
  void perform(const dialer::Unuse& unuse) {
    const messages::PeerId peer = peers_.at(unuse.connection);
    setting_.table->erase(peer);
    setting_.user->peer_down(peer, unuse.node);
    peers_.erase(unuse.connection);
  }
  void perform(const dialer::Refuse& refuse) {
    const auto at = lines_.find(refuse.connection);
    if (at != lines_.end()) at->second->leave(refuse.reason);
  }
  void perform(const actors::ArmTimer& order) {
    rt::send_later(self_, std::max(order.at - setting_.clock->now(), Duration{0}),
                   DialTimerDue{order.timer});
  }
  void finish_if_empty() {
    if (!is_stopping_ || !brokers_.empty()) return;
    setting_.stopped();
    self_->quit();
  }

  caf::event_based_actor* self_;
  SwitchboardSetting setting_;
  dialer::DialerMachine machine_;
  std::uint64_t connections_{};
  std::uint32_t numbers_{};
  bool is_stopping_{};
  std::map<ConnectionId, caf::actor> brokers_;
  std::map<ConnectionId, std::shared_ptr<LinkLine>> lines_;
  std::map<ConnectionId, messages::PeerId> peers_;  ///< In use.
};

caf::behavior switchboard(caf::event_based_actor* self,
                          std::shared_ptr<SwitchboardSetting> setting) {
  auto board = std::make_shared<Switchboard>(self, std::move(*setting));
  board->step(dialer::Started{});
  return {
      [board](const SocketAccepted& accepted) { board->socket(*accepted.order); },
      [board](const SocketConnected& connected) { board->socket(*connected.order); },
      [board](const DialEnded& ended) { board->step(dialer::DialFailed{ended.node}); },
      [board](const LinkIsUp& up) { board->up(up); },
      [board](const LinkIsDown& down) { board->down(down); },
      [board](const DialTimerDue& due) { board->step(dialer::DialTimer{due.timer}); },
      [board](const StopNetwork&) { board->stop(); },
  };
}

}  // namespace

caf::actor spawn_switchboard(caf::actor_system& system, SwitchboardSetting setting) {
  return system.spawn(switchboard, std::make_shared<SwitchboardSetting>(std::move(setting)));
}

}  // namespace quorate::network
