#include "actors/dialer_machine.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::actors::dialer;

namespace {

NodeId node(std::uint8_t n) {
  NodeId out;
  out.bytes.fill(n);
  return out;
}
ConnectionId connection(std::uint64_t n) { return ConnectionId{n}; }

Config config_of(std::uint8_t self, std::vector<std::uint8_t> targets) {
  Config out;
  out.self = node(self);
  for (const std::uint8_t t : targets)
    out.targets.push_back({node(t), "host:" + std::to_string(t)});
  return out;
}

template <class Effect_>
std::vector<Effect_> all(const Effects& effects) {
  std::vector<Effect_> out;
  for (const Effect& effect : effects) {
    if (const auto* one = std::get_if<Effect_>(&effect)) out.push_back(*one);
  }
  return out;
}

const Instant start{seconds(100).us};

}  // namespace

TEST_CASE("at the start every target is dialled, oneself never") {
  DialerMachine machine{config_of(1, {1, 2, 3})};
  const auto dials = all<Dial>(machine.step(start, Started{}));
  REQUIRE(dials.size() == 2);
  CHECK(dials[0].target.node == node(2));
  CHECK(dials[1].target.node == node(3));
}

TEST_CASE("failures wait longer each time, up to the cap, with jitter above the wait") {
  DialerMachine machine{config_of(1, {2})};
  Instant now = start;
  static_cast<void>(machine.step(now, Started{}));
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 12; ++i) {
    const auto timers = all<ArmTimer>(machine.step(now, DialFailed{node(2)}));
    REQUIRE(timers.size() == 1);
    waits.push_back((timers[0].at - now).ms());
    CHECK(all<Dial>(machine.step(timers[0].at + Duration{-1}, DialTimer{timers[0].timer})).empty());
    now = timers[0].at;
    CHECK(all<Dial>(machine.step(now, DialTimer{timers[0].timer})).size() == 1);
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const std::int64_t base = std::min<std::int64_t>(250LL << i, 30'000);
    CHECK(waits[i] >= base);
    CHECK(waits[i] <= base + base / 2);
  }
}

TEST_CASE("the jitter comes from the seed") {
  const auto first_wait = [](std::uint8_t seed) {
    Config config = config_of(1, {2});
    config.seed.bytes.fill(seed);
    DialerMachine machine{config};
    static_cast<void>(machine.step(start, Started{}));
    return all<ArmTimer>(machine.step(start, DialFailed{node(2)})).at(0).at;
  };
  CHECK(first_wait(1) == first_wait(1));
  CHECK(first_wait(1) != first_wait(2));
}

TEST_CASE("no more than so many dials run at once") {
  Config config = config_of(1, {2, 3, 4, 5});
  config.max_dials = 2;
  DialerMachine machine{config};
  CHECK(all<Dial>(machine.step(start, Started{})).size() == 2);
  const auto next = all<Dial>(machine.step(start, DialFailed{node(2)}));
  REQUIRE(next.size() == 1);
  CHECK(next[0].target.node == node(4));
}

TEST_CASE("a lost connection is dialled again; one that lasted forgives earlier failures") {
  for (const bool lasted : {true, false}) {
    DialerMachine machine{config_of(1, {2})};
    static_cast<void>(machine.step(start, Started{}));
    static_cast<void>(machine.step(start, DialFailed{node(2)}));
    static_cast<void>(machine.step(start + seconds(1), DialTimer{}));
    const auto up =
        machine.step(start + seconds(1), LinkUp{connection(1), node(2), LinkSide::dialer});
    REQUIRE(all<Use>(up).size() == 1);
    CHECK(machine.is_connected(node(2)));
    const Instant end = start + seconds(lasted ? 11 : 2);
    const auto down = machine.step(end, LinkDown{connection(1), Errc::link_closed});
    CHECK(all<Unuse>(down).size() == 1);
    CHECK_FALSE(machine.is_connected(node(2)));
    const auto timers = all<ArmTimer>(down);
    REQUIRE(timers.size() == 1);
    // First wait again after a connection that lasted, the second one otherwise.
    CHECK(((timers[0].at - end).ms() < 500) == lasted);
  }
}

