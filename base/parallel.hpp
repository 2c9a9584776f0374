// Independent pieces of work on several threads. Only for pure functions: no machine calls this.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace quorate {

/// Calls work(i) once for every i below `count`, on up to `threads` threads of which the caller's
/// is one, and returns when all are done. `work` may be called from several threads at a time.
template <class Work>
void parallel_for(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&next, &work, count] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::jthread> others;  // joined when they go out of scope
  for (unsigned t = 1; t < threads && t < count; ++t) others.emplace_back(run);
  run();
}

}  // namespace quorate
