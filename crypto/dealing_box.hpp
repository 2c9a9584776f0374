// The encrypted shares inside a dealing. Internal to crypto/.
#pragma once

#include "crypto/frost_dealing.hpp"

namespace quorate::crypto {

inline constexpr std::size_t box_tag_size = 16;

/// Everything a box's key depends on besides the shared point.
struct BoxAddress {
  const KeygenConfig& config;
  const PublicKey& ephemeral;  ///< E_p
  MemberIndex dealer;
  MemberIndex recipient;
};

/// Encrypts 32·k bytes of shares; 16 bytes longer.
[[nodiscard]] Bytes seal_box(const BoxAddress& address, ByteView shared_point, ByteView shares);

/// Opens a box with the shared point Z, whoever knows it. The result has one scalar per key id of
/// the recipient. @returns unreadable_box or bad_share.
[[nodiscard]] Result<std::vector<SecretScalar>> open_box_with(const BoxAddress& address,
                                                              ByteView shared_point, ByteView box);

}  // namespace quorate::crypto
