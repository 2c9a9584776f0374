// A real node and a hostile client: whatever it does, the node lives, its memory is bounded,
// another peer is served as before, and the reason is counted by name.
#include "runtime/live/process.hpp"
#include "tests/network/stage.hpp"

using namespace quorate;
using namespace quorate::stage;

namespace {

actors::link::Config quick() {
  actors::link::Config config;
  config.handshake_deadline = milliseconds(400);
  return config;
}

/// A node with an honest peer, who must be served to the end.
struct Scene {
  RealNode node{quick()};
  Insider friendly{"friend", node.port(), node.id()};
  Scene() { REQUIRE(friendly.is_answered()); }
  ~Scene() {
    CHECK(friendly.is_answered());
    CHECK_FALSE(node.node().fault());
    Insider late{"late", node.port(), node.id()};
    CHECK(late.is_answered());
  }
};

messages::HandshakeHello hello_for(const messages::NodeId& node, const messages::NodeId& as) {
  messages::HandshakeHello hello;
  hello.network_id = network_id;
  hello.ephemeral = crypto::EphemeralKey::generate().public_key();
  hello.dialer = as;
  hello.listener = node;
  return hello;
}

/// One message of every kind, in the order of `frame_kinds()`.
std::vector<messages::Frame> one_of_each() {
  using namespace messages;
  const consensus::DbAddress db{{"ST000000000000000000002AMW42H.pox-5"}, 7, SetHash{}};
  std::vector<Frame> out;
  const auto replica = [&](ReplicaMessage m) {
    out.push_back(encode_frame(GroupKind::stackers, m));
  };
  Push push;
  push.chunk.db = db;
  push.chunk.content = {SharedBytes{Bytes{1, 2, 3}}};
  replica(Announce{db, {}});
  replica(push);
  replica(Ack{db, {}});
  replica(Pull{db, {}});
  replica(Compare{db, {}, {}});
  replica(Range{db, {}, {}});
  replica(Nack{db, std::nullopt, NackReason::too_big});
  out.push_back(encode_frame(ElectionMessage{ElectionRequest{}}));
  out.push_back(encode_frame(ElectionMessage{ElectionGrant{}}));
  out.push_back(encode_frame(ChainMessage{TipStatus{}}));
  out.push_back(encode_frame(ChainMessage{BlockPush{}}));
  out.push_back(encode_frame(ChainMessage{BlocksWanted{}}));
  out.push_back(encode_frame(TransactionMessage{TransactionsKnown{}}));
  out.push_back(encode_frame(TransactionMessage{TransactionsWanted{}}));
  out.push_back(encode_frame(TransactionMessage{Transactions{}}));
  out.push_back(encode_frame(BurnMessage{BurnTipNotice{}}));
  out.push_back(encode_frame(BurnMessage{BurnBlocksWanted{}}));
  out.push_back(encode_frame(BurnMessage{BurnBlockPush{}}));
  out.push_back(encode_frame(BurnMessage{BurnTransactionSubmit{}}));
  out.push_back(encode_frame(BurnMessage{CoinsWanted{}}));
  out.push_back(encode_frame(BurnMessage{Coins{}}));
  out.push_back(encode_frame(HandshakeMessage{Subscriptions{}}));
  return out;
}

}  // namespace

TEST_CASE("no handshake, half of one, and one that dribbles end at the deadline") {
  Scene scene;
  const std::uint64_t before = scene.node.refused(Errc::handshake_timeout);
  RawClient silent{scene.node.port()};
  RawClient half{scene.node.port()};
  REQUIRE(
      half.send_frame(messages::encode_hello(hello_for(scene.node.id(), identity("half")->id))));
  REQUIRE(half.receive_frame());
  RawClient dribbling{scene.node.port()};
  for (const std::uint8_t byte : Bytes{0, 0, 0, 108, 'q', 'u'}) {
    REQUIRE(dribbling.send(Bytes{byte}));
  }
  CHECK(silent.is_closed());
  CHECK(half.is_closed());
  CHECK(dribbling.is_closed());
  CHECK(scene.node.refused(Errc::handshake_timeout) == before + 3);
}

