// Values that somebody else keeps, found by key: a table that forgets what nobody keeps.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace quorate {

/// Not iterated, so the order of its keys cannot be observed.
template <class Key, class Value>
class WeakTable {
 public:
  /// The value under `key`, if it is alive.
  [[nodiscard]] std::shared_ptr<Value> find(const Key& key) const {
    const auto at = known_.find(key);
    return at == known_.end() ? nullptr : at->second.lock();
  }
  void insert(const Key& key, const std::shared_ptr<Value>& value) {
    known_.insert_or_assign(key, value);
    if (known_.size() < sweep_at_) return;
    // Amortised: the table at least doubles between two sweeps.
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max(least, 2 * known_.size());
  }
  /// Alive or not yet forgotten.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  static constexpr std::size_t least = 64;
  std::unordered_map<Key, std::weak_ptr<Value>> known_;
  std::size_t sweep_at_{least};
};

}  // namespace quorate
