// The timer that every machine understands.
#pragma once

#include "base/codec.hpp"

namespace quorate::messages {

/// A timer carries what it belongs to (epoch, view, height, …); the machine ignores stale ones.
struct Timer {
  std::uint8_t kind{};
  std::uint64_t a{};
  std::uint64_t b{};
  std::uint64_t c{};
  /// Whose timer it is, where several machines of one kind live in one role (0: the only one).
  std::uint64_t scope{};
  auto operator<=>(const Timer&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Timer::kind, &Timer::a, &Timer::b, &Timer::c, &Timer::scope);
  }
};

}  // namespace quorate::messages
