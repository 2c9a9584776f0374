// What the scenarios share: the preset `tiny` cut down, and running it.
#pragma once

#include <functional>

#include "runtime/simulation/report.hpp"

namespace quorate::simulation {

/// Two producing terms, twelve transfers of the demonstration, nothing goes wrong, seed 1.
[[nodiscard]] Scenario small_scenario();

/// Begins a world with the sample files of `examples/data/<folder>`.
[[nodiscard]] std::unique_ptr<World> begin(
    Scenario scenario, std::function<void(const BurnInterval&)> on_interval = nullptr,
    const std::string& folder = "demo");

/// A world that has run, and what was found.
struct Finished {
  std::unique_ptr<World> world;
  Findings findings;
};
[[nodiscard]] Finished run(Scenario scenario);
/// The small scenario with these faults; checks that everything held.
[[nodiscard]] Finished run_held(std::vector<Fault> faults);

/// The failures as one text, for messages.
[[nodiscard]] std::string joined(const std::vector<std::string>& lines);

}  // namespace quorate::simulation
