// Whole networks of the smallest preset: everything is real but the miners and the wall clock.
#include <doctest/doctest.h>

#include "runtime/simulation/report.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

const std::string data = QUORATE_SOURCE_DIR "/examples/data/";

WorldSetup tiny(std::uint64_t seed) {
  WorldSetup setup;
  setup.scenario = preset("tiny").value();
  setup.scenario.seed = seed;
  setup.genesis = read_genesis(data + "demo/genesis.json").value();
  setup.transfers = read_transfers(data + "demo/transfers.jsonl").value();
  return setup;
}

Findings run(WorldSetup setup, const std::vector<ExpectedAccount>& expected = {}) {
  auto world = World::create(std::move(setup));
  REQUIRE(world.ok());
  (*world)->run();
  Findings findings = examine(**world, expected);
  for (const std::string& failure : findings.failures) MESSAGE(failure);
  return findings;
}

}  // namespace

TEST_CASE("two terms without faults: every transfer becomes final") {
  const Findings findings = run(tiny(1));
  CHECK(findings.failures.empty());
  CHECK(findings.final_transactions == 200);
  CHECK(findings.announcements >= 2);
}

TEST_CASE("the same seed gives the same trace and report, another seed another one") {
  const Findings first = run(tiny(2));
  const Findings second = run(tiny(2));
  CHECK(first.json == second.json);
  CHECK(first.trace_hash != run(tiny(3)).trace_hash);
}

TEST_CASE("bad transfers are refused by name and the good ones are final and exact") {
  WorldSetup setup = tiny(4);
  setup.scenario.max_transfers = 0;
  setup.genesis = read_genesis(data + "mixed/genesis.json").value();
  setup.transfers = read_transfers(data + "mixed/transfers.jsonl").value();
  const Findings findings =
      run(std::move(setup), read_expected(data + "mixed/expected.json").value());
  CHECK(findings.failures.empty());
  CHECK(findings.final_transactions == 516);
  CHECK(findings.refused_transactions == 119);
}

TEST_CASE("a crash of a stacker, a lossy network and a reorganisation change nothing of that") {
  WorldSetup setup = tiny(5);
  setup.scenario.links.loss_per_mille = 100;
  setup.scenario.faults = {{FaultKind::crash, 2, 4, "north", 2, 0},
                           {FaultKind::reorganise, 3, 3, "", 0, 1}};
  const Findings findings = run(std::move(setup));
  CHECK(findings.failures.empty());
  CHECK(findings.final_transactions == 200);
}
