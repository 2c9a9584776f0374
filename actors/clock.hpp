// Where a shell reads the time that it passes to its machine: the wall clock of a real node,
// virtual time in simulation.
#pragma once

#include "base/time.hpp"

namespace quorate::actors {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

}  // namespace quorate::actors
