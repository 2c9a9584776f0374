// ECDSA signatures in DER, as Bitcoin's scripts carry them. Everything of our own protocol uses the
// recoverable or the Schnorr form of keys.hpp.
#pragma once

#include "crypto/keys.hpp"

namespace quorate::crypto {

/// RFC 6979, low S.
[[nodiscard]] Bytes sign_ecdsa_der(const SecretKey& key, const Hash256& digest);

/// @returns bad_public_key, bad_signature (not strict DER, or it does not verify) or high_s.
[[nodiscard]] Result<> verify_ecdsa_der(const PublicKey& key, const Hash256& digest, ByteView der);

}  // namespace quorate::crypto
