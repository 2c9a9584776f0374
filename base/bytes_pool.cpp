#include "base/bytes_pool.hpp"

#include <algorithm>

namespace quorate {

SharedBytes BytesPool::share(const Hash256& hash, const SharedBytes& bytes) {
  if (bytes.size() < least_bytes) return bytes;
  SharedBytes::Weak& entry = known_[hash];
  if (auto kept = SharedBytes::lock(entry)) return std::move(*kept);
  entry = bytes.weak();
  if (known_.size() >= sweep_at_) forget_dead();
  return bytes;
}

BytesPool& BytesPool::of_this_thread() {
  thread_local BytesPool pool;
  return pool;
}

/// Amortised: the table at least doubles between two sweeps, so it stays within twice of what is
/// alive.
void BytesPool::forget_dead() {
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<std::size_t>(64, 2 * known_.size());
}

}  // namespace quorate
