// Two ends of one connection without sockets: bytes go through queues, pieces as the test likes.
#pragma once

#include <doctest/doctest.h>

#include "actors/link_machine.hpp"

namespace quorate::actors::link {

inline std::shared_ptr<const NodeIdentity> identity(std::string_view name) {
  return std::make_shared<const NodeIdentity>(
      crypto::SecretKey::derive("quorate/test-node", as_bytes(name)));
}
inline crypto::EphemeralKey ephemeral(std::string_view name) {
  return crypto::EphemeralKey::derive(crypto::sha256(as_bytes(name)));
}
inline Config test_config() {
  Config config;
  config.network_id = 7;
  return config;
}
/// A message that decodes, of a kind with room for `bytes`.
inline messages::Frame some_message(std::size_t bytes = 100) {
  messages::Transactions list;
  list.bytes.push_back({SharedBytes{Bytes(std::min<std::size_t>(bytes, 65'536), 7)}});
  return messages::encode_frame(messages::TransactionMessage{list});
}

/// One machine and everything it ordered.
struct End {
  LinkMachine machine;
  Bytes wire;  ///< Written and not carried over yet.
  std::vector<messages::Frame> delivered;
  std::vector<std::uint32_t> charges;
  std::vector<Error> ignored;
  std::vector<ArmTimer> timers;
  std::optional<NodeId> established;
  std::optional<Error> closed;

  explicit End(LinkMachine m) : machine(std::move(m)) {}

  Result<> step(Instant now, const Input& input) {
    auto effects = machine.step(now, input);
    if (!effects.ok()) return effects.error();
    for (const Effect& effect : *effects) take(effect);
    return done();
  }
  void take(const Effect& effect) {
    CHECK_FALSE(closed);  // Closing is the last effect.
    if (const auto* write = std::get_if<WriteBytes>(&effect)) append(wire, write->bytes);
    if (const auto* up = std::get_if<Established>(&effect)) established = up->node;
    if (const auto* message = std::get_if<DeliverMessage>(&effect)) {
      delivered.push_back(message->frame);
      charges.push_back(message->charge);
    }
    if (const auto* ignore = std::get_if<MessageIgnored>(&effect)) {
      ignored.push_back(ignore->reason);
    }
    if (const auto* timer = std::get_if<ArmTimer>(&effect)) timers.push_back(*timer);
    if (const auto* close = std::get_if<CloseLink>(&effect)) closed = close->reason;
  }
  Bytes take_wire() { return std::exchange(wire, Bytes{}); }
  /// The socket took everything, and these bytes arrived.
  void receive(Instant now, Bytes bytes) { REQUIRE(step(now, BytesArrived{bytes}).ok()); }
};

struct Pair {
  std::shared_ptr<const NodeIdentity> alice = identity("alice");
  std::shared_ptr<const NodeIdentity> bob = identity("bob");
  Instant now{seconds(1'000).us};
  End dialer;
  End listener;

  explicit Pair(Config config = test_config()) : Pair(config, config) {}
  Pair(const Config& a, const Config& b)
      : dialer(LinkMachine::dialing(a, alice, ephemeral("a"), bob->id, now)),
        listener(LinkMachine::listening(b, bob, ephemeral("b"), now)) {}

  void open() {
    REQUIRE(dialer.step(now, Opened{}).ok());
    REQUIRE(listener.step(now, Opened{}).ok());
    carry();
    REQUIRE(dialer.established);
    REQUIRE(listener.established);
  }
  /// Moves bytes both ways until nothing is left to move.
  void carry() {
    while (!dialer.wire.empty() || !listener.wire.empty()) {
      move(dialer, listener);
      move(listener, dialer);
    }
  }
  void move(End& from, End& to) {
    Bytes bytes = from.take_wire();
    if (bytes.empty()) return;
    REQUIRE(from.step(now, BytesTaken{bytes.size()}).ok());
    REQUIRE(to.step(now, BytesArrived{bytes}).ok());
  }
};

}  // namespace quorate::actors::link
