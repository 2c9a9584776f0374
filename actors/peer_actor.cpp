#include "actors/peer_actor.hpp"

namespace quorate::actors {

namespace {

struct PeerShell {
  Wiring node;
  messages::PeerId peer;
};
using Self = rt::Self<messages::PeerActor, PeerShell>;

/// Which role a message is for.
struct Route {
  Self self;
  const messages::Receipt& receipt;

  template <class Handle, class Message>
  void pass(const Handle& role, Message&& message) const {
    if (role) rt::send(self, role, std::forward<Message>(message));
  }
  [[nodiscard]] const NodeRoles& roles() const { return rt::state(self).node->roles; }
  [[nodiscard]] messages::PeerId peer() const { return rt::state(self).peer; }

  void operator()(messages::ReplicaTraffic&& traffic) const {
    const messages::PeerId from = peer();
    if (traffic.family != messages::ReplicaFamily::own) {
      const auto family = static_cast<GroupKind>(traffic.family);
      pass(roles().replica(family),
           messages::ReplicaHeard{from, std::move(traffic.message), receipt});
      return;
    }
    const auto hosted = roles().own_replicas.find(address_of(traffic.message).contract.text);
    if (hosted == roles().own_replicas.end()) return;  // Not hosted here, as we told the peer.
    pass(hosted->second, messages::ReplicaHeard{from, std::move(traffic.message), receipt});
  }
  /// The DBs that both nodes host besides the boot contracts are replicated between them.
  void operator()(messages::HandshakeMessage&& message) const {
    for (const auto& contract : std::get<messages::Subscriptions>(message).contracts) {
      const auto hosted = roles().own_replicas.find(contract.text);
      if (hosted == roles().own_replicas.end()) continue;
      pass(hosted->second, messages::PeerChanged{peer(), true});
    }
  }
  void operator()(messages::ElectionMessage&& message) const {
    pass(roles().election, messages::ElectionHeard{peer(), std::move(message), receipt});
  }
  void operator()(messages::ChainMessage&& message) const {
    pass(roles().keeper, messages::ChainHeard{peer(), std::move(message), receipt});
  }
  void operator()(messages::TransactionMessage&& message) const {
    pass(roles().mempool, messages::TransactionsHeard{peer(), std::move(message), receipt});
  }
  void operator()(messages::BurnMessage&& message) const {
    const NodeWiring& node = *rt::state(self).node;
    // Bitcoin is heard from the configured feed only.
    if (peer() != node.feed) {
      node.ports.observer->on_bad_frame(peer(), Errc::message_not_for_us);
      return;
    }
    pass(roles().follower, messages::BurnHeard{peer(), std::move(message), receipt});
  }
};

messages::PeerActor::behavior_type peer_of(Self self, Wiring node, messages::PeerId peer) {
  rt::state(self).node = node;
  rt::state(self).peer = peer;
  rt::guard(self, [control = node->ports.control](const std::string& what) {
    control->stop(messages::Role::peer, Error{Errc::actor_fault, what});
  });
  return {
      [](const messages::Start&) {},
      [self](const messages::FrameArrived& arrived) {
        const NodePorts& ports = rt::state(self).node->ports;
        if (ports.control->is_stopped()) return;
        auto message = messages::decode_frame(arrived.frame.bytes.view());
        if (!message.ok()) {
          ports.observer->on_bad_frame(rt::state(self).peer, message.error());
          return;
        }
        std::visit(Route{self, arrived.receipt}, std::move(message).value());
      },
  };
}

}  // namespace

messages::PeerActor spawn_peer(caf::actor_system& system, const Wiring& node,
                               messages::PeerId peer) {
  return system.spawn(peer_of, node, peer);
}

}  // namespace quorate::actors