TEST_CASE("a wrong key, a replayed handshake and reflected frames are refused by name") {
  Scene scene;
  SUBCASE("wrong key") {
    RawClient client{scene.node.port()};
    REQUIRE(client.send_frame(
        messages::encode_hello(hello_for(scene.node.id(), identity("friend")->id))));
    REQUIRE(client.receive_frame());
    messages::HandshakeProof proof;
    proof.signature = crypto::sign_schnorr(identity("enemy")->key, Hash256{}, Hash256{});
    REQUIRE(client.send_frame(encode(proof)));
    CHECK(client.is_closed());
    CHECK(scene.node.refused(Errc::handshake_bad_signature) == 1);
  }
  SUBCASE("replay of a whole recorded handshake") {
    const auto own = identity("recorded");
    const messages::HandshakeHello hello = hello_for(scene.node.id(), own->id);
    messages::HandshakeProof proof;
    {
      RawClient client{scene.node.port()};
      REQUIRE(client.send_frame(messages::encode_hello(hello)));
      const auto frame = client.receive_frame();
      REQUIRE(frame);
      const auto answer = decode<messages::HandshakeAnswer>(*frame);
      REQUIRE(answer.ok());
      proof.signature = crypto::sign_schnorr(
          own->key, messages::handshake_digest(hello, answer->ephemeral, crypto::LinkSide::dialer),
          Hash256{});
      REQUIRE(client.send_frame(encode(proof)));
    }
    RawClient again{scene.node.port()};
    REQUIRE(again.send_frame(messages::encode_hello(hello)));
    REQUIRE(again.receive_frame());
    REQUIRE(again.send_frame(encode(proof)));
    CHECK(again.is_closed());
    CHECK(scene.node.refused(Errc::handshake_bad_signature) == 1);
  }
  SUBCASE("the node's own answer as proof") {
    RawClient client{scene.node.port()};
    REQUIRE(client.send_frame(
        messages::encode_hello(hello_for(scene.node.id(), identity("mirror")->id))));
    const auto answer = client.receive_frame();
    REQUIRE(answer);
    REQUIRE(client.send_frame(ByteView{*answer}.subspan(32)));
    CHECK(client.is_closed());
    CHECK(scene.node.refused(Errc::handshake_bad_signature) == 1);
  }
  SUBCASE("the node's own sealed frames") {
    Insider insider{"echo", scene.node.port(), scene.node.id()};
    REQUIRE(insider.send(messages::LinkControl{messages::LinkPing{1}}));
    const auto sealed = insider.raw().receive_frame();
    REQUIRE(sealed);
    REQUIRE(insider.raw().send_frame(*sealed));
    CHECK(insider.raw().is_closed());
    CHECK(scene.node.ended(Errc::sealed_frame_invalid) == 1);
  }
}

