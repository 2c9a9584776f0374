// Chance in a simulation: reproducible streams drawn from one seed, one per purpose, so that adding
// a draw in one place does not change what happens in another.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace quorate::simulation {

/// xoshiro256** (Blackman, Vigna). Fast and good enough for schedules; never used for keys.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next();
  /// Uniform in [0, n), n > 0.
  std::uint64_t below(std::uint64_t n);
  /// Uniform in [low, high].
  Duration between(Duration low, Duration high);
  /// True with a chance of `parts` in 1000.
  bool chance(std::uint32_t parts) { return parts > 0 && below(1000) < parts; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// H("quorate/sim" ‖ purpose ‖ seed ‖ index): seeds for keys and machines.
[[nodiscard]] Hash256 derive_seed(std::uint64_t seed, std::string_view purpose,
                                  std::uint64_t index);

}  // namespace quorate::simulation