TEST_CASE("two nodes that dial each other keep the same one of the two connections") {
  // Every order in which the two connections come up at the two ends.
  for (int order = 0; order < 4; ++order) {
    DialerMachine low{config_of(1, {2})};
    DialerMachine high{config_of(2, {1})};
    static_cast<void>(low.step(start, Started{}));
    static_cast<void>(high.step(start, Started{}));
    // Connection 7 was dialled by the lower node, connection 8 by the higher.
    const LinkUp low_own{connection(7), node(2), LinkSide::dialer};
    const LinkUp low_other{connection(8), node(2), LinkSide::listener};
    const LinkUp high_own{connection(8), node(1), LinkSide::dialer};
    const LinkUp high_other{connection(7), node(1), LinkSide::listener};
    std::set<std::uint64_t> refused_low;
    std::set<std::uint64_t> refused_high;
    const auto feed = [](DialerMachine& machine, const LinkUp& first, const LinkUp& second,
                         std::set<std::uint64_t>& refused) {
      for (const LinkUp& up : {first, second}) {
        for (const Refuse& refuse : all<Refuse>(machine.step(start, up))) {
          CHECK(refuse.reason == Errc::duplicate_connection);
          refused.insert(refuse.connection.value);
        }
      }
    };
    (order & 1) != 0 ? feed(low, low_own, low_other, refused_low)
                     : feed(low, low_other, low_own, refused_low);
    (order & 2) != 0 ? feed(high, high_own, high_other, refused_high)
                     : feed(high, high_other, high_own, refused_high);
    CHECK(refused_low == std::set<std::uint64_t>{8});
    CHECK(refused_high == std::set<std::uint64_t>{8});
    CHECK(low.in_use() == 1);
    CHECK(high.in_use() == 1);
  }
}

TEST_CASE("a node that came back takes the place of its dead connection") {
  DialerMachine machine{config_of(1, {})};
  static_cast<void>(machine.step(start, LinkUp{connection(1), node(2), LinkSide::listener}));
  const auto effects = machine.step(start, LinkUp{connection(2), node(2), LinkSide::listener});
  REQUIRE(effects.size() == 3);
  CHECK(std::get<Unuse>(effects[0]).connection == connection(1));
  CHECK(std::get<Refuse>(effects[1]).connection == connection(1));
  CHECK(std::get<Use>(effects[2]).connection == connection(2));
  // The old one's end changes nothing any more.
  CHECK(machine.step(start, LinkDown{connection(1), Errc::link_closed}).empty());
  CHECK(machine.is_connected(node(2)));
}

TEST_CASE("who misbehaved waits, whoever dials") {
  Config config = config_of(1, {2});
  DialerMachine machine{config};
  static_cast<void>(machine.step(start, Started{}));
  static_cast<void>(machine.step(start, LinkUp{connection(1), node(2), LinkSide::dialer}));
  const auto down = machine.step(start, LinkDown{connection(1), Errc::peer_floods});
  const auto timers = all<ArmTimer>(down);
  REQUIRE(timers.size() == 1);
  CHECK(timers[0].at >= start + config.pause);
  const auto early = all<Refuse>(
      machine.step(start + seconds(59), LinkUp{connection(2), node(2), LinkSide::listener}));
  REQUIRE(early.size() == 1);
  CHECK(early[0].reason == Errc::peer_backed_off);
  CHECK(all<Use>(
            machine.step(start + seconds(60), LinkUp{connection(3), node(2), LinkSide::listener}))
            .size() == 1);
  CHECK_FALSE(is_misbehaviour(Errc::link_closed));
  CHECK_FALSE(is_misbehaviour(Errc::link_silent));
}

TEST_CASE("strangers fill the room that targets leave") {
  Config config = config_of(1, {2});
  config.max_connections = 3;
  DialerMachine machine{config};
  static_cast<void>(machine.step(start, Started{}));
  std::uint64_t id = 1;
  for (const std::uint8_t n : {10, 11}) {
    CHECK(all<Use>(machine.step(start, LinkUp{connection(id++), node(n), LinkSide::listener}))
              .size() == 1);
  }
  const auto third =
      all<Refuse>(machine.step(start, LinkUp{connection(id++), node(12), LinkSide::listener}));
  REQUIRE(third.size() == 1);
  CHECK(third[0].reason == Errc::too_many_connections);
  CHECK(
      all<Use>(machine.step(start, LinkUp{connection(id++), node(2), LinkSide::listener})).size() ==
      1);
}
