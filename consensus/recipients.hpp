// Which reward addresses the enrollments of one term must pay. Source: SIP "Producer Set
// Enrollments" (PoX outputs; 20 addresses without replacement, ChaCha12); Gap: docs/spec_gaps.md
// "Recipients".
#pragma once

#include "bitcoin/pox_hashes.hpp"
#include "consensus/pox_cycle.hpp"
#include "crypto/chacha_rng.hpp"

namespace quorate::consensus {

/// SHA256(sortition hash ‖ burn header hash) at the anchor's burn height.
[[nodiscard]] Hash256 recipient_seed(const bitcoin::SortitionHash& sortition_hash,
                                     const BurnHash& burn_hash);

/// One entry per reward slot that has not been paid in this cycle, as output scripts. An address
/// with several slots occurs several times.
using RewardSet = std::vector<RewardScript>;

struct RecipientDraw {
  /// At most `count`; fewer when the set runs out (the rest is burnt).
  std::vector<RewardScript> recipients;
  /// The reward set after these were taken out.
  RewardSet remaining;
};

/// Indices into a set of `size` entries, in the order drawn, each relative to the set as it is at
/// that draw (the last entry moves into the hole of the one drawn).
[[nodiscard]] std::vector<std::uint32_t> draw_indices(const Hash256& seed, std::uint32_t size,
                                                      std::uint32_t count);

[[nodiscard]] RecipientDraw draw_recipients(const Hash256& seed, RewardSet set,
                                            std::uint32_t count);

}  // namespace quorate::consensus
