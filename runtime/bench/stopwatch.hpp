// Wall and CPU time of a piece of work, and the memory the process has needed so far.
#pragma once

#include <cstdint>

namespace quorate::bench {

/// Microseconds. CPU counts all threads of the process, so work of helper threads is not hidden.
struct Times {
  double wall_us{};
  double cpu_us{};

  Times& operator+=(const Times& other) {
    wall_us += other.wall_us;
    cpu_us += other.cpu_us;
    return *this;
  }
};

/// Runs from its construction.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] Times elapsed() const;

 private:
  Times start_;
};

/// The largest resident size of this process so far, in bytes.
[[nodiscard]] std::uint64_t peak_memory();

}  // namespace quorate::bench
