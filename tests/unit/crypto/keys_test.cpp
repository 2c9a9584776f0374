#include "crypto/keys.hpp"

#include <doctest/doctest.h>

#include "crypto/verify_memo.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

constexpr const char* order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr const char* order_minus_one =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
constexpr const char* generator =
    "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

Result<SecretKey> secret(const std::string& hex) { return SecretKey::from(from_hex(hex).value()); }
SecretKey key(std::uint8_t n) { return SecretKey::derive("quorate/test/key", ByteView{&n, 1}); }
Hash256 digest(std::string_view text) { return sha256(as_bytes(text)); }

/// n − S, which turns a low S into its high twin.
RecoverableSignature high_twin(RecoverableSignature signature) {
  const Bytes n = from_hex(order).value();
  int borrow = 0;
  for (int i = 31; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    int byte = n[at] - signature.bytes[33 + at] - borrow;
    borrow = byte < 0 ? 1 : 0;
    if (byte < 0) byte += 256;
    signature.bytes[33 + at] = static_cast<std::uint8_t>(byte);
  }
  signature.bytes[0] ^= 1;
  return signature;
}

}  // namespace

TEST_CASE("SecretKey: 1 and n-1 are keys; 0, n, 31 and 33 bytes are refused") {
  CHECK(secret(std::string(63, '0') + "1").value().public_key() ==
        fixed_from_hex<PublicKey>(generator).value());
  CHECK(secret(order_minus_one).ok());
  CHECK(secret(std::string(64, '0')).code() == Errc::bad_secret_key);
  CHECK(secret(order).code() == Errc::bad_secret_key);
  CHECK(secret(std::string(61, '0') + "1").ok() == false);
  CHECK(SecretKey::from(Bytes(31, 1)).code() == Errc::bad_secret_key);
  CHECK(SecretKey::from(Bytes(33, 1)).code() == Errc::bad_secret_key);
}

TEST_CASE("SecretKey: moving wipes the source, cloning does not") {
  SecretKey a = key(1);
  const PublicKey expected = a.public_key();
  SecretKey copy = a.clone();
  CHECK(a.public_key() == expected);
  SecretKey b = std::move(a);
  CHECK(b.public_key() == expected);
  CHECK(Hash256::from(a.reveal()).is_zero());  // NOLINT: the wiped state is the claim
  copy = std::move(b);
  CHECK(copy.public_key() == expected);
  CHECK(Hash256::from(b.reveal()).is_zero());  // NOLINT
}

TEST_CASE("SecretKey: derivation is a function of tag and seed; generated keys differ") {
  CHECK(key(1).public_key() == key(1).public_key());
  CHECK(key(1).public_key() != key(2).public_key());
  const std::uint8_t one = 1;
  CHECK(SecretKey::derive("quorate/test/other", ByteView{&one, 1}).public_key() !=
        key(1).public_key());
  CHECK(SecretKey::generate().public_key() != SecretKey::generate().public_key());
}

TEST_CASE("public keys: only curve points in canonical form are valid") {
  PublicKey good = fixed_from_hex<PublicKey>(generator).value();
  CHECK(is_valid(good));
  PublicKey bad = good;
  bad.bytes[0] = 4;
  CHECK_FALSE(is_valid(bad));
  bad = good;
  bad.bytes.fill(0xff);
  bad.bytes[0] = 2;
  CHECK_FALSE(is_valid(bad));  // x is not below the field size
  bad = PublicKey{};
  bad.bytes[0] = 2;
  bad.bytes[32] = 5;
  CHECK_FALSE(is_valid(bad));  // no point has x = 5
}

TEST_CASE("parse_public_key: compresses 65 bytes, refuses hybrid form, wrong y and wrong size") {
  const std::string y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
  Bytes full = from_hex("04" + std::string(generator).substr(2) + y).value();
  CHECK(to_hex(parse_public_key(full).value()) == generator);
  full[0] = 6;
  CHECK(parse_public_key(full).code() == Errc::bad_public_key);
  full[0] = 4;
  full[64] ^= 1;
  CHECK(parse_public_key(full).code() == Errc::bad_public_key);
  CHECK(parse_public_key(ByteView{full}.first(64)).code() == Errc::bad_public_key);
  CHECK(parse_public_key({}).code() == Errc::bad_public_key);
}

