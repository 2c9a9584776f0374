// Transfers of a wallet library, good and bad: every bad one is refused with its own reason, every
// good one becomes final, and the money is exact. Source: examples/data/README.md.
#include <doctest/doctest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

const std::string folder = QUORATE_SOURCE_DIR "/examples/data/mixed/";

/// What the file says of each line: "ok" or a reason.
std::vector<std::string> expectations() {
  std::ifstream file(folder + "transfers.jsonl");
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    out.push_back(nlohmann::json::parse(line).at("expect").get<std::string>());
  }
  return out;
}

}  // namespace

TEST_CASE("every line of the mixed file is final or refused with its own reason") {
  auto scenario = preset("tiny");
  REQUIRE(scenario.ok());
  scenario->max_transfers = 0;
  const auto world = begin(*scenario, nullptr, "mixed");
  world->run();
  const auto accounts = read_expected(folder + "expected.json");
  REQUIRE(accounts.ok());
  const Findings findings = examine(*world, *accounts);
  INFO(joined(findings.failures));
  CHECK(findings.failures.empty());

  const auto expected = expectations();
  const auto& records = world->feeder().records();
  REQUIRE(records.size() == expected.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    INFO("line " << i + 1);
    if (expected[i] == "ok") {
      CHECK(records[i].fate == Feeder::Fate::final);
    } else {
      CHECK(records[i].fate == Feeder::Fate::refused);
      CHECK(records[i].reason == expected[i]);
    }
  }
}
