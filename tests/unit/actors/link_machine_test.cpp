#include "actors/link_machine.hpp"

#include "tests/unit/actors/link_fixture.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::actors::link;

namespace {

/// Bytes of one direction until the connection is open.
struct Recorded {
  Bytes hello;
  Bytes answer;
  Bytes proof;
};
Recorded recorded_handshake() {
  Pair pair;
  Recorded out;
  REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
  REQUIRE(pair.listener.step(pair.now, Opened{}).ok());
  out.hello = pair.dialer.take_wire();
  pair.listener.receive(pair.now, out.hello);
  out.answer = pair.listener.take_wire();
  pair.dialer.receive(pair.now, out.answer);
  out.proof = pair.dialer.take_wire();
  return out;
}

Errc reason(const End& end) {
  REQUIRE(end.closed);
  return end.closed->code;
}

}  // namespace

TEST_CASE("three frames open a connection and each end knows who the other is") {
  Pair pair;
  pair.open();
  CHECK(*pair.dialer.established == pair.bob->id);
  CHECK(*pair.listener.established == pair.alice->id);
  CHECK(pair.dialer.machine.is_open());
  const messages::Frame message = some_message();
  REQUIRE(pair.dialer.step(pair.now, SendMessage{message}).ok());
  REQUIRE(pair.listener.step(pair.now, SendMessage{message}).ok());
  pair.carry();
  REQUIRE(pair.listener.delivered.size() == 1);
  REQUIRE(pair.dialer.delivered.size() == 1);
  CHECK(pair.listener.delivered[0] == message);
}

TEST_CASE("a connection opens and carries when every byte arrives alone") {
  Pair pair;
  REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
  REQUIRE(pair.listener.step(pair.now, Opened{}).ok());
  for (int round = 0; round < 4; ++round) {
    for (auto [from, to] :
         {std::pair{&pair.dialer, &pair.listener}, std::pair{&pair.listener, &pair.dialer}}) {
      for (const std::uint8_t byte : from->take_wire()) to->receive(pair.now, Bytes{byte});
    }
  }
  REQUIRE(pair.dialer.established);
  REQUIRE(pair.listener.established);
  REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
  for (const std::uint8_t byte : pair.dialer.take_wire()) {
    pair.listener.receive(pair.now, Bytes{byte});
    CHECK(pair.listener.machine.partial_bytes() <= 1'024);
  }
  CHECK(pair.listener.delivered.size() == 1);
}

TEST_CASE("a listener refuses by name what is no hello for it") {
  Pair pair;
  REQUIRE(pair.listener.step(pair.now, Opened{}).ok());
  const auto hello = [&](auto change) {
    messages::HandshakeHello h;
    h.network_id = 7;
    h.ephemeral = ephemeral("a").public_key();
    h.dialer = pair.alice->id;
    h.listener = pair.bob->id;
    change(h);
    Bytes wire;
    messages::put_frame(wire, messages::encode_hello(h));
    return wire;
  };
  using Hello = messages::HandshakeHello;
  SUBCASE("another network") {
    pair.listener.receive(pair.now, hello([](Hello& h) { h.network_id = 8; }));
    CHECK(reason(pair.listener) == Errc::handshake_wrong_network);
  }
  SUBCASE("another node") {
    pair.listener.receive(pair.now, hello([](Hello& h) { h.listener.bytes[0] ^= 1; }));
    CHECK(reason(pair.listener) == Errc::handshake_wrong_node);
  }
  SUBCASE("itself") {
    pair.listener.receive(pair.now, hello([&](Hello& h) { h.dialer = pair.bob->id; }));
    CHECK(reason(pair.listener) == Errc::handshake_own_node);
  }
  SUBCASE("an ephemeral key of low order") {
    pair.listener.receive(pair.now, hello([](Hello& h) { h.ephemeral = {}; }));
    CHECK(reason(pair.listener) == Errc::bad_exchange_key);
  }
  SUBCASE("garbage") {
    pair.listener.receive(pair.now, to_bytes(as_bytes("GET / HTTP/1.1\r\n\r\n")));
    CHECK(reason(pair.listener) == Errc::transport_frame_too_big);
  }
  SUBCASE("four gibibytes announced") {
    pair.listener.receive(pair.now, Bytes{0xff, 0xff, 0xff, 0xff});
    CHECK(reason(pair.listener) == Errc::transport_frame_too_big);
    CHECK(pair.listener.machine.partial_bytes() <= 64);
  }
  SUBCASE("a frame larger than a handshake's") {
    pair.listener.receive(pair.now, Bytes{0, 0, 0, 109});
    CHECK(reason(pair.listener) == Errc::transport_frame_too_big);
  }
  SUBCASE("too short") {
    pair.listener.receive(pair.now, Bytes{0, 0, 0, 1, 9});
    CHECK(reason(pair.listener) == Errc::handshake_malformed);
  }
  CHECK(pair.listener.wire.empty());  // Nothing is said to who has proven nothing.
  CHECK_FALSE(pair.listener.established);
}

TEST_CASE("who does not hold the key it claims is refused on both sides") {
  SUBCASE("a listener with another key") {
    Pair pair;
    End impostor{LinkMachine::listening(test_config(), identity("bob"), ephemeral("b"), pair.now)};
    // Knows Bob's id but signs with its own key.
    REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
    static_cast<void>(pair.dialer.take_wire());
    messages::HandshakeAnswer answer;
    answer.ephemeral = ephemeral("e").public_key();
    answer.signature = crypto::sign_schnorr(identity("eve")->key, Hash256{}, Hash256{});
    Bytes wire;
    messages::put_frame(wire, encode(answer));
    pair.dialer.receive(pair.now, wire);
    CHECK(reason(pair.dialer) == Errc::handshake_bad_signature);
    CHECK_FALSE(pair.dialer.established);
  }
  SUBCASE("a dialer with another key") {
    Pair pair;
    REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
    REQUIRE(pair.listener.step(pair.now, Opened{}).ok());
    pair.listener.receive(pair.now, pair.dialer.take_wire());
    messages::HandshakeProof proof;
    proof.signature = crypto::sign_schnorr(identity("eve")->key, Hash256{}, Hash256{});
    Bytes wire;
    messages::put_frame(wire, encode(proof));
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::handshake_bad_signature);
    CHECK_FALSE(pair.listener.established);
  }
}

