// Timers that grow while nothing succeeds.
#pragma once

#include "base/time.hpp"

namespace quorate::actors {

/// `base` grown by `percent` (150 = ×1.5) `times` times, never above `cap`.
[[nodiscard]] constexpr Duration grown(Duration base, std::uint32_t percent, std::uint32_t times,
                                       Duration cap) {
  Duration length = base;
  for (std::uint32_t i = 0; i < times && length < cap && percent > 100; ++i) {
    length = Duration{length.us * percent / 100};
  }
  return length < cap ? length : cap;
}

}  // namespace quorate::actors
