// What a simulation is made of: who takes part, for how long, over which links, and what goes wrong
// when. Presets are scenarios with names; a TOML file or the command line changes single values.
#pragma once

#include <string>
#include <vector>

#include "consensus/params.hpp"
#include "runtime/simulation/network.hpp"

namespace quorate::simulation {

struct ProducerSpec {
  std::string name;
  Sats spend;
};
struct StackerSpec {
  std::string name;
  std::uint32_t slots{};
};

enum class FaultKind : std::uint8_t {
  kill_leader,  ///< The leader of the moment stops and comes back after `blocks`.
  crash,        ///< `who` stops and comes back after `blocks` with what its disk holds.
  isolate,      ///< `who` is cut off from everybody for `blocks`.
  equivocate,   ///< `who` shows two candidates and two votes each time, for the whole term.
  reorganise,   ///< Bitcoin replaces its last `depth` blocks.
  censor,       ///< Bitcoin keeps enrollments out for `blocks`.
  deal_badly,   ///< `who` publishes dealings that are wrong in the way `how` says, all the time.
};
[[nodiscard]] std::string_view name_of(FaultKind kind);

/// Happens a few seconds after burn block `block` (1..10) of term `term`.
struct Fault {
  FaultKind kind{};
  std::uint64_t term{};
  std::uint32_t block{1};
  std::string who;
  std::uint32_t blocks{2};
  std::uint32_t depth{2};
  std::string how{"box"};
};

struct Scenario {
  consensus::Params params;
  consensus::Timing timing;
  std::uint64_t seed{1};
  std::vector<ProducerSpec> producers;
  std::vector<StackerSpec> stackers;
  LinkQuality links;
  /// Terms 2 … 1 + this produce; then a few more burn blocks make the last of them final.
  std::uint64_t producing_terms{2};
  /// How many of the lines of a transfer file are used; 0: all.
  std::size_t max_transfers{0};
  /// In how many heaps transfers come; 0: evenly, one by one.
  std::uint64_t transfer_bursts{0};
  std::vector<Fault> faults;

  [[nodiscard]] TermNumber last_term() const { return TermNumber{1 + producing_terms}; }
};

/// @returns unknown_preset. Names: tiny, demo, full, mainnet.
[[nodiscard]] Result<Scenario> preset(std::string_view name);

/// Applies a TOML file: `preset` first, then every value it names.
/// @returns cannot_read_file or scenario_malformed with file, line and what to write instead.
[[nodiscard]] Result<Scenario> read_scenario(const std::string& path);

/// What cannot be simulated. @returns scenario_impossible with the reason, or a refusal of the
/// parameters.
[[nodiscard]] Result<> check(const Scenario& scenario);

}  // namespace quorate::simulation
