#include "runtime/network/link_broker.hpp"

#include <sys/socket.h>

#include <caf/io/all.hpp>

namespace quorate::network {

namespace {

namespace io = caf::io;
namespace link = actors::link;

/// Bytes read at a time: little for whom nobody knows yet.
constexpr std::size_t handshake_read = 1'024;
constexpr std::size_t open_read = 128 * 1024;
/// How long a closed connection may take to send what was written on it.
constexpr Duration linger = seconds(2);
constexpr std::uint8_t linger_timer = 255;

class LinkShell {
 public:
  LinkShell(io::broker* self, std::shared_ptr<const LinkSetting> setting,
            std::shared_ptr<LinkLine> line, LinkOrder order)
      : self_(self),
        setting_(std::move(setting)),
        line_(std::move(line)),
        order_(std::move(order)),
        machine_(make_machine()) {}

  void begin() {
    descriptor_ = order_.socket.release();
    handle_ = self_->add_scribe(descriptor_);
    self_->ack_writes(handle_, true);
    self_->configure_read(handle_, io::receive_policy::at_most(handshake_read));
    step(link::Opened{});
  }

  void step(const link::Input& input) {
    const auto effects = machine_.step(now(), input);
    if (!effects.ok()) {
      const bool is_over = machine_.is_over();
      if (!is_over) setting_->counters->count(Occasion::dropped, effects.error(), who());
      return;
    }
    for (const auto& effect : *effects) {
      std::visit([this](const auto& one) { perform(one); }, effect);
    }
  }

  void bytes_taken(const io::data_transferred_msg& told) {
    unsent_ = told.remaining;
    step(link::BytesTaken{told.written});
    if (machine_.is_over() && unsent_ == 0) finish();
  }
  void timer(const messages::Timer& due) {
    if (due.kind == linger_timer) return finish();
    step(link::LinkTimer{due});
  }
  void gone() {
    step(link::PeerGone{});
    finish();
  }
  void bytes_arrived(std::vector<char>& bytes) {
    step(link::BytesArrived{{reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}});
  }
  void send(const messages::Frame& frame) {
    line_->taken(frame);
    if (machine_.is_over()) return;
    setting_->counters->sent(messages::kind_of(frame.view()), frame.size());
    step(link::SendMessage{frame});
  }
  void handled() {
    const std::uint64_t charge = line_->take_handled();
    if (!machine_.is_over()) step(link::Handled{charge});
  }
  void deliver_to(const messages::PeerActor& peer) {
    peer_ = peer;
    for (auto& frame : std::exchange(early_, {})) pass(std::move(frame));
  }

 private:
  link::LinkMachine make_machine() {
    auto ephemeral = crypto::EphemeralKey::generate();
    if (order_.target) {
      return link::LinkMachine::dialing(setting_->config, setting_->identity, std::move(ephemeral),
                                        *order_.target, now());
    }
    return link::LinkMachine::listening(setting_->config, setting_->identity, std::move(ephemeral),
                                        now());
  }
  [[nodiscard]] Instant now() const { return setting_->clock->now(); }
  [[nodiscard]] std::string who() const {
    return node_ ? to_hex(*node_).substr(0, 12) + " at " + order_.address : order_.address;
  }

  void perform(const link::WriteBytes& write) {
    self_->write(handle_, write.bytes.size(), write.bytes.data());
    self_->flush(handle_);
    unsent_ += write.bytes.size();
  }
  void perform(const link::Established& up) {
    node_ = up.node;
    order_.place.leave();
    self_->configure_read(handle_, io::receive_policy::at_most(open_read));
    setting_->reports.established(
        order_.connection, up.node,
        order_.target ? crypto::LinkSide::dialer : crypto::LinkSide::listener, line_);
  }
  void perform(const link::DeliverMessage& message) {
    setting_->counters->received(messages::kind_of(message.frame.view()), message.frame.size());
    messages::FrameArrived arrived{{message.frame}, line_->receipt(message.charge)};
    if (peer_) {
      pass(std::move(arrived));
    } else {
      early_.push_back(std::move(arrived));  // Bounded by the credit.
    }
  }
  void perform(const link::MessageIgnored& ignored) {
    setting_->counters->count(Occasion::dropped, ignored.reason, who());
  }
  void perform(const link::CloseLink& close) {
    setting_->counters->count(node_ ? Occasion::ended : Occasion::refused, close.reason, who());
    setting_->reports.ended(order_.connection, node_ ? node_ : order_.target, node_.has_value(),
                            close.reason);
    early_.clear();
    // What was written is still sent, if the other end takes it soon.
    if (unsent_ == 0) return finish();
    rt::send_later(self_, linger, LinkTimerDue{{linger_timer}});
  }
  /// The socket goes whether or not the other end reads: what it does not take is thrown away.
  void finish() {
    if (self_->valid(handle_)) {
      static_cast<void>(::shutdown(descriptor_, SHUT_RDWR));
      self_->close(handle_);
    }
    self_->quit();
  }
  void perform(const actors::ArmTimer& order) {
    rt::send_later(self_, std::max(order.at - now(), Duration{0}), LinkTimerDue{order.timer});
  }
  void pass(messages::FrameArrived&& arrived) { rt::send(self_, peer_, std::move(arrived)); }

  io::broker* self_;
  std::shared_ptr<const LinkSetting> setting_;
  std::shared_ptr<LinkLine> line_;
  LinkOrder order_;
  link::LinkMachine machine_;
  io::connection_handle handle_;
  int descriptor_{-1};  ///< Owned by CAF; open while `handle_` is valid.
  std::uint64_t unsent_{};
  std::optional<messages::NodeId> node_;
  messages::PeerActor peer_;
  std::vector<messages::FrameArrived> early_;
};

caf::behavior link_of(io::broker* self, std::shared_ptr<const LinkSetting> setting,
                      std::shared_ptr<LinkLine> line, std::shared_ptr<LinkOrder> order) {
  // Owned by the handlers, so it goes with the behavior when the broker ends.
  auto shell = std::make_shared<LinkShell>(self, std::move(setting), line, std::move(*order));
  line->set_broker(caf::actor_cast<caf::actor>(self));
  shell->begin();
  return {
      [shell](io::new_data_msg& arrived) { shell->bytes_arrived(arrived.buf); },
      [shell](const io::data_transferred_msg& told) { shell->bytes_taken(told); },
      [shell](const io::connection_closed_msg&) { shell->gone(); },
      [shell](const SendFrame& order_) { shell->send(order_.frame); },
      [shell](const MessagesHandled&) { shell->handled(); },
      [shell](const DeliverTo& to) { shell->deliver_to(to.peer); },
      [shell](const LeaveLink& leave) { shell->step(link::Leave{leave.reason}); },
      [shell](const LinkTimerDue& due) { shell->timer(due.timer); },
  };
}

}  // namespace

caf::actor spawn_link(caf::actor_system& system, std::shared_ptr<const LinkSetting> setting,
                      LinkOrder order) {
  return system.middleman().spawn_broker(link_of, std::move(setting), std::make_shared<LinkLine>(),
                                         std::make_shared<LinkOrder>(std::move(order)));
}

}  // namespace quorate::network
