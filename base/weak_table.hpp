// Values that somebody else keeps, found by key: a table that forgets what nobody keeps.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <variant>

namespace quorate {

/// Not iterated, so the order of its keys cannot be observed. `Note` is remembered with a value as
/// long as the value is.
template <class Key, class Value, class Note = std::monostate>
class WeakTable {
 public:
  /// The value under `key`, if it is alive.
  [[nodiscard]] std::shared_ptr<Value> find(const Key& key) const {
    const auto at = known_.find(key);
    return at == known_.end() ? nullptr : at->second.value.lock();
  }
  /// The note of the value that was found under `key`.
  [[nodiscard]] Note& note(const Key& key) { return known_.at(key).note; }
  /// Instead of what was there. @returns its empty note, good until the next insertion.
  Note& insert(const Key& key, const std::shared_ptr<Value>& value) {
    Note& note = known_.insert_or_assign(key, Entry{value, {}}).first->second.note;
    if (known_.size() >= sweep_at_) {
      // Amortised: the table at least doubles between two sweeps.
      std::erase_if(known_, [](const auto& entry) { return entry.second.value.expired(); });
      sweep_at_ = std::max(least, 2 * known_.size());
    }
    return note;
  }
  /// Alive or not yet forgotten.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Entry {
    std::weak_ptr<Value> value;
    Note note;
  };
  static constexpr std::size_t least = 64;
  std::unordered_map<Key, Entry> known_;
  std::size_t sweep_at_{least};
};

}  // namespace quorate
