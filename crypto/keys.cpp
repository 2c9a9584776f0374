#include "crypto/keys.hpp"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>
#include <sodium.h>

#include "crypto/declassify.hpp"
#include "crypto/secp_context.hpp"
#include "crypto/verify_memo.hpp"

namespace quorate::crypto {
namespace {

/// A libsecp256k1 key pair that wipes itself.
class Keypair {
 public:
  explicit Keypair(const SecretKey& key) {
    ASSERT(declassified(secp256k1_keypair_create(secp(), &pair_, key.reveal().data())) == 1);
  }
  ~Keypair() { sodium_memzero(&pair_, sizeof pair_); }
  Keypair(const Keypair&) = delete;
  Keypair& operator=(const Keypair&) = delete;
  [[nodiscard]] secp256k1_keypair* get() { return &pair_; }

 private:
  secp256k1_keypair pair_{};
};

PublicKey serialize(const secp256k1_pubkey& key) {
  PublicKey out;
  std::size_t size = PublicKey::size;
  ASSERT(secp256k1_ec_pubkey_serialize(secp(), out.bytes.data(), &size, &key,
                                       SECP256K1_EC_COMPRESSED) == 1);
  ASSERT(size == PublicKey::size);
  return out;
}

bool parse(secp256k1_pubkey& out, ByteView bytes) {
  return secp256k1_ec_pubkey_parse(secp(), &out, bytes.data(), bytes.size()) == 1;
}

XOnlyKey serialize(const secp256k1_xonly_pubkey& key) {
  XOnlyKey out;
  ASSERT(secp256k1_xonly_pubkey_serialize(secp(), out.bytes.data(), &key) == 1);
  return out;
}

Hash256 tap_tweak(const XOnlyKey& internal, ByteView merkle_root) {
  ASSERT(merkle_root.empty() || merkle_root.size() == 32);
  Bytes data = to_bytes(internal.view());
  append(data, merkle_root);
  return tagged_sha256("TapTweak", data);
}

/// Hands libsecp256k1's shared point out as it is; the caller's key derivation hashes it with its
/// own context (docs/threshold_signing.md).
int compressed_point(unsigned char* out, const unsigned char* x32, const unsigned char* y32,
                     void*) {
  out[0] = static_cast<unsigned char>(2 | (y32[31] & 1));
  std::memcpy(out + 1, x32, 32);
  return 1;
}

template <std::size_t N>
void wipe(std::array<std::uint8_t, N>& bytes) {
  sodium_memzero(bytes.data(), N);
}

bool is_high_s(const secp256k1_ecdsa_recoverable_signature& signature) {
  secp256k1_ecdsa_signature plain;
  secp256k1_ecdsa_recoverable_signature_convert(secp(), &plain, &signature);
  return secp256k1_ecdsa_signature_normalize(secp(), nullptr, &plain) == 1;
}

Result<PublicKey> recover_afresh(const Hash256& digest, const RecoverableSignature& signature) {
  const std::uint8_t v = signature.bytes[0];
  if (v > 3) return Errc::bad_signature;
  secp256k1_ecdsa_recoverable_signature parsed;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp(), &parsed,
                                                          signature.bytes.data() + 1, v) != 1) {
    return Errc::bad_signature;
  }
  if (is_high_s(parsed)) return Errc::high_s;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recover(secp(), &key, &parsed, digest.bytes.data()) != 1) {
    return Errc::bad_signature;
  }
  return serialize(key);
}

bool verify_afresh(const XOnlyKey& key, ByteView message, const SchnorrSignature& signature) {
  secp256k1_xonly_pubkey parsed;
  if (secp256k1_xonly_pubkey_parse(secp(), &parsed, key.bytes.data()) != 1) return false;
  return secp256k1_schnorrsig_verify(secp(), signature.bytes.data(), message.data(), message.size(),
                                     &parsed) == 1;
}

}  // namespace

