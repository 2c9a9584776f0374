// Equal contents in one place: what several holders in one process keep (a dealing that a hundred
// replicas of a simulation hold, or two replicas and a store of one node) costs memory once. Cannot
// be observed except in memory and time.
#pragma once

#include "base/bytes.hpp"
#include "base/weak_table.hpp"

namespace quorate {

class BytesPool {
 public:
  /// Shorter contents cost more in bookkeeping than they save.
  static constexpr std::size_t least_bytes = 512;

  /// @returns bytes equal to `bytes`: those of an earlier caller if somebody still keeps them.
  /// `hash` must be a collision-resistant hash of `bytes`.
  [[nodiscard]] SharedBytes share(const Hash256& hash, const SharedBytes& bytes);
  /// Contents remembered, among them some that nobody keeps any more.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

  /// One per thread, so nothing is locked.
  static BytesPool& of_this_thread();

 private:
  WeakTable<Hash256, const Bytes> known_;
};

}  // namespace quorate
