#include "crypto/uncompressed_key.hpp"

#include "crypto/secp_context.hpp"

namespace quorate::crypto {

UncompressedKey uncompressed(const PublicKey& key) {
  const secp256k1_context* context = secp();
  secp256k1_pubkey point;
  ASSERT(secp256k1_ec_pubkey_parse(context, &point, key.bytes.data(), key.bytes.size()) == 1);
  UncompressedKey out;
  std::size_t size = out.bytes.size();
  ASSERT(secp256k1_ec_pubkey_serialize(context, out.bytes.data(), &size, &point,
                                       SECP256K1_EC_UNCOMPRESSED) == 1);
  ASSERT(size == out.bytes.size());
  return out;
}

}  // namespace quorate::crypto
