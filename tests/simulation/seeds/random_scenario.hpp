// A small network in which the seed decides everything: sizes, links, pace and what goes wrong.
// At most a third of a group's weight is faulty at any time, so everything must hold.
// Source: docs/simulation.md "Seeds"; SIP "Producer Set Collaboration" (67 %).
#pragma once

#include "runtime/simulation/scenario.hpp"

namespace quorate::simulation {

/// The preset `tiny`, cut down so that a seed costs seconds.
[[nodiscard]] Scenario draw_tiny(std::uint64_t seed);
/// The preset `demo` at its full size.
[[nodiscard]] Scenario draw_demo(std::uint64_t seed);

/// The scenario as a file for `quorate sim --scenario`.
[[nodiscard]] std::string to_toml(const Scenario& scenario);

/// One line for people.
[[nodiscard]] std::string describe(const Scenario& scenario);

}  // namespace quorate::simulation
