#include "crypto/secret_scalar.hpp"

#include <sodium.h>

#include "crypto/declassify.hpp"
#include "crypto/secp_context.hpp"

namespace quorate::crypto {

Result<SecretScalar> SecretScalar::from(ByteView bytes) {
  if (bytes.size() != 32) return Errc::bad_secret_scalar;
  if (declassified(secp256k1_ec_seckey_verify(secp(), bytes.data())) != 1)
    return Errc::bad_secret_scalar;
  SecretScalar out;
  std::copy(bytes.begin(), bytes.end(), out.bytes_.begin());
  return out;
}

Result<SecretScalar> SecretScalar::reduce(const Hash256& hash) {
  Result<SecretScalar> direct = from(hash.view());
  // Zero, or at least n: both with probability below 2^-127, so this branch tells nothing.
  if (direct.ok()) return direct;
  std::array<std::uint8_t, 32> high{}, low{};
  std::copy(hash.bytes.begin(), hash.bytes.begin() + 16, high.begin() + 16);
  std::copy(hash.bytes.begin() + 16, hash.bytes.end(), low.begin() + 16);
  Hash256 two_128;
  two_128.bytes[15] = 1;
  TRY_ASSIGN(SecretScalar out, from(high));
  TRY(out.multiply(Scalar::from_hash(two_128)));
  TRY_ASSIGN(const SecretScalar rest, from(low));
  TRY(out.add(rest));
  return out;
}

SecretScalar::SecretScalar(SecretScalar&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SecretScalar& SecretScalar::operator=(SecretScalar&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

SecretScalar::~SecretScalar() { sodium_memzero(bytes_.data(), bytes_.size()); }

SecretScalar SecretScalar::clone() const {
  SecretScalar out;
  out.bytes_ = bytes_;
  return out;
}

Result<> SecretScalar::add(const SecretScalar& other) {
  if (declassified(secp256k1_ec_seckey_tweak_add(secp(), bytes_.data(), other.bytes_.data())) !=
      1) {
    return Errc::zero_scalar;
  }
  return done();
}

Result<> SecretScalar::subtract(const SecretScalar& other) {
  SecretScalar negated = other.clone();
  negated.negate();
  return add(negated);
}

Result<> SecretScalar::add(const Scalar& tweak) {
  const Hash256 public_bytes = tweak.to_bytes();
  if (declassified(
          secp256k1_ec_seckey_tweak_add(secp(), bytes_.data(), public_bytes.bytes.data())) != 1) {
    return Errc::zero_scalar;
  }
  return done();
}

Result<> SecretScalar::multiply(const Scalar& factor) {
  const Hash256 public_bytes = factor.to_bytes();
  if (declassified(
          secp256k1_ec_seckey_tweak_mul(secp(), bytes_.data(), public_bytes.bytes.data())) != 1) {
    return Errc::zero_scalar;
  }
  return done();
}

void SecretScalar::negate() {
  // Fails only for a moved-from scalar: our bug.
  ASSERT(declassified(secp256k1_ec_seckey_negate(secp(), bytes_.data())) == 1);
}

PublicKey SecretScalar::public_key() const {
  secp256k1_pubkey key;
  ASSERT(declassified(secp256k1_ec_pubkey_create(secp(), &key, bytes_.data())) == 1);
  key = declassified(key);
  PublicKey out;
  std::size_t size = PublicKey::size;
  ASSERT(secp256k1_ec_pubkey_serialize(secp(), out.bytes.data(), &size, &key,
                                       SECP256K1_EC_COMPRESSED) == 1);
  return out;
}

}  // namespace quorate::crypto
