#include "crypto/ecdsa.hpp"

#include "crypto/secp_context.hpp"

namespace quorate::crypto {

Bytes sign_ecdsa_der(const SecretKey& key, const Hash256& digest) {
  secp256k1_ecdsa_signature signature;
  ASSERT(secp256k1_ecdsa_sign(secp(), &signature, digest.bytes.data(), key.reveal().data(), nullptr,
                              nullptr) == 1);
  Bytes der(72);  // The longest signature with a low S has 71 bytes.
  std::size_t size = der.size();
  ASSERT(secp256k1_ecdsa_signature_serialize_der(secp(), der.data(), &size, &signature) == 1);
  der.resize(size);
  return der;
}

Result<> verify_ecdsa_der(const PublicKey& key, const Hash256& digest, ByteView der) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_parse(secp(), &point, key.bytes.data(), PublicKey::size) != 1) {
    return Errc::bad_public_key;
  }
  if (der.empty()) return Errc::bad_signature;
  secp256k1_ecdsa_signature signature;
  if (secp256k1_ecdsa_signature_parse_der(secp(), &signature, der.data(), der.size()) != 1) {
    return Errc::bad_signature;
  }
  if (secp256k1_ecdsa_signature_normalize(secp(), nullptr, &signature) == 1) return Errc::high_s;
  if (secp256k1_ecdsa_verify(secp(), &signature, digest.bytes.data(), &point) != 1) {
    return Errc::bad_signature;
  }
  return done();
}

}  // namespace quorate::crypto
