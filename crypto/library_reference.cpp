#include "crypto/library_reference.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "crypto/secp_context.hpp"

namespace quorate::crypto {

struct LibraryReference::Operands {
  Hash256 scalar;
  Hash256 message;
  PublicKey encoded;
  SchnorrSignature signature;
  secp256k1_pubkey point{};
  secp256k1_xonly_pubkey x_only_key{};
};

LibraryReference::LibraryReference() {
  const SecretKey key = SecretKey::derive("quorate/reference", {});
  auto operands = std::make_unique<Operands>();
  operands->scalar = tagged_sha256("quorate/reference", as_bytes("scalar"));
  operands->message = tagged_sha256("quorate/reference", as_bytes("message"));
  operands->encoded = key.public_key();
  operands->signature = sign_schnorr(key, operands->message, Hash256{});
  ASSERT(secp256k1_ec_pubkey_parse(secp(), &operands->point, operands->encoded.bytes.data(),
                                   PublicKey::size) == 1);
  ASSERT(secp256k1_xonly_pubkey_parse(secp(), &operands->x_only_key,
                                      operands->encoded.bytes.data() + 1) == 1);
  operands_ = std::move(operands);
}

LibraryReference::~LibraryReference() = default;

bool LibraryReference::pubkey_create() const {
  secp256k1_pubkey out;
  return secp256k1_ec_pubkey_create(secp(), &out, operands_->scalar.bytes.data()) == 1;
}

bool LibraryReference::pubkey_parse() const {
  secp256k1_pubkey out;
  return secp256k1_ec_pubkey_parse(secp(), &out, operands_->encoded.bytes.data(),
                                   PublicKey::size) == 1;
}

bool LibraryReference::pubkey_tweak_mul() const {
  secp256k1_pubkey point = operands_->point;
  return secp256k1_ec_pubkey_tweak_mul(secp(), &point, operands_->scalar.bytes.data()) == 1;
}

bool LibraryReference::schnorrsig_verify() const {
  return secp256k1_schnorrsig_verify(secp(), operands_->signature.bytes.data(),
                                     operands_->message.bytes.data(), Hash256::size,
                                     &operands_->x_only_key) == 1;
}

}  // namespace quorate::crypto
