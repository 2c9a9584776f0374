// CAF's configuration in a real process: few threads that share one queue, sockets, no files or
// command lines of CAF's own.
#pragma once

#include <caf/actor_system_config.hpp>

namespace quorate::runtime {

struct RealSystemConfig : caf::actor_system_config {
  /// @param threads of the scheduler; CAF adds one for input and output.
  explicit RealSystemConfig(std::size_t threads);
};

}  // namespace quorate::runtime