Result<SecretKey> SecretKey::from(ByteView bytes) {
  if (bytes.size() != 32) return Errc::bad_secret_key;
  if (declassified(secp256k1_ec_seckey_verify(secp(), bytes.data())) != 1) {
    return Errc::bad_secret_key;
  }
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

SecretKey SecretKey::generate() {
  SecretKey key;
  do {
    static_cast<void>(secp());  // initialises libsodium
    randombytes_buf(key.bytes_.data(), key.bytes_.size());
  } while (secp256k1_ec_seckey_verify(secp(), key.bytes_.data()) != 1);
  return key;
}

SecretKey SecretKey::derive(std::string_view tag, ByteView seed) {
  for (std::uint32_t counter = 0;; ++counter) {
    Bytes data = to_bytes(seed);
    data.resize(seed.size() + sizeof counter);
    put_be(data.data() + seed.size(), counter);
    Hash256 candidate = tagged_h(tag, data);
    Result<SecretKey> key = from(candidate.view());
    sodium_memzero(data.data(), data.size());
    wipe(candidate.bytes);
    if (key.ok()) return std::move(key).value();
  }
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

SecretKey::~SecretKey() { wipe(bytes_); }

SecretKey SecretKey::clone() const {
  SecretKey copy;
  copy.bytes_ = bytes_;
  return copy;
}

PublicKey SecretKey::public_key() const {
  secp256k1_pubkey key;
  // Fails only for a key that was moved from: our bug.
  ASSERT(declassified(secp256k1_ec_pubkey_create(secp(), &key, bytes_.data())) == 1);
  key = declassified(key);
  return serialize(key);
}

bool is_valid(const PublicKey& key) {
  secp256k1_pubkey parsed;
  return parse(parsed, key.view());
}

Result<PublicKey> parse_public_key(ByteView encoded) {
  if (encoded.size() != 33 && encoded.size() != 65) return Errc::bad_public_key;
  // The hybrid form 06/07 is accepted by the library but is nobody's canonical encoding.
  if (encoded.size() == 65 && encoded[0] != 4) return Errc::bad_public_key;
  secp256k1_pubkey parsed;
  if (!parse(parsed, encoded)) return Errc::bad_public_key;
  return serialize(parsed);
}

SchnorrSignature sign_schnorr(const SecretKey& key, const Hash256& message, const Hash256& aux) {
  Keypair pair{key};
  SchnorrSignature out;
  ASSERT(declassified(secp256k1_schnorrsig_sign32(secp(), out.bytes.data(), message.bytes.data(),
                                                  pair.get(), aux.bytes.data())) == 1);
  return declassified(out);
}

bool verify_schnorr(const XOnlyKey& key, ByteView message, const SchnorrSignature& signature) {
  const Hash256 question = schnorr_question(key, message, signature);
  VerifyMemo& memo = VerifyMemo::of_this_thread();
  if (memo.find(question)) return true;
  if (!verify_afresh(key, message, signature)) return false;
  memo.insert(question, PublicKey{});
  return true;
}

RecoverableSignature sign_recoverable(const SecretKey& key, const Hash256& digest) {
  secp256k1_ecdsa_recoverable_signature signature;
  ASSERT(secp256k1_ecdsa_sign_recoverable(secp(), &signature, digest.bytes.data(),
                                          key.reveal().data(), nullptr, nullptr) == 1);
  RecoverableSignature out;
  int v = -1;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(secp(), out.bytes.data() + 1, &v,
                                                          &signature);
  ASSERT(v >= 0);
  ASSERT(v <= 3);
  out.bytes[0] = static_cast<std::uint8_t>(v);
  return out;
}

Result<PublicKey> recover(const Hash256& digest, const RecoverableSignature& signature) {
  const Hash256 question = recover_question(digest, signature);
  VerifyMemo& memo = VerifyMemo::of_this_thread();
  if (const auto known = memo.find(question)) return *known;
  TRY_ASSIGN(const PublicKey key, recover_afresh(digest, signature));
  memo.insert(question, key);
  return key;
}

SharedPoint::SharedPoint(SharedPoint&& other) noexcept : bytes_(other.bytes_) {
  wipe(other.bytes_);
}

SharedPoint& SharedPoint::operator=(SharedPoint&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

SharedPoint::~SharedPoint() { wipe(bytes_); }

Result<SharedPoint> ecdh(const SecretKey& secret, const PublicKey& key) {
  secp256k1_pubkey parsed;
  if (!parse(parsed, key.view())) return Errc::bad_public_key;
  std::array<std::uint8_t, 33> point{};
  ASSERT(declassified(secp256k1_ecdh(secp(), point.data(), &parsed, secret.reveal().data(),
                                     compressed_point, nullptr)) == 1);
  SharedPoint shared{point};
  wipe(point);
  return shared;
}

Result<TaprootOutput> taproot_output_key(const XOnlyKey& internal, ByteView merkle_root) {
  secp256k1_xonly_pubkey base;
  if (secp256k1_xonly_pubkey_parse(secp(), &base, internal.bytes.data()) != 1) {
    return Errc::bad_public_key;
  }
  const Hash256 tweak = tap_tweak(internal, merkle_root);
  secp256k1_pubkey point;
  // Fails for a tweak above the group order or Q = infinity: no such key is known or computable.
  if (secp256k1_xonly_pubkey_tweak_add(secp(), &point, &base, tweak.bytes.data()) != 1) {
    return Errc::bad_public_key;
  }
  secp256k1_xonly_pubkey output;
  int odd_y = 0;
  ASSERT(secp256k1_xonly_pubkey_from_pubkey(secp(), &output, &odd_y, &point) == 1);
  return TaprootOutput{serialize(output), odd_y == 1};
}

SecretKey taproot_tweak_secret(const SecretKey& internal, ByteView merkle_root) {
  Keypair pair{internal};
  const Hash256 tweak = tap_tweak(x_only(internal.public_key()), merkle_root);
  ASSERT(secp256k1_keypair_xonly_tweak_add(secp(), pair.get(), tweak.bytes.data()) == 1);
  std::array<std::uint8_t, 32> secret{};
  ASSERT(secp256k1_keypair_sec(secp(), secret.data(), pair.get()) == 1);
  Result<SecretKey> key = SecretKey::from(secret);
  wipe(secret);
  return std::move(key).value();
}

}  // namespace quorate::crypto
