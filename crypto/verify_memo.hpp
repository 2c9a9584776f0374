// Remembers signatures that verified, as the signature cache of a Bitcoin node does. Checking is a
// pure function, so remembering its answer cannot be seen except in time: a signature that reaches
// a node over several paths (or, in a simulation, 25 nodes of one process) costs one verification.
//
// Only successes are kept: a flood of false signatures cannot push true ones out. An entry is found
// by the SHA-256 of everything the answer depends on, so a wrong hit would need a SHA-256
// collision.
#pragma once

#include <optional>
#include <unordered_map>

#include "base/bytes.hpp"
#include "crypto/keys.hpp"

namespace quorate::crypto {

/// A bounded table of remembered successes in two generations: when the young one is full the old
/// one is dropped, so an entry survives at least `max_entries / 2` later insertions.
class VerifyMemo {
 public:
  static constexpr std::size_t max_entries = std::size_t{1} << 18;

  explicit VerifyMemo(std::size_t entries = max_entries) : per_generation_(entries / 2) {
    ASSERT(per_generation_ > 0);
  }

  /// The answer remembered under `question`: the recovered key, or an all-zero one for a plain
  /// "verifies". An entry of the old generation that is asked for becomes young again.
  [[nodiscard]] std::optional<PublicKey> find(const Hash256& question);
  void insert(const Hash256& question, const PublicKey& answer);
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

  /// The table of the calling thread. One per thread, so nothing is locked.
  static VerifyMemo& of_this_thread();

 private:
  std::size_t per_generation_;
  std::unordered_map<Hash256, PublicKey> young_;
  std::unordered_map<Hash256, PublicKey> old_;
};

/// The questions. The first byte tells the kinds apart; only the last part has a variable length.
[[nodiscard]] Hash256 schnorr_question(const XOnlyKey& key, ByteView message,
                                       const SchnorrSignature& signature);
[[nodiscard]] Hash256 recover_question(const Hash256& digest,
                                       const RecoverableSignature& signature);

}  // namespace quorate::crypto
