#include "scene.hpp"

#include <doctest/doctest.h>

namespace quorate::simulation {

Scenario small_scenario() {
  auto tiny = preset("tiny");
  REQUIRE(tiny.ok());
  tiny->timing.mean_burn_interval = seconds(20);
  tiny->max_transfers = 12;
  return std::move(tiny).value();
}

std::unique_ptr<World> begin(Scenario scenario,
                             std::function<void(const BurnInterval&)> on_interval,
                             const std::string& folder) {
  const std::string data = QUORATE_SOURCE_DIR "/examples/data/" + folder + "/";
  auto genesis = read_genesis(data + "genesis.json");
  auto transfers = read_transfers(data + "transfers.jsonl");
  REQUIRE(genesis.ok());
  REQUIRE(transfers.ok());
  auto world = World::create({std::move(scenario), std::move(genesis).value(),
                              std::move(transfers).value(), "", std::move(on_interval)});
  REQUIRE(world.ok());
  return std::move(world).value();
}

Finished run(Scenario scenario) {
  Finished out;
  out.world = begin(std::move(scenario));
  out.world->run();
  out.findings = examine(*out.world, {});
  return out;
}

Finished run_held(std::vector<Fault> faults) {
  Scenario scenario = small_scenario();
  scenario.faults = std::move(faults);
  Finished done = run(std::move(scenario));
  CHECK_MESSAGE(done.findings.failures.empty(), joined(done.findings.failures));
  return done;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "\n  " + line;
  return out;
}

}  // namespace quorate::simulation
