// The simulation's engine by itself: virtual time, seeded order, links with loss.
#include <doctest/doctest.h>

#include "actors/node_wiring.hpp"
#include "runtime/simulation/coordinator.hpp"
#include "runtime/simulation/network.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

struct PingState {
  std::uint64_t heard{};
};
using PingSelf = rt::Self<messages::PeerActor, PingState>;

/// Answers every tip with the next height until `limit`.
messages::PeerActor::behavior_type pinger(PingSelf self, Network* network, NodeNumber me,
                                          NodeNumber other, std::uint64_t limit) {
  return {
      [](const messages::Start&) {},
      [=](const messages::FrameArrived& arrived) {
        const auto message = messages::decode_frame(arrived.frame.bytes.view());
        REQUIRE(message.ok());
        const auto& chain = std::get<messages::ChainMessage>(*message);
        ++rt::state(self).heard;
        if (!std::holds_alternative<messages::TipStatus>(chain)) return;
        auto tip = std::get<messages::TipStatus>(chain);
        ++tip.height;
        if (tip.height.value > limit) return;
        network->send(me, other, messages::encode_frame(messages::ChainMessage{tip}));
      },
  };
}

struct Receiver final : Network::Receiver {
  messages::PeerActor actor;
  std::vector<NodeNumber> from;
  void receive(NodeNumber sender, const messages::Frame& frame) override {
    from.push_back(sender);
    rt::send_from_outside(actor, messages::FrameArrived{{frame}});
  }
};

struct Run {
  Instant end;
  std::uint64_t received{};
  std::uint64_t sent{};
  std::uint64_t lost{};
  Hash256 trace;
};

Run ping_pong(std::uint64_t seed, const LinkQuality& quality, std::uint64_t limit) {
  SimulationConfig config;
  caf::actor_system system{config};
  system.await_actors_before_shutdown(false);
  Coordinator& coordinator = coordinator_of(system);
  coordinator.seed(seed);
  Agenda agenda;
  agenda.set_now(coordinator.now());
  auto trace = Trace::open("");
  REQUIRE(trace.ok());
  (*trace)->set_names({"bitcoin", "ada", "bob"});
  Network network(seed, 3, quality, agenda, **trace);
  Receiver ada;
  Receiver bob;
  ada.actor = system.spawn(pinger, &network, NodeNumber{1}, NodeNumber{2}, limit);
  bob.actor = system.spawn(pinger, &network, NodeNumber{2}, NodeNumber{1}, limit);
  network.attach(1, ada);
  network.attach(2, bob);
  network.send(1, 2, messages::encode_frame(messages::ChainMessage{messages::TipStatus{}}));
  // A line in the trace besides the keep-alives, so that delays show in the hash.
  network.send(1, 2, messages::encode_frame(messages::ChainMessage{messages::BlocksWanted{}}));
  Run run;
  coordinator.run_until(beginning + seconds(10), agenda);
  run.end = coordinator.now();
  run.received = ada.from.size() + bob.from.size();
  run.sent = network.sent();
  for (const KindCount& kind : network.counts()) run.lost += kind.lost;
  run.trace = (*trace)->hash();
  rt::kill(ada.actor);
  rt::kill(bob.actor);
  coordinator.settle();
  return run;
}

}  // namespace

TEST_CASE("two actors play ping-pong over the simulated network in virtual time") {
  const LinkQuality quality{0, 0, milliseconds(10), milliseconds(10)};
  const Run run = ping_pong(1, quality, 99);
  CHECK(run.received == 101);  // Heights 0..99 and the one other message.
  CHECK(run.sent == 101);
  CHECK(run.lost == 0);
  CHECK(run.end == beginning + seconds(10));
}

TEST_CASE("the same seed gives the same run, another seed another one") {
  // A duplicated ball is another game: the number of balls grows by a twentieth per exchange.
  const LinkQuality quality{0, 50, milliseconds(5), milliseconds(50)};
  const Run first = ping_pong(7, quality, 60);
  const Run second = ping_pong(7, quality, 60);
  const Run third = ping_pong(8, quality, 60);
  CHECK(first.received == second.received);
  CHECK(first.trace == second.trace);
  CHECK(first.trace != third.trace);
}

TEST_CASE("a lost ball ends the game") {
  const LinkQuality all_lost{1000, 0, milliseconds(1), milliseconds(1)};
  const Run run = ping_pong(1, all_lost, 99);
  CHECK(run.received == 0);
  CHECK(run.lost == run.sent);
}

TEST_CASE("happenings of one moment keep their order, and time never goes back") {
  Agenda agenda;
  std::vector<int> seen;
  agenda.enter(Instant{20}, [&] { seen.push_back(3); });
  agenda.enter(Instant{10}, [&] {
    seen.push_back(1);
    agenda.enter(Instant{5}, [&] { seen.push_back(2); });  // Past: happens at once, in turn.
  });
  agenda.enter(Instant{20}, [&] { seen.push_back(4); });
  while (!agenda.is_empty()) agenda.happen_next();
  CHECK(seen == std::vector<int>{1, 2, 3, 4});
  CHECK(agenda.now() == Instant{20});
}

TEST_CASE("frames to a participant that left or came anew are dropped") {
  Agenda agenda;
  auto trace = Trace::open("");
  REQUIRE(trace.ok());
  (*trace)->set_names({"a", "b"});
  struct Counter final : Network::Receiver {
    int count{};
    void receive(NodeNumber, const messages::Frame&) override { ++count; }
  } before, after;
  const LinkQuality quality{0, 0, milliseconds(10), milliseconds(10)};
  Network network(1, 2, quality, agenda, **trace);
  const auto frame =
      messages::encode_frame(messages::ChainMessage{messages::BlocksWanted{}});
  network.attach(1, before);
  network.send(0, 1, frame);
  network.attach(1, after);  // A restart while the frame is on its way.
  network.send(0, 1, frame);
  while (!agenda.is_empty()) agenda.happen_next();
  CHECK(before.count == 0);
  CHECK(after.count == 1);
  network.detach(1);
  network.send(0, 1, frame);
  CHECK(agenda.is_empty());
}

TEST_CASE("a partition cuts what crosses it and nothing else") {
  Agenda agenda;
  auto trace = Trace::open("");
  REQUIRE(trace.ok());
  (*trace)->set_names({"a", "b", "c"});
  struct Counter final : Network::Receiver {
    int count{};
    void receive(NodeNumber, const messages::Frame&) override { ++count; }
  } b, c;
  Network network(1, 3, {0, 0, milliseconds(1), milliseconds(1)}, agenda, **trace);
  network.attach(1, b);
  network.attach(2, c);
  network.partition({0, 0, 1});
  const auto frame =
      messages::encode_frame(messages::ChainMessage{messages::BlocksWanted{}});
  network.send(0, 1, frame);
  network.send(0, 2, frame);
  while (!agenda.is_empty()) agenda.happen_next();
  CHECK(b.count == 1);
  CHECK(c.count == 0);
}
