#include "crypto/content_pool.hpp"

#include <string_view>

#include "crypto/hash.hpp"

namespace quorate::crypto {

ContentPool::Found ContentPool::find_or_insert(const SharedBytes& bytes) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.get().data()), bytes.size()};
  const Fingerprint fingerprint = std::hash<std::string_view>{}(text);
  if (auto kept = SharedBytes::lock(known_.find(fingerprint)); kept && *kept == bytes) {
    return {std::move(*kept), known_.note(fingerprint)};
  }
  return {bytes, known_.insert(fingerprint, bytes.weak().lock())};
}

ContentPool::Content ContentPool::hashed(const SharedBytes& bytes) {
  if (bytes.size() < least_bytes) return {bytes, sha512_256(bytes.view())};
  Found found = find_or_insert(bytes);
  if (!found.hash) found.hash = sha512_256(found.bytes.view());
  return {std::move(found.bytes), *found.hash};
}

SharedBytes ContentPool::share(const SharedBytes& bytes) {
  if (bytes.size() < least_bytes) return bytes;
  return find_or_insert(bytes).bytes;
}

ContentPool& ContentPool::of_this_thread() {
  thread_local ContentPool pool;
  return pool;
}

}  // namespace quorate::crypto
