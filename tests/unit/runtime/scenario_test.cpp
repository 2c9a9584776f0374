#include "runtime/simulation/scenario.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace quorate;
using namespace quorate::simulation;

namespace {

Result<Scenario> read(const std::string& text) {
  const std::string path = "scenario_test.tmp";
  std::ofstream(path, std::ios::binary) << text;
  auto out = read_scenario(path);
  std::remove(path.c_str());
  return out;
}

void check_malformed(const std::string& text, const std::string& what) {
  const auto scenario = read(text);
  REQUIRE_FALSE(scenario.ok());
  CHECK(scenario.code() == Errc::scenario_malformed);
  INFO(scenario.error().detail);
  CHECK(scenario.error().detail.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("the presets can be simulated and have the sizes they say") {
  for (const char* name : {"tiny", "demo", "full"}) {
    const auto scenario = preset(name);
    REQUIRE(scenario.ok());
    INFO(name);
    CHECK(check(*scenario).ok());
    std::uint64_t slots = 0;
    for (const auto& stacker : scenario->stackers) slots += stacker.slots;
    CHECK(slots == scenario->params.reward_slots);
  }
  CHECK(preset("demo")->producers.size() == 10);
  CHECK(preset("demo")->stackers.size() == 15);
  CHECK(preset("full")->producers.size() == 100);
  CHECK(preset("mainnet")->params.reward_slots == 4000);
  CHECK(preset("huge").code() == Errc::unknown_preset);
}

TEST_CASE("a scenario file changes single values of its preset") {
  const auto scenario = read(R"(
preset = "tiny"
seed = 42
terms = 3
loss_percent = 15
delay_ms = [7, 9]
[[producer]]
name = "ada"
spend_sats = 100000
[[stacker]]
name = "bob"
slots = 40
[[fault]]
kind = "crash"
term = 2
block = 4
who = "bob"
blocks = 1
)");
  REQUIRE(scenario.ok());
  CHECK(scenario->seed == 42);
  CHECK(scenario->producing_terms == 3);
  CHECK(scenario->links.loss_per_mille == 150);
  CHECK(scenario->links.delay_low == milliseconds(7));
  REQUIRE(scenario->producers.size() == 1);
  CHECK(scenario->producers[0].spend == Sats{100'000});
  REQUIRE(scenario->faults.size() == 1);
  CHECK(scenario->faults[0].kind == FaultKind::crash);
  CHECK(scenario->faults[0].who == "bob");
}

TEST_CASE("what cannot be understood is named with its line") {
  check_malformed("preset = \n", ":1:");
  check_malformed("\nspeed = 3\n", ":2: unknown key 'speed'");
  check_malformed("seed = \"one\"\n", ":1: seed must be a whole number");
  check_malformed("loss_percent = 101\n", "from 0 to 100");
  check_malformed("delay_ms = [9, 7]\n", ":1: delay_ms must be two numbers");
  check_malformed("producer = 3\n", "write [[producer]]");
  check_malformed("[[fault]]\nkind = \"flood\"\n", "kind 'flood' is none of");
  check_malformed("[[producer]]\nname = \"a\"\nspend = 3\n", ":3: unknown key 'spend'");
  CHECK(read("preset = \"huge\"\n").code() == Errc::unknown_preset);
  CHECK(read_scenario("no/such/file").code() == Errc::cannot_read_file);
}

TEST_CASE("what cannot be simulated is refused with the reason") {
  auto scenario = preset("tiny").value();
  scenario.producers.clear();
  CHECK(check(scenario).code() == Errc::scenario_impossible);
  scenario = preset("tiny").value();
  scenario.stackers[0].slots = 41;
  CHECK(check(scenario).code() == Errc::scenario_impossible);
  scenario = preset("tiny").value();
  scenario.producers[0].spend = Sats{100};
  CHECK(check(scenario).code() == Errc::scenario_impossible);
  scenario = preset("tiny").value();
  scenario.faults = {{FaultKind::crash, 2, 1, "nobody", 1, 0}};
  CHECK(check(scenario).code() == Errc::scenario_impossible);
  for (const std::string how : {"box", "point", "possession", "length"}) {
    scenario.faults = {{FaultKind::deal_badly, 0, 1, "amber", 0, 0, how}};
    CHECK(check(scenario).ok());
  }
  scenario.faults[0].how = "nicely";
  CHECK(check(scenario).code() == Errc::scenario_impossible);
}
