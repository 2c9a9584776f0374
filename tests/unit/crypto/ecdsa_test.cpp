#include "crypto/ecdsa.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::crypto;

namespace {

const Hash256 digest = sha256(as_bytes("digest"));

SecretKey key() { return SecretKey::derive("quorate/test/ecdsa", {}); }

}  // namespace

TEST_CASE("ECDSA in DER: verifies what was signed and nothing else") {
  const Bytes der = sign_ecdsa_der(key(), digest);
  CHECK(sign_ecdsa_der(key(), digest) == der);
  CHECK(verify_ecdsa_der(key().public_key(), digest, der).ok());
  CHECK(verify_ecdsa_der(key().public_key(), Hash256{}, der).code() == Errc::bad_signature);
  CHECK(verify_ecdsa_der(PublicKey{}, digest, der).code() == Errc::bad_public_key);
}

TEST_CASE("ECDSA in DER: truncated, longer and empty encodings are refused") {
  Bytes der = sign_ecdsa_der(key(), digest);
  for (std::size_t n = 0; n < der.size(); ++n) {
    CHECK(verify_ecdsa_der(key().public_key(), digest, ByteView{der}.first(n)).code() ==
          Errc::bad_signature);
  }
  der.push_back(0);
  CHECK(verify_ecdsa_der(key().public_key(), digest, der).code() == Errc::bad_signature);
}

TEST_CASE("ECDSA in DER: S above half the order is refused by name") {
  // R = 1, S = n - 1.
  const Bytes der =
      from_hex("3026020101022100fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")
          .value();
  CHECK(verify_ecdsa_der(key().public_key(), digest, der).code() == Errc::high_s);
}
