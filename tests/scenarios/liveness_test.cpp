// Once faults end, the next block comes soon; while too many are away, none comes at all.
// Source: docs/protocol.md "Agreement" (timers).
#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/simulation/coordinator.hpp"
#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

/// How long after its burn block a fault begins or ends in the simulation.
constexpr Duration fault_delay = seconds(3);
/// Blocks that were all but accepted when the fault began may still come.
constexpr Duration under_way = seconds(10);

Duration largest_timer(const consensus::Timing& timing) {
  return std::max({timing.epoch_timer_cap, timing.stacker_view_timeout_cap, timing.epoch_timer,
                   timing.round_timeout, timing.stacker_view_timeout, timing.anti_entropy});
}

struct Outage {
  Scenario scenario;
  std::uint64_t first_block{};  ///< Of term 2.
  std::uint64_t blocks{};
};

/// Both stackers or producers named in the scenario's faults are away, then back.
void check_outage(const Outage& outage) {
  const BurnHeight term_start = outage.scenario.params.first_burn_height + 21;
  const BurnHeight from = term_start + (outage.first_block - 1);
  const BurnHeight until = from + outage.blocks;
  std::map<BurnHeight, Duration> mined;
  World* running = nullptr;
  auto world = begin(outage.scenario, [&](const BurnInterval& interval) {
    // Told when the next burn block is mined.
    mined[interval.height + 1] = running->virtual_time();
  });
  running = world.get();
  world->run();
  const Findings findings = examine(*world, {});
  INFO(joined(findings.failures));
  CHECK(findings.failures.empty());

  const Instant away = beginning + mined.at(from) + fault_delay;
  const Instant back = beginning + mined.at(until) + fault_delay;
  std::optional<Instant> next;
  std::size_t meanwhile = 0;
  for (const auto& [id, block] : world->chronicle().all()) {
    if (block.first_accepted > back)
      next = std::min(next.value_or(block.first_accepted), block.first_accepted);
    if (away + under_way < block.first_accepted && block.first_accepted <= back) ++meanwhile;
  }
  CHECK(meanwhile == 0);
  REQUIRE(next.has_value());
  MESSAGE("the next block came after ", (*next - back).ms(), " ms");
  CHECK(*next - back <= largest_timer(outage.scenario.timing) * 3);
}

}  // namespace

TEST_CASE("after most stackers were cut off the next block comes within three largest timers") {
  Outage outage{small_scenario(), 3, 3};
  outage.scenario.faults = {{FaultKind::isolate, 2, 3, "south", 3, 0},
                            {FaultKind::isolate, 2, 3, "west", 3, 0}};
  check_outage(outage);
}

TEST_CASE("after most producers crashed the next block comes within three largest timers") {
  Outage outage{small_scenario(), 3, 3};
  outage.scenario.faults = {{FaultKind::crash, 2, 3, "cedar", 3, 0},
                            {FaultKind::crash, 2, 3, "dune", 3, 0}};
  check_outage(outage);
}
