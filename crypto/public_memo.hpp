// A bounded memory of pure results over public data, like a signature cache: what it holds cannot
// be observed except in time. In a simulation many members check the same dealings in one process;
// in a real node a dealing comes back over several replicas.
#pragma once

#include <unordered_map>

#include "base/bytes.hpp"

namespace quorate::crypto {

/// Values by the hash of everything they depend on. Two generations: when the young one is full the
/// old one is dropped. One instance per thread (`thread_local`), so nothing is locked; never
/// iterated. The key must be a collision-resistant hash of all inputs.
template <class Value>
class PublicMemo {
 public:
  explicit PublicMemo(std::size_t entries) : per_generation_(entries / 2) {
    ASSERT(per_generation_ > 0);
  }

  [[nodiscard]] const Value* find(const Hash256& key) {
    if (const auto young = young_.find(key); young != young_.end()) return &young->second;
    const auto old = old_.find(key);
    if (old == old_.end()) return nullptr;
    Value value = std::move(old->second);
    old_.erase(old);
    return insert(key, std::move(value));
  }

  const Value* insert(const Hash256& key, Value value) {
    if (young_.size() >= per_generation_) {
      old_ = std::move(young_);
      young_.clear();
    }
    return &young_.insert_or_assign(key, std::move(value)).first->second;
  }

 private:
  std::size_t per_generation_;
  std::unordered_map<Hash256, Value> young_;
  std::unordered_map<Hash256, Value> old_;
};

}  // namespace quorate::crypto
