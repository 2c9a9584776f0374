// `quorate sim`: a whole network in one process and virtual time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/cli/exit.hpp"

namespace quorate::cli {

/// What the user typed; absent values come from the preset or scenario.
struct SimOptions {
  std::optional<std::string> preset;
  bool demo{};
  std::optional<std::uint64_t> seed;
  std::vector<std::string> producers;  ///< "name:sats"
  std::vector<std::string> stackers;   ///< "name:slots"
  std::optional<std::uint64_t> terms;
  std::optional<std::string> transfers;
  std::optional<std::string> genesis;
  std::optional<std::string> expected;
  std::optional<std::string> scenario;
  std::optional<std::uint32_t> loss_percent;
  std::optional<std::string> delay;  ///< "20-60" in milliseconds
  std::optional<std::string> faults; ///< "on" or "off"
  std::optional<std::string> json;
  std::optional<std::string> trace;
  std::optional<std::string> transcript;
  std::optional<std::string> save_stores;  ///< A folder.
  std::optional<std::string> evidence;     ///< A folder.
  bool check_determinism{};
  bool quiet{};
  bool verbose{};
  /// As they were given, to say how to run the same again.
  std::vector<std::string> arguments;
};

[[nodiscard]] Exit run_sim(const SimOptions& options);

}  // namespace quorate::cli