TEST_CASE("a recorded handshake opens nothing a second time") {
  const Recorded old = recorded_handshake();
  Pair pair;
  End listener{LinkMachine::listening(test_config(), pair.bob, ephemeral("fresh"), pair.now)};
  REQUIRE(listener.step(pair.now, Opened{}).ok());
  listener.receive(pair.now, old.hello);
  CHECK_FALSE(listener.wire.empty());  // The hello alone proves nothing and is answered.
  listener.receive(pair.now, old.proof);
  CHECK(reason(listener) == Errc::handshake_bad_signature);
  CHECK_FALSE(listener.established);
}

TEST_CASE("reflected frames are refused") {
  SUBCASE("the hello") {
    Pair pair;
    REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
    pair.dialer.receive(pair.now, pair.dialer.take_wire());
    CHECK(reason(pair.dialer) == Errc::handshake_malformed);
  }
  SUBCASE("a listener's own signature as proof") {
    Pair pair;
    REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
    REQUIRE(pair.listener.step(pair.now, Opened{}).ok());
    pair.listener.receive(pair.now, pair.dialer.take_wire());
    const Bytes answer = pair.listener.take_wire();
    Bytes proof;
    messages::put_frame(proof, ByteView{answer}.subspan(4 + 32));
    pair.listener.receive(pair.now, proof);
    CHECK(reason(pair.listener) == Errc::handshake_bad_signature);
  }
  SUBCASE("a sealed frame") {
    Pair pair;
    pair.open();
    REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
    pair.dialer.receive(pair.now, pair.dialer.take_wire());
    CHECK(reason(pair.dialer) == Errc::sealed_frame_invalid);
  }
}

