// Any sequence of connections, failures and pauses: at most one connection is in use per node, each
// `Use` is followed by one `Unuse`, no more dials run than allowed, targets always find room.
#include <set>

#include "actors/dialer_machine.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::actors::dialer;

namespace {

NodeId node(std::uint8_t n) {
  NodeId out;
  out.bytes.fill(n);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader code{{bytes, std::min<std::size_t>(size, 1'000)}};
  const auto next = [&] { return code.left() > 0 ? code.get<std::uint8_t>() : std::uint8_t{0}; };
  Config config;
  config.self = node(3);
  config.targets = {{node(1), "a:1"}, {node(4), "b:1"}, {node(5), "c:1"}};
  config.max_connections = 5;
  config.max_dials = 2;
  config.max_paused = 2;
  DialerMachine machine{config};
  Instant now{seconds(50).us};
  std::set<NodeId> dialling;
  std::map<NodeId, ConnectionId> in_use;
  std::uint64_t connections = 0;
  std::size_t timers = 0;
  const auto absorb = [&](const Effects& effects) {
    for (const Effect& effect : effects) {
      if (const auto* dial = std::get_if<Dial>(&effect)) {
        ASSERT(dialling.insert(dial->target.node).second);
        ASSERT(dialling.size() <= config.max_dials);
      } else if (const auto* use = std::get_if<Use>(&effect)) {
        ASSERT(in_use.emplace(use->node, use->connection).second);
      } else if (const auto* unuse = std::get_if<Unuse>(&effect)) {
        const auto at = in_use.find(unuse->node);
        ASSERT(at != in_use.end());
        ASSERT(at->second == unuse->connection);
        in_use.erase(at);
      } else if (std::holds_alternative<ArmTimer>(effect)) {
        ++timers;
      }
    }
    ASSERT(in_use.size() == machine.in_use());
    ASSERT(in_use.size() <= config.max_connections);
    ASSERT(timers <= 2 * (connections + 400));
  };
  absorb(machine.step(now, Started{}));
  while (code.left() > 0) {
    const std::uint8_t opcode = next() % 5;
    now = now + milliseconds(next() * 50);
    const NodeId who = node(1 + next() % 7);
    if (opcode == 0 && dialling.erase(who) > 0) absorb(machine.step(now, DialFailed{who}));
    if (opcode == 1 && dialling.erase(who) > 0) {
      absorb(machine.step(now, LinkUp{ConnectionId{++connections}, who, LinkSide::dialer}));
    }
    if (opcode == 2 && who != config.self) {
      absorb(machine.step(now, LinkUp{ConnectionId{++connections}, who, LinkSide::listener}));
    }
    if (opcode == 3 && in_use.contains(who)) {
      const Errc reason = next() % 2 == 0 ? Errc::link_closed : Errc::peer_floods;
      absorb(machine.step(now, LinkDown{in_use.at(who), reason}));
    }
    if (opcode == 4) absorb(machine.step(now, DialTimer{}));
  }
  return 0;
}
