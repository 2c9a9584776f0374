// Shell of one remote node: a frame becomes one message to the role it is for, or a named refusal.
#include "actors/peer_actor.hpp"

#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

constexpr PeerId feed{0};
constexpr PeerId other{3};

messages::FrameArrived frame_of(const messages::PeerMessage& message) {
  return {{messages::encode_frame(message)}};
}
messages::FrameArrived raw(Bytes bytes) { return {{SharedBytes{std::move(bytes)}}}; }

messages::FrameArrived chain_frame() {
  return frame_of(messages::ChainMessage{messages::BlocksWanted{}});
}

}  // namespace

TEST_CASE("peer: each kind of frame goes to the one role it is for, with who sent it") {
  RoleBench bench;
  const auto peer = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  bench.give(peer, messages::Start{});
  CHECK(bench.take().empty());

  const messages::ReplicaMessage replica = messages::Pull{};
  bench.give(peer, frame_of(messages::ReplicaTraffic{messages::ReplicaFamily::producers, replica}));
  CHECK(bench.take() == Journal{"tell producer replica ReplicaHeard"});
  bench.give(peer, frame_of(messages::ReplicaTraffic{messages::ReplicaFamily::stackers, replica}));
  CHECK(bench.take() == Journal{"tell stacker replica ReplicaHeard"});
  bench.give(peer, frame_of(messages::ElectionMessage{messages::ElectionRequest{}}));
  CHECK(bench.take() == Journal{"tell election ElectionHeard"});
  bench.give(peer, chain_frame());
  CHECK(bench.take() == Journal{"tell keeper ChainHeard"});
  bench.give(peer, frame_of(messages::TransactionMessage{messages::TransactionsWanted{}}));
  CHECK(bench.take() == Journal{"tell mempool TransactionsHeard"});

  CHECK(bench.heard<messages::ReplicaHeard>(Role::stacker_replica).at(0).from == other);
  CHECK(bench.heard<messages::ChainHeard>(Role::keeper).at(0).from == other);
}

TEST_CASE("peer: own DBs are named by contract; only those that both nodes host are replicated") {
  RoleBench bench;
  const std::string notes = "ST000000000000000000002AMW42H.notes";
  bench.roles().own_replicas[notes] = bench.roles().producer_replica;  // A recorder.
  const auto peer = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  messages::Pull pull;
  pull.db.contract.text = notes;
  const auto family = messages::ReplicaFamily::own;
  bench.give(peer, frame_of(messages::ReplicaTraffic{family, pull}));
  CHECK(bench.take() == Journal{"tell producer replica ReplicaHeard"});
  pull.db.contract.text = "ST000000000000000000002AMW42H.other";
  bench.give(peer, frame_of(messages::ReplicaTraffic{family, pull}));
  CHECK(bench.take().empty());
  const messages::Subscriptions list{{{"ST000000000000000000002AMW42H.other"}, {notes}}};
  bench.give(peer, frame_of(messages::HandshakeMessage{list}));
  CHECK(bench.take() == Journal{"tell producer replica PeerChanged"});
  CHECK(bench.heard<messages::PeerChanged>(Role::producer_replica).at(0).peer == other);
}

TEST_CASE(
    "peer: Bitcoin is heard from the feed only; from anybody else it is refused and counted") {
  RoleBench bench;
  const auto frame = frame_of(messages::BurnMessage{messages::BurnTipNotice{}});
  const auto bitcoin = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), feed));
  bench.give(bitcoin, frame);
  CHECK(bench.take() == Journal{"tell follower BurnHeard"});

  const auto stranger = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  bench.give(stranger, frame);
  CHECK(bench.take() == Journal{"bad frame 3 message_not_for_us"});
  CHECK(RoleBench::is_alive(stranger));
}

TEST_CASE("peer: bytes that are no message are refused by name, counted, and survived") {
  RoleBench bench;
  const auto peer = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  Bytes longer = to_bytes(chain_frame().frame.bytes.view());
  longer.push_back(0);
  bench.give(peer, raw({}));
  bench.give(peer, raw({0xff}));
  bench.give(peer, raw(longer));
  // No chain message of this kind may be a whole burn block long.
  bench.give(peer, raw([&] {
               Bytes big = to_bytes(chain_frame().frame.bytes.view());
               big.resize(messages::max_frame_bytes + 1);
               return big;
             }()));
  CHECK(bench.take() == Journal{"bad frame 3 truncated", "bad frame 3 bad_enum",
                                "bad frame 3 trailing_bytes", "bad frame 3 frame_too_big"});
  bench.give(peer, chain_frame());
  CHECK(bench.take() == Journal{"tell keeper ChainHeard"});
  CHECK_FALSE(bench.stopped());
}

TEST_CASE("peer: a message for a role that the node does not have leads to nothing") {
  RoleBench bench;
  bench.roles().election = messages::ElectionActor{};
  bench.roles().keeper = messages::ChainKeeperActor{};
  const auto peer = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  bench.give(peer, frame_of(messages::ElectionMessage{messages::ElectionGrant{}}));
  bench.give(peer, chain_frame());
  CHECK(bench.take().empty());
  CHECK(RoleBench::is_alive(peer));
}

TEST_CASE("peer: a stopped node hears nothing, and an exception stops the node by name") {
  RoleBench bench;
  const auto peer = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), other));
  const auto second = bench.own(actors::spawn_peer(bench.system(), bench.wiring(), PeerId{4}));
  bench.break_port(Port::observer);
  bench.give(peer, raw({0xff}));
  CHECK(bench.take() == Journal{"stop peer actor_fault"});
  CHECK_FALSE(RoleBench::is_alive(peer));

  bench.give(second, chain_frame());
  bench.give(second, raw({0xff}));
  CHECK(bench.take().empty());
  CHECK(RoleBench::is_alive(second));
}
