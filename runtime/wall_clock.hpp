// The clock of a real node: wall time at start, carried on by a clock that never steps back.
#pragma once

#include <chrono>

#include "actors/clock.hpp"

namespace quorate::runtime {

/// Milliseconds of a clock that never steps back, from some beginning: for waits.
[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

class WallClock final : public actors::Clock {
 public:
  [[nodiscard]] Instant now() const override {
    const auto passed = std::chrono::steady_clock::now() - started_;
    return begin_ + Duration{std::chrono::duration_cast<std::chrono::microseconds>(passed).count()};
  }

 private:
  std::chrono::steady_clock::time_point started_{std::chrono::steady_clock::now()};
  Instant begin_{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
};

}  // namespace quorate::runtime
