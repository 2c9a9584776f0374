// What a long-running process of this program has in common: signals that end it, a log, a status
// file that others may read.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace quorate::runtime {

/// SIGINT and SIGTERM are waited for instead of ending the process. Made before any thread.
class StopSignals {
 public:
  StopSignals();
  /// @returns the signal that came within `time`.
  [[nodiscard]] std::optional<int> wait(Duration time);
};

/// Log lines to standard error. @param level as in the configuration.
void start_log(const std::string& level);

/// Resident memory of this process, in KiB.
[[nodiscard]] std::uint64_t resident_kib();

}  // namespace quorate::runtime
