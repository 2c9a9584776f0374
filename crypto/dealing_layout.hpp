// Offsets and digests shared by the writer and the reader of dealings. Internal to crypto/.
#pragma once

#include "crypto/frost_dealing.hpp"

namespace quorate::crypto {

/// "QDL" and format version 1.
inline constexpr std::array<std::uint8_t, 4> dealing_magic = {'Q', 'D', 'L', 1};
inline constexpr std::size_t commitments_at = 145;

/// What the proof of possession signs: H_dkg-pop(cid ‖ dealer2 ‖ E).
[[nodiscard]] Hash256 possession_digest(const KeygenConfig& config, MemberIndex dealer,
                                        const PublicKey& ephemeral);

}  // namespace quorate::crypto
