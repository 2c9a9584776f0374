#include "runtime/real_system.hpp"

#include <caf/io/middleman.hpp>

#include "messages/type_ids.hpp"

namespace quorate::runtime {

RealSystemConfig::RealSystemConfig(std::size_t threads) {
  load<caf::io::middleman>();
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", threads);
  messages::register_types(*this);
}

}  // namespace quorate::runtime
