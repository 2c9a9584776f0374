// Whether shares lie on a committed polynomial. Internal to crypto/.
#pragma once

#include <span>

#include "crypto/frost_dealing.hpp"

namespace quorate::crypto {

/// f(i + 1)·G agrees with the commitments for all `ids` at once: one multi-scalar sum over the T
/// commitments with weights from `seed` (see BatchWeights). One share per id.
[[nodiscard]] bool shares_match(const KeygenConfig& config, std::span<const SlotIndex> ids,
                                std::span<const SecretScalar> shares,
                                std::span<const Point> commitments, const Hash256& seed);

}  // namespace quorate::crypto