TEST_CASE("garbage and impossible lengths are refused at once") {
  Scene scene;
  RawClient web{scene.node.port()};
  REQUIRE(web.send(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
  CHECK(web.is_closed());
  RawClient huge{scene.node.port()};
  REQUIRE(huge.send(Bytes{0xff, 0xff, 0xff, 0xff}));
  CHECK(huge.is_closed());
  CHECK(scene.node.refused(Errc::transport_frame_too_big) == 2);
  Insider insider{"huge", scene.node.port(), scene.node.id()};
  REQUIRE(insider.is_answered());
  REQUIRE(insider.raw().send(Bytes{0xff, 0xff, 0xff, 0xff}));
  CHECK(insider.raw().is_closed());
  CHECK(scene.node.ended(Errc::transport_frame_too_big) == 1);
  RawClient nothing{scene.node.port()};
  REQUIRE(nothing.send(Bytes{0, 0, 0, 0}));
  CHECK(nothing.is_closed());
  CHECK(scene.node.refused(Errc::transport_frame_empty) == 1);
}

TEST_CASE("a thousand idle connections cost little and keep nobody else out") {
  actors::link::Config slow;
  slow.handshake_deadline = seconds(15);
  RealNode node{slow, {64, 32}};
  Insider friendly{"friend", node.port(), node.id()};
  REQUIRE(friendly.is_answered());
  const std::uint64_t before = runtime::resident_kib();
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 1'000; ++i) idle.push_back(std::make_unique<RawClient>(node.port()));
  // Those beyond the limit are closed at once.
  std::size_t closed = 0;
  for (std::size_t i = 32; i < idle.size(); ++i) closed += idle[i]->is_closed() ? 1 : 0;
  CHECK(closed == 968);
  CHECK(node.refused(Errc::too_many_half_open) == 968);
  CHECK(node.node().transport().half_open() == 32);
  CHECK(friendly.is_answered());
  const std::uint64_t grown = grown_kib(before);
  MESSAGE("1,000 idle connections grew this process (both ends) by " << grown << " KiB");
  CHECK(grown < 32 * 1024);
}

TEST_CASE("a known peer that sends nonsense is dropped with the reason and has to wait") {
  Scene scene;
  Insider insider{"nonsense", scene.node.port(), scene.node.id()};
  REQUIRE(insider.is_in());
  Errc expected{};
  SUBCASE("unknown kind") {
    expected = Errc::peer_message_unknown;
    REQUIRE(insider.send(messages::message_kind, Bytes{77, 0, 0}));
  }
  SUBCASE("unknown word of the link") {
    expected = Errc::link_frame_malformed;
    REQUIRE(insider.send(99, Bytes{1, 2, 3}));
  }
  SUBCASE("a list longer than it may be") {
    expected = Errc::length_out_of_bounds;
    Bytes message{3, 0};  // transactions.known
    Writer{message}.put(std::uint32_t{1'025});
    message.resize(message.size() + 1'025 * 32);
    REQUIRE(insider.send(messages::message_kind, message));
  }
  SUBCASE("a list that promises four billion") {
    expected = Errc::length_out_of_bounds;
    Bytes message{2, 2};  // chain.wanted
    Writer{message}.put(std::uint32_t{0xffffffff});
    REQUIRE(insider.send(messages::message_kind, message));
  }
  SUBCASE("a message above the size of its kind") {
    expected = Errc::frame_too_big;
    Bytes message{1, 0};
    message.resize(2'000);
    REQUIRE(insider.send(messages::message_kind, message));
  }
  SUBCASE("credit that was never used") {
    expected = Errc::credit_overflow;
    REQUIRE(insider.send(messages::LinkControl{messages::LinkCredit{0xffffffff}}));
  }
  CHECK(insider.farewell() == name_of(expected));
  CHECK(scene.node.ended(expected) == 1);
  Insider again{"nonsense", scene.node.port(), scene.node.id()};
  CHECK(again.farewell() == "peer_backed_off");
}

TEST_CASE("floods of every kind end the flooder and nobody else") {
  Scene scene;
  const std::uint64_t before = runtime::resident_kib();
  const auto kinds = one_of_each();
  REQUIRE(kinds.size() + 1 == messages::frame_kinds().size());
  const auto rates = actors::link::default_rates();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    INFO(messages::frame_kinds()[i].name);
    Insider flooder{"flood " + std::to_string(i), scene.node.port(), scene.node.id()};
    REQUIRE(flooder.is_in());
    const std::uint32_t enough = 4 * (rates[i].burst + 2'000);
    std::uint32_t sent = 0;
    while (sent < enough && flooder.send(kinds[i])) ++sent;
    CHECK(flooder.raw().is_closed());
    CHECK(scene.friendly.is_answered());
  }
  Insider pinging{"flood of pings", scene.node.port(), scene.node.id()};
  std::uint32_t pings = 0;
  while (pings < 100'000 && pinging.send(messages::LinkControl{messages::LinkPing{1}})) ++pings;
  CHECK(pinging.raw().is_closed());
  std::uint64_t ended = 0;
  // Bitcoin is heard from the feed alone: the first message of these kinds is one too many.
  for (const Errc reason : {Errc::peer_floods, Errc::credit_exceeded, Errc::peer_misbehaves,
                            Errc::message_not_for_us}) {
    ended += scene.node.ended(reason);
  }
  CHECK(ended == kinds.size() + 1);
  const std::uint64_t grown = grown_kib(before);
  MESSAGE("floods of " << kinds.size() + 1 << " kinds grew this process by " << grown << " KiB");
  CHECK(grown < 128 * 1024);
}
