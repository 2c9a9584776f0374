// `quorate bench`: measurements for docs/performance.md.
#pragma once

#include "runtime/bench/threshold_bench.hpp"
#include "runtime/cli/exit.hpp"

namespace quorate::cli {

struct BenchOptions {
  bench::ThresholdOptions threshold;
  bool json{};
  bool quiet{};
};

/// Prints the table (or JSON) to standard output, progress to standard error. A bar that is not
/// held is no failure of the command: it is what was measured.
[[nodiscard]] Exit run_bench_threshold(const BenchOptions& options);

}  // namespace quorate::cli
