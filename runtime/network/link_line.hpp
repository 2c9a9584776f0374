// The way to one connection's broker from any thread: what waits for it is counted before it waits,
// so nothing gathers in its mailbox; and messages that were handled come back as credit.
#pragma once

#include <atomic>

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include "actors/dialer_machine.hpp"
#include "actors/link_machine.hpp"
#include "messages/interfaces.hpp"

namespace quorate::network {

using actors::dialer::ConnectionId;

// Messages to a broker; they never leave the process.
struct SendFrame {
  messages::Frame frame;
};
struct MessagesHandled {};
struct LeaveLink {
  Error reason;
};
struct LinkTimerDue {
  messages::Timer timer;
};
/// What arrives goes to this actor from now on.
struct DeliverTo {
  messages::PeerActor peer;
};

class LinkLine : public std::enable_shared_from_this<LinkLine> {
 public:
  /// Charges of frames that wait in the broker's mailbox at most.
  static constexpr std::uint64_t max_waiting = 8u << 20;

  void set_broker(caf::actor broker) { broker_ = std::move(broker); }

  /// @returns link_outbox_full.
  Result<> send(const messages::Frame& frame) {
    const std::uint64_t charge = actors::link::charge_of(frame.size());
    if (waiting_.fetch_add(charge) + charge > max_waiting) {
      waiting_.fetch_sub(charge);
      return Errc::link_outbox_full;
    }
    caf::anon_send(broker_, SendFrame{frame});
    return done();
  }
  /// The broker took a frame out of its mailbox.
  void taken(const messages::Frame& frame) {
    waiting_.fetch_sub(actors::link::charge_of(frame.size()));
  }
  void leave(const Error& reason) { caf::anon_send(broker_, LeaveLink{reason}); }
  void deliver_to(const messages::PeerActor& peer) { caf::anon_send(broker_, DeliverTo{peer}); }

  /// For one delivered message.
  [[nodiscard]] messages::Receipt receipt(std::uint32_t charge) {
    return std::make_shared<const Charge>(shared_from_this(), charge);
  }
  /// Charges handled since the last call.
  [[nodiscard]] std::uint64_t take_handled() { return handled_.exchange(0); }

 private:
  struct Charge {
    Charge(std::shared_ptr<LinkLine> l, std::uint32_t b) : line(std::move(l)), bytes(b) {}
    ~Charge() { line->handled(bytes); }
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    std::shared_ptr<LinkLine> line;
    std::uint32_t bytes;
  };
  void handled(std::uint32_t charge) {
    if (handled_.fetch_add(charge) == 0) caf::anon_send(broker_, MessagesHandled{});
  }

  caf::actor broker_;
  std::atomic<std::uint64_t> waiting_{};
  std::atomic<std::uint64_t> handled_{};
};

}  // namespace quorate::network

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::SendFrame)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::MessagesHandled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::LeaveLink)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::LinkTimerDue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::network::DeliverTo)
