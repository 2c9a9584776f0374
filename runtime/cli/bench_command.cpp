#include "runtime/cli/bench_command.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quorate::cli {

Exit run_bench_threshold(const BenchOptions& options) {
  const bench::Progress progress = [quiet = options.quiet](const std::string& what) {
    if (!quiet) fmt::print(stderr, "... {}\n", what);
  };
  const auto report = bench::measure_threshold(options.threshold, progress);
  if (!report.ok()) {
    fmt::print(stderr, "quorate bench: {}\nTry 'quorate bench threshold --help'.\n",
               report.error().message());
    return Exit::usage;
  }
  fmt::print("{}\n", options.json ? report->to_json().dump(2) : report->to_text());
  return Exit::held;
}

}  // namespace quorate::cli
