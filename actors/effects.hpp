// What every machine may order, and the timer every machine understands. Effects are performed in
// list order; `Persist` stands before whatever depends on it.
#pragma once

#include <string>

#include "base/time.hpp"
#include "messages/peer_id.hpp"
#include "messages/timer.hpp"
#include "storage/record_store.hpp"

namespace quorate::actors {

using messages::PeerId;
using messages::Timer;

/// Durable before the next effect is performed; a failure stops the node by name.
struct Persist {
  std::vector<storage::RecordWrite> writes;
};

struct ArmTimer {
  Timer timer;
  Instant at;
};

/// One line for the operator's log.
struct Note {
  std::string text;
};

}  // namespace quorate::actors
