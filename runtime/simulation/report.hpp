// The result of a simulation: as JSON for programs (every field in docs/simulation.md "Report") and
// as a summary for people. Amounts are texts, since JSON numbers lose precision.
#pragma once

#include <string>

#include "runtime/simulation/world.hpp"

namespace quorate::simulation {

struct Findings {
  /// Everything that failed, in words; empty: all held.
  std::vector<std::string> failures;
  std::uint64_t blocks{};
  std::uint64_t transactions{};
  std::uint64_t final_transactions{};
  std::uint64_t refused_transactions{};
  std::uint64_t announcements{};
  U128 rewards_paid{};
  std::string trace_hash;
  /// The report as JSON, ending with a newline.
  std::string json;
};

/// Looks at a finished world. @param expected accounts that must end exactly so; may be empty.
[[nodiscard]] Findings examine(World& world, const std::vector<ExpectedAccount>& expected);

/// Several lines for people.
[[nodiscard]] std::string summary(World& world, const Findings& findings);

}  // namespace quorate::simulation
