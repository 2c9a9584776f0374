// Equal contents in one place: what several holders in one process keep (a dealing that a hundred
// replicas of a simulation hold, or two replicas and a store of one node) costs memory once, and is
// hashed once. Cannot be observed except in memory and time.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/weak_table.hpp"

namespace quorate::crypto {

class ContentPool {
 public:
  /// Shorter contents cost more in bookkeeping than they save.
  static constexpr std::size_t least_bytes = 512;

  struct Content {
    SharedBytes bytes;
    Hash256 hash;  ///< SHA-512/256.
  };
  /// Bytes equal to `bytes`, those of an earlier caller if somebody still keeps them, and their
  /// hash.
  [[nodiscard]] Content hashed(const SharedBytes& bytes);
  /// The same without the hash.
  [[nodiscard]] SharedBytes share(const SharedBytes& bytes);
  /// Contents remembered, among them some that nobody keeps any more.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

  /// One per thread, so nothing is locked.
  static ContentPool& of_this_thread();

 private:
  /// A hash for tables: two contents may share it, so what is found is compared byte by byte.
  using Fingerprint = std::size_t;
  struct Found {
    SharedBytes bytes;
    std::optional<Hash256>& hash;
  };
  Found find_or_insert(const SharedBytes& bytes);

  WeakTable<Fingerprint, const Bytes, std::optional<Hash256>> known_;
};

}  // namespace quorate::crypto
