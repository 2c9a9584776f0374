// Finished shares at rest: encrypted under the member's own key, so that a copied store gives
// nothing away without it. Source: docs/threshold_signing.md "Shares at rest".
#pragma once

#include "crypto/frost_keygen.hpp"
#include "crypto/secret_scalar.hpp"

namespace quorate::crypto {

/// ChaCha20-Poly1305-IETF of (share 32)* under SHA256-tagged "quorate/share-store"(host ‖ context),
/// zero nonce, associated data `context`. The key serves one plaintext: `context` must name the
/// decided content, which fixes the shares.
[[nodiscard]] Bytes seal_shares(const SecretKey& host, const Hash256& context, const PartyKey& key);

/// @returns the shares for `ids`, or unreadable_box when the bytes are not what was sealed.
[[nodiscard]] Result<PartyKey> open_shares(const SecretKey& host, const Hash256& context,
                                           MemberIndex party, std::span<const SlotIndex> ids,
                                           ByteView sealed);

}  // namespace quorate::crypto