TEST_CASE("schnorr: verifies what was signed and nothing else, twice the same") {
  const SecretKey k = key(1);
  const XOnlyKey x = x_only(k.public_key());
  const Hash256 message = digest("message");
  const SchnorrSignature signature = sign_schnorr(k, message, Hash256{});
  CHECK(sign_schnorr(k, message, Hash256{}) == signature);
  CHECK(sign_schnorr(k, message, digest("aux")) != signature);
  for (int round = 0; round < 2; ++round) {  // the second round is answered by the memo
    CHECK(verify_schnorr(x, message.view(), signature));
    CHECK_FALSE(verify_schnorr(x, digest("other").view(), signature));
    CHECK_FALSE(verify_schnorr(x_only(key(2).public_key()), message.view(), signature));
    SchnorrSignature wrong = signature;
    wrong.bytes[63] ^= 1;
    CHECK_FALSE(verify_schnorr(x, message.view(), wrong));
  }
}

TEST_CASE("recover: returns the signer's key, twice the same") {
  const SecretKey k = key(3);
  const RecoverableSignature signature = sign_recoverable(k, digest("m"));
  CHECK(signature.bytes[0] <= 3);
  for (int round = 0; round < 2; ++round) {
    CHECK(recover(digest("m"), signature).value() == k.public_key());
  }
  const Result<PublicKey> other = recover(digest("n"), signature);
  CHECK((!other.ok() || other.value() != k.public_key()));
}

TEST_CASE("recover: V above 3, R or S zero or too large, and high S are refused by name") {
  const RecoverableSignature good = sign_recoverable(key(3), digest("m"));
  RecoverableSignature bad = good;
  bad.bytes[0] = 4;
  CHECK(recover(digest("m"), bad).code() == Errc::bad_signature);
  const Bytes n = from_hex(order).value();
  for (const std::size_t at : {std::size_t{1}, std::size_t{33}}) {
    bad = good;
    std::fill_n(bad.bytes.begin() + static_cast<std::ptrdiff_t>(at), 32, std::uint8_t{0});
    CHECK(recover(digest("m"), bad).code() == Errc::bad_signature);
    std::copy(n.begin(), n.end(), bad.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK(recover(digest("m"), bad).code() == Errc::bad_signature);
  }
  CHECK(recover(digest("m"), high_twin(good)).code() == Errc::high_s);
  CHECK(recover(digest("m"), high_twin(high_twin(good))).ok());
}

TEST_CASE("ecdh: both sides get the same compressed point; a non-point is refused") {
  const SecretKey a = key(1);
  const SecretKey b = key(2);
  const Result<SharedPoint> ab = ecdh(a, b.public_key());
  const Result<SharedPoint> ba = ecdh(b, a.public_key());
  CHECK(to_hex(ab->reveal()) == to_hex(ba->reveal()));
  CHECK(is_valid(PublicKey::from(ab->reveal())));
  CHECK(ecdh(a, PublicKey{}).code() == Errc::bad_public_key);
  // With the secret 1 the shared point is the other key itself.
  const SecretKey one = secret(std::string(63, '0') + "1").value();
  CHECK(to_hex(ecdh(one, b.public_key())->reveal()) == to_hex(b.public_key()));
}

TEST_CASE("SharedPoint: moving wipes the source") {
  SharedPoint a = ecdh(key(1), key(2).public_key()).value();
  SharedPoint b = std::move(a);
  CHECK(PublicKey::from(a.reveal()).is_zero());  // NOLINT
  SharedPoint c = ecdh(key(1), key(3).public_key()).value();
  c = std::move(b);
  CHECK(PublicKey::from(b.reveal()).is_zero());  // NOLINT
  CHECK_FALSE(PublicKey::from(c.reveal()).is_zero());
}

TEST_CASE("taproot: the tweaked secret belongs to the output key, with and without a script root") {
  const Hash256 root = digest("scripts");
  for (std::uint8_t n = 1; n < 9; ++n) {
    const SecretKey internal = key(n);
    const XOnlyKey x = x_only(internal.public_key());
    CHECK(x_only(taproot_tweak_secret(internal, {}).public_key()) ==
          taproot_output_key(x, {}).value().key);
    CHECK(x_only(taproot_tweak_secret(internal, root.view()).public_key()) ==
          taproot_output_key(x, root.view()).value().key);
  }
  XOnlyKey no_point;
  no_point.bytes[31] = 5;
  CHECK(taproot_output_key(no_point, {}).code() == Errc::bad_public_key);
}