TEST_CASE("repeated, lost or changed sealed frames end the connection") {
  Pair pair;
  pair.open();
  REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
  const Bytes first = pair.dialer.take_wire();
  SUBCASE("repeated") {
    pair.listener.receive(pair.now, first);
    pair.listener.receive(pair.now, first);
  }
  SUBCASE("lost") {
    REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
    pair.listener.receive(pair.now, pair.dialer.take_wire());
  }
  SUBCASE("changed") {
    Bytes changed = first;
    changed.back() ^= 1;
    pair.listener.receive(pair.now, changed);
  }
  CHECK(reason(pair.listener) == Errc::sealed_frame_invalid);
  // The other end learns why.
  pair.carry();
  CHECK(reason(pair.dialer) == Errc::link_farewell);
  CHECK(pair.dialer.closed->detail == "sealed_frame_invalid");
}

TEST_CASE("a handshake has a deadline") {
  for (const bool is_dialer : {true, false}) {
    Pair pair;
    End& end = is_dialer ? pair.dialer : pair.listener;
    REQUIRE(end.step(pair.now, Opened{}).ok());
    REQUIRE(end.timers.size() == 1);
    CHECK(end.timers[0].at == pair.now + seconds(5));
    REQUIRE(end.step(end.timers[0].at, LinkTimer{end.timers[0].timer}).ok());
    CHECK(reason(end) == Errc::handshake_timeout);
  }
  Pair pair;
  pair.open();
  REQUIRE(pair.listener.step(pair.now + seconds(5), LinkTimer{pair.listener.timers[0].timer}).ok());
  CHECK_FALSE(pair.listener.closed);
}

TEST_CASE("silence is asked about, then ends the connection") {
  Pair pair;
  pair.open();
  pair.listener.timers.clear();
  const Instant opened = pair.now;
  REQUIRE(pair.listener.step(opened + seconds(9), LinkTimer{{1}}).ok());
  CHECK(pair.listener.wire.empty());
  REQUIRE(pair.listener.timers.size() == 1);
  SUBCASE("an answer keeps it") {
    REQUIRE(pair.listener.step(opened + seconds(10), LinkTimer{{1}}).ok());
    CHECK_FALSE(pair.listener.wire.empty());
    pair.now = opened + seconds(11);
    pair.carry();
    REQUIRE(pair.listener.step(opened + seconds(40), LinkTimer{{1}}).ok());
    CHECK_FALSE(pair.listener.closed);
    REQUIRE(pair.listener.step(opened + seconds(41), LinkTimer{{1}}).ok());
    CHECK(reason(pair.listener) == Errc::link_silent);
  }
  SUBCASE("bytes that are no whole frame do not") {
    Bytes dribble{0, 0, 0, 50};
    pair.listener.receive(opened + seconds(29), dribble);
    REQUIRE(pair.listener.step(opened + seconds(30), LinkTimer{{1}}).ok());
    CHECK(reason(pair.listener) == Errc::link_silent);
  }
}

