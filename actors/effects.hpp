// What every machine may order, and the timer every machine understands. Effects are performed in list
// order; `Persist` stands before whatever depends on it.
#pragma once

#include "base/time.hpp"
#include "storage/record_store.hpp"

namespace quorate::actors {

/// A timer carries what it belongs to (epoch, view, height, …); the machine ignores stale ones.
struct Timer {
  std::uint8_t kind{};
  std::uint64_t a{};
  std::uint64_t b{};
  std::uint64_t c{};
  auto operator<=>(const Timer&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Timer::kind, &Timer::a, &Timer::b, &Timer::c);
  }
};

/// Durable before the next effect is performed; a failure stops the node by name.
struct Persist {
  std::vector<storage::RecordWrite> writes;
};

struct ArmTimer {
  Timer timer;
  Instant at;
};

}  // namespace quorate::actors
