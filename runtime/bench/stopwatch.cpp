#include "runtime/bench/stopwatch.hpp"

#include <sys/resource.h>
#include <ctime>

#include "base/assert.hpp"

namespace quorate::bench {
namespace {

double microseconds(clockid_t clock) {
  timespec now{};
  ASSERT(clock_gettime(clock, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

Times now() { return {microseconds(CLOCK_MONOTONIC), microseconds(CLOCK_PROCESS_CPUTIME_ID)}; }

}  // namespace

Stopwatch::Stopwatch() : start_(now()) {}

Times Stopwatch::elapsed() const {
  const Times end = now();
  return {end.wall_us - start_.wall_us, end.cpu_us - start_.cpu_us};
}

std::uint64_t peak_memory() {
  rusage usage{};
  ASSERT(getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace quorate::bench