TEST_CASE("who handles nothing is sent a window and no more; credit lets the rest through") {
  Pair pair;
  pair.open();
  const messages::Frame message = some_message(60'000);
  const std::uint64_t charge = charge_of(message.size());
  const std::uint64_t fit = link_window / charge;
  for (std::uint64_t i = 0; i < fit + 20; ++i) {
    REQUIRE(pair.dialer.step(pair.now, SendMessage{message}).ok());
    pair.carry();
  }
  CHECK(pair.listener.delivered.size() == fit);
  CHECK(pair.listener.machine.unhandled() == fit * charge);
  CHECK(pair.dialer.machine.waiting_bytes() == 20 * charge);
  for (const std::uint32_t one : pair.listener.charges) {
    REQUIRE(pair.listener.step(pair.now, Handled{one}).ok());
  }
  pair.carry();
  CHECK(pair.listener.delivered.size() == fit + 20);
  CHECK(pair.dialer.machine.waiting_bytes() == 0);
}

TEST_CASE("the outbox of a peer that takes nothing is bounded, and waits only so long") {
  Config config = test_config();
  config.outbox_bytes = 1'000'000;
  Pair pair{config};
  pair.open();
  const messages::Frame message = some_message(60'000);
  Result<> sent = done();
  std::size_t taken = 0;
  for (; sent.ok() && taken < 1'000; ++taken) {
    sent = pair.dialer.step(pair.now, SendMessage{message});  // Never carried over.
  }
  REQUIRE(!sent.ok());
  CHECK(sent.code() == Errc::link_outbox_full);
  CHECK(pair.dialer.machine.waiting_bytes() <= 1'000'000);
  // What was written ahead of the socket is bounded too.
  CHECK(pair.dialer.wire.size() <= config.write_ahead + 2 * message.size());
  REQUIRE(pair.listener.step(pair.now, SendMessage{some_message()}).ok());
  pair.now = pair.now + seconds(59);
  Bytes alive = pair.listener.take_wire();
  pair.dialer.receive(pair.now, alive);
  REQUIRE(pair.dialer.step(pair.now, LinkTimer{{1}}).ok());
  CHECK_FALSE(pair.dialer.closed);
  pair.now = pair.now + seconds(1);
  REQUIRE(pair.dialer.step(pair.now, LinkTimer{{1}}).ok());
  CHECK(reason(pair.dialer) == Errc::link_stalled);
}

TEST_CASE("sending beyond the credit, or giving back more than was used, ends the connection") {
  Config generous = test_config();
  Pair pair{generous};
  pair.open();
  SUBCASE("beyond the credit") {
    // A dishonest end: its own machine is told of credit that was never given.
    const messages::Frame message = some_message(60'000);
    const std::uint64_t fit = link_window / charge_of(message.size());
    for (std::uint64_t i = 0; i < fit; ++i) {
      REQUIRE(pair.dialer.step(pair.now, SendMessage{message}).ok());
      pair.carry();
    }
    pair.listener.receive(pair.now, [&] {
      // The same keys and the same frame number as the dialer's own next frame.
      Recorded unused;
      auto keys = ephemeral("a").public_key();
      static_cast<void>(keys);
      auto session = ephemeral("a");
      auto agreed = std::move(session).agree(LinkSide::dialer, ephemeral("b").public_key());
      REQUIRE(agreed.ok());
      Bytes wire;
      for (std::uint64_t i = 0; i <= fit; ++i) {
        wire.clear();
        messages::put_sealed(wire, agreed->sending, messages::message_kind, message.view());
      }
      return wire;
    }());
    CHECK(reason(pair.listener) == Errc::credit_exceeded);
    CHECK(pair.listener.machine.unhandled() <= link_window);
  }
  SUBCASE("too much given back") {
    auto session = ephemeral("a");
    auto agreed = std::move(session).agree(LinkSide::dialer, ephemeral("b").public_key());
    REQUIRE(agreed.ok());
    Bytes wire;
    messages::put_sealed(wire, agreed->sending, messages::LinkControl{messages::LinkCredit{1}});
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::credit_overflow);
  }
}

TEST_CASE("a flood above the budget of its kind is ignored, then ends the connection") {
  Config config = test_config();
  config.excess = {0, 10};
  Pair pair{config};
  pair.open();
  const std::size_t kind = messages::kind_of(some_message().view()).index;
  const std::uint32_t burst = config.rates[kind].burst;
  for (std::uint32_t i = 0; i < burst + 11; ++i) {
    REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
    pair.carry();
    for (const std::uint32_t charge : std::exchange(pair.listener.charges, {})) {
      REQUIRE(pair.listener.step(pair.now, Handled{charge}).ok());
    }
  }
  CHECK(pair.listener.delivered.size() == burst);
  CHECK(pair.listener.ignored.size() == 10);
  CHECK(pair.listener.ignored[0] == Errc::peer_over_budget);
  CHECK(reason(pair.listener) == Errc::peer_floods);
}

TEST_CASE("floods of control frames end the connection") {
  Config config = test_config();
  config.control = {1, 3};
  Pair pair{test_config(), config};
  pair.open();
  auto session = ephemeral("a");
  auto agreed = std::move(session).agree(LinkSide::dialer, ephemeral("b").public_key());
  REQUIRE(agreed.ok());
  for (int i = 0; i < 4; ++i) {
    CHECK_FALSE(pair.listener.closed);
    Bytes wire;
    messages::put_sealed(wire, agreed->sending, messages::LinkControl{messages::LinkPing{1}});
    pair.listener.receive(pair.now, wire);
  }
  CHECK(reason(pair.listener) == Errc::peer_floods);
}

TEST_CASE("messages of no known kind, or too large for theirs, end the connection") {
  Pair pair;
  pair.open();
  auto session = ephemeral("a");
  auto agreed = std::move(session).agree(LinkSide::dialer, ephemeral("b").public_key());
  REQUIRE(agreed.ok());
  Bytes wire;
  SUBCASE("unknown kind of message") {
    messages::put_sealed(wire, agreed->sending, messages::message_kind, Bytes{99, 1, 2});
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::peer_message_unknown);
  }
  SUBCASE("empty message") {
    messages::put_sealed(wire, agreed->sending, messages::message_kind, {});
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::peer_message_unknown);
  }
  SUBCASE("unknown word of the link") {
    messages::put_sealed(wire, agreed->sending, 200, Bytes{1});
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::link_frame_malformed);
  }
  SUBCASE("too large for its kind") {
    Bytes message{1, 0};  // election.request
    message.resize(2'000);
    messages::put_sealed(wire, agreed->sending, messages::message_kind, message);
    pair.listener.receive(pair.now, wire);
    CHECK(reason(pair.listener) == Errc::frame_too_big);
  }
  CHECK(pair.listener.delivered.empty());
}

