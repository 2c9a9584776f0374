// One seed decides everything. Source: docs/simulation.md.
#include <doctest/doctest.h>

#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

TEST_CASE("a seed gives the same trace and report twice, another seed gives others") {
  Scenario scenario = small_scenario();
  scenario.producing_terms = 1;
  scenario.links.loss_per_mille = 50;
  scenario.faults = {{FaultKind::kill_leader, 2, 3, "", 1, 0}};
  const Findings first = run(scenario).findings;
  const Findings again = run(scenario).findings;
  INFO(joined(first.failures));
  CHECK(first.failures.empty());
  CHECK(first.trace_hash == again.trace_hash);
  CHECK(first.json == again.json);

  scenario.seed = 2;
  const Findings other = run(scenario).findings;
  INFO(joined(other.failures));
  CHECK(other.failures.empty());
  CHECK(other.trace_hash != first.trace_hash);
  CHECK(other.json != first.json);
}
