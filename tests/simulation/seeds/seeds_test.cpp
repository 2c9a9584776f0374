// Many seeds of a small network, each with other sizes, losses and faults, all checkers on.
//
// QUORATE_SEEDS=N runs N seeds in all (200), QUORATE_FIRST_SEED=K begins elsewhere (1), and
// QUORATE_NIGHTLY=1 runs networks of the demonstration's size instead (20 unless N says otherwise).
// A seed that fails leaves its scenario in a file and names the command that shows it again.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "random_scenario.hpp"
#include "runtime/simulation/report.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

constexpr std::uint64_t quarters = 4;
const std::string sample = QUORATE_SOURCE_DIR "/examples/data/demo/";

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool is_nightly() { return from_environment("QUORATE_NIGHTLY", 0) != 0; }

struct Samples {
  consensus::Genesis genesis;
  std::vector<TransferLine> transfers;
};

const Samples& samples() {
  static const Samples loaded = [] {
    auto genesis = read_genesis(sample + "genesis.json");
    auto transfers = read_transfers(sample + "transfers.jsonl");
    REQUIRE(genesis.ok());
    REQUIRE(transfers.ok());
    return Samples{std::move(genesis).value(), std::move(transfers).value()};
  }();
  return loaded;
}

std::vector<std::string> failures_of(const Scenario& scenario) {
  auto world = World::create({scenario, samples().genesis, samples().transfers, "", nullptr});
  if (!world.ok()) return {world.error().message()};
  (*world)->run();
  return examine(**world, {}).failures;
}

/// Writes the scenario of a failed seed. @returns the command that runs it again.
std::string keep(const Scenario& scenario) {
  const std::string path = fmt::format("failing_seed_{}.toml", scenario.seed);
  std::ofstream(path, std::ios::binary) << to_toml(scenario);
  return fmt::format("quorate sim --scenario {} --verbose --trace trace.jsonl", path);
}

void run_seed(std::uint64_t seed) {
  const Scenario scenario = is_nightly() ? draw_demo(seed) : draw_tiny(seed);
  const std::string what = describe(scenario);
  INFO(what);
  std::printf("%s\n", what.c_str());
  std::fflush(stdout);
  const auto failures = failures_of(scenario);
  if (failures.empty()) return;
  std::string all;
  for (const std::string& failure : failures) all += "\n  " + failure;
  FAIL_CHECK("seed ", seed, " failed:", all, "\n  again: ", keep(scenario));
}

/// Stalls of drawn tiny networks that are understood and not mended: docs/spec_gaps.md "Announced
/// orphans that a node never saw". The list is to become empty.
constexpr std::uint64_t open_stalls[] = {5};

bool is_open_stall(std::uint64_t seed) {
  return !is_nightly() &&
         std::find(std::begin(open_stalls), std::end(open_stalls), seed) != std::end(open_stalls);
}

void run_quarter(std::uint64_t quarter) {
  const std::uint64_t count = from_environment("QUORATE_SEEDS", is_nightly() ? 20 : 200);
  const std::uint64_t first = from_environment("QUORATE_FIRST_SEED", 1);
  for (std::uint64_t i = quarter; i < count; i += quarters) {
    if (!is_open_stall(first + i)) run_seed(first + i);
  }
}

}  // namespace

// Four cases, so that ctest spreads them over the cores.
TEST_CASE("every checker holds under drawn faults: first quarter of the seeds") { run_quarter(0); }
TEST_CASE("every checker holds under drawn faults: second quarter of the seeds") { run_quarter(1); }
TEST_CASE("every checker holds under drawn faults: third quarter of the seeds") { run_quarter(2); }
TEST_CASE("every checker holds under drawn faults: fourth quarter of the seeds") { run_quarter(3); }

TEST_CASE("a drawn scenario survives its file") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    const Scenario drawn = draw_tiny(seed);
    REQUIRE(check(drawn).ok());
    const std::string path = "random_scenario_test.toml";
    std::ofstream(path, std::ios::binary) << to_toml(drawn);
    const auto read = read_scenario(path);
    REQUIRE(read.ok());
    CHECK(to_toml(*read) == to_toml(drawn));
    CHECK(describe(*read) == describe(drawn));
    std::remove(path.c_str());
  }
}