TEST_CASE("leaving tells the other end; nothing happens afterwards") {
  Pair pair;
  pair.open();
  REQUIRE(pair.dialer.step(pair.now, Leave{Errc::node_stopping}).ok());
  CHECK(reason(pair.dialer) == Errc::node_stopping);
  pair.carry();
  CHECK(reason(pair.listener) == Errc::link_farewell);
  CHECK(pair.listener.closed->detail == "node_stopping");
  CHECK(pair.dialer.machine.is_over());
  REQUIRE(pair.dialer.step(pair.now, SendMessage{some_message()}).ok());
  REQUIRE(pair.dialer.step(pair.now, Handled{1}).ok());
  REQUIRE(pair.dialer.step(pair.now, LinkTimer{{1}}).ok());
  CHECK(pair.dialer.wire.empty());
}

TEST_CASE("sending before the connection is open, or nothing, or too much, is refused") {
  Pair pair;
  REQUIRE(pair.dialer.step(pair.now, Opened{}).ok());
  CHECK(pair.dialer.step(pair.now, SendMessage{some_message()}).code() == Errc::link_closed);
  pair.dialer.wire.clear();
  Pair other;
  other.open();
  CHECK(other.dialer.step(other.now, SendMessage{messages::Frame{}}).code() == Errc::frame_too_big);
  const messages::Frame huge{Bytes(messages::max_frame_bytes + 1)};
  CHECK(other.dialer.step(other.now, SendMessage{huge}).code() == Errc::frame_too_big);
}

TEST_CASE("a bucket holds its burst and fills at its rate") {
  const Instant start{seconds(5).us};
  TokenBucket bucket{{10, 3}, start};
  CHECK(bucket.take(start));
  CHECK(bucket.take(start));
  CHECK(bucket.take(start));
  CHECK_FALSE(bucket.take(start));
  CHECK_FALSE(bucket.take(start + Duration{99'999}));
  CHECK(bucket.take(start + Duration{100'000}));
  CHECK_FALSE(bucket.take(start + Duration{100'001}));
  const Instant later = start + seconds(1'000'000'000);
  CHECK(bucket.take(later));
  CHECK(bucket.take(later));
  CHECK(bucket.take(later));
  CHECK_FALSE(bucket.take(later));
}
