// Keys and signatures through libsecp256k1: secret keys are move-only and wiped, nothing here does
// its own arithmetic on secrets.
#pragma once

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

namespace quorate::crypto {

/// Compressed secp256k1 public key; the bytes need not be a curve point until parsed.
using PublicKey = FixedBytes<struct PublicKeyTag, 33>;
/// X coordinate of a public key. Source: BIP 340.
using XOnlyKey = FixedBytes<struct XOnlyKeyTag, 32>;
/// BIP 340 signature.
using SchnorrSignature = FixedBytes<struct SchnorrSignatureTag, 64>;
/// Recoverable ECDSA signature V‖R‖S.
using RecoverableSignature = FixedBytes<struct RecoverableSignatureTag, 65>;

[[nodiscard]] inline XOnlyKey x_only(const PublicKey& key) {
  return XOnlyKey::from(key.view().subspan(1));
}

/// A secret scalar in [1, n), move-only, wiped on destruction and when moved from.
class SecretKey {
 public:
  /// @returns bad_secret_key unless `bytes` are 32 and encode a scalar in [1, n).
  static Result<SecretKey> from(ByteView bytes);
  /// Fresh from the operating system.
  static SecretKey generate();
  /// Deterministic: the first valid scalar of tagged hashes of `seed` (simulation keys, tests).
  static SecretKey derive(std::string_view tag, ByteView seed);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  /// An explicit second owner of the same key.
  [[nodiscard]] SecretKey clone() const;
  [[nodiscard]] PublicKey public_key() const;
  /// For crypto/ and encrypted key files only.
  [[nodiscard]] ByteView reveal() const { return bytes_; }

 private:
  SecretKey() = default;
  std::array<std::uint8_t, 32> bytes_{};
};

/// Whether the bytes are a curve point in canonical encoding.
[[nodiscard]] bool is_valid(const PublicKey& key);
/// The compressed form of a SEC 1 encoded point of 33 or 65 bytes. @returns bad_public_key.
[[nodiscard]] Result<PublicKey> parse_public_key(ByteView encoded);

/// BIP 340 signature with auxiliary randomness `aux` (zeros allowed: deterministic).
[[nodiscard]] SchnorrSignature sign_schnorr(const SecretKey& key, const Hash256& message,
                                            const Hash256& aux);
/// Verification as in BIP 340 for messages of any length. Memoised (see verify_memo.hpp).
[[nodiscard]] bool verify_schnorr(const XOnlyKey& key, ByteView message,
                                  const SchnorrSignature& signature);

/// RFC 6979 recoverable ECDSA over a 32-byte digest, low S.
[[nodiscard]] RecoverableSignature sign_recoverable(const SecretKey& key, const Hash256& digest);
/// @returns the signer's key, or bad_signature (V not 0..3, R or S out of range, no point) or
/// high_s when `S` is above n/2. Memoised.
[[nodiscard]] Result<PublicKey> recover(const Hash256& digest,
                                        const RecoverableSignature& signature);

/// Compressed shared point secret·key (33 bytes, constant time). @returns bad_public_key.
/// Source: docs/threshold_signing.md "Encrypting shares".
class SharedPoint {
 public:
  explicit SharedPoint(std::array<std::uint8_t, 33> bytes) : bytes_(bytes) {}
  SharedPoint(SharedPoint&& other) noexcept;
  SharedPoint& operator=(SharedPoint&& other) noexcept;
  SharedPoint(const SharedPoint&) = delete;
  SharedPoint& operator=(const SharedPoint&) = delete;
  ~SharedPoint();
  [[nodiscard]] ByteView reveal() const { return bytes_; }

 private:
  std::array<std::uint8_t, 33> bytes_{};
};
[[nodiscard]] Result<SharedPoint> ecdh(const SecretKey& secret, const PublicKey& key);

/// Q = lift_x(key) + H_TapTweak(key ‖ root)·G. Source: BIP 341.
struct TaprootOutput {
  XOnlyKey key;
  bool odd_y{};
};
[[nodiscard]] Result<TaprootOutput> taproot_output_key(const XOnlyKey& internal,
                                                       ByteView merkle_root);
/// The secret key of that output. Source: BIP 341 taproot_tweak_seckey.
[[nodiscard]] SecretKey taproot_tweak_secret(const SecretKey& internal, ByteView merkle_root);

}  // namespace quorate::crypto
