#include "base/bytes_pool.hpp"

namespace quorate {

SharedBytes BytesPool::share(const Hash256& hash, const SharedBytes& bytes) {
  if (bytes.size() < least_bytes) return bytes;
  if (auto kept = SharedBytes::lock(known_.find(hash))) return std::move(*kept);
  known_.insert(hash, bytes.weak().lock());
  return bytes;
}

BytesPool& BytesPool::of_this_thread() {
  thread_local BytesPool pool;
  return pool;
}

}  // namespace quorate
