// `quorate bench threshold`: what key generation, signing, aggregation and verification cost at one
// size, beside libsecp256k1's own operations in the same run.
// Source: docs/performance.md "Threshold signing".
#pragma once

#include <optional>

#include "runtime/bench/threshold_world.hpp"

namespace quorate::bench {

/// Sizes left out are those of the specification's stackers: 100 parties, 4,000 slots, and 67 % of
/// the slots as threshold.
struct ThresholdOptions {
  std::optional<std::uint16_t> parties;
  std::optional<std::uint32_t> slots;
  std::optional<std::uint32_t> threshold;
  /// Also the whole key generation of all members together in this process.
  bool all_members{};
};

/// Measures one size. When no size is given also the producers' 100/67 with 4, 10 and 100 parties.
/// @returns bad_option (no party, fewer slots than parties, a threshold that is none).
[[nodiscard]] Result<Report> measure_threshold(const ThresholdOptions& options,
                                               const Progress& progress);

}  // namespace quorate::bench
