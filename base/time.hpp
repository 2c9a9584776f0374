// Time as the machines see it: passed in, never read from a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace quorate {

/// A span of time in microseconds.
struct Duration {
  std::int64_t us{};
  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration d) const { return {us + d.us}; }
  constexpr Duration operator-(Duration d) const { return {us - d.us}; }
  constexpr Duration operator*(std::int64_t k) const { return {us * k}; }
  [[nodiscard]] constexpr std::int64_t ms() const { return us / 1000; }
};

constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }

/// A moment: microseconds since the Unix epoch (wall clock of a real node, virtual in simulation).
struct Instant {
  std::int64_t us{};
  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const { return {us + d.us}; }
  constexpr Instant operator-(Duration d) const { return {us - d.us}; }
  constexpr Duration operator-(Instant t) const { return {us - t.us}; }
  [[nodiscard]] constexpr std::int64_t ms() const { return us / 1000; }
};

}  // namespace quorate
