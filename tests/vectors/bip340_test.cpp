// Source: BIP 340, test-vectors.csv: index, secret key, public key, aux_rand, message, signature,
// verification result, comment.
#include "crypto/keys.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;

TEST_CASE("BIP 340: every row signs and verifies as published") {
  const std::vector<CsvRow> rows = read_csv("bip340/test-vectors.csv");
  REQUIRE(rows.size() > 1);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    CAPTURE(row[0]);
    REQUIRE(row.size() >= 7);
    const XOnlyKey key = fixed<XOnlyKey>(row[2]);
    const Bytes message = hex(row[4]);
    const SchnorrSignature signature = fixed<SchnorrSignature>(row[5]);
    CHECK(verify_schnorr(key, message, signature) == (row[6] == "TRUE"));
    // Our signing takes 32-byte messages only; a few rows have others.
    if (row[1].empty() || message.size() != 32) continue;
    const SecretKey secret = SecretKey::from(hex(row[1])).value();
    CHECK(x_only(secret.public_key()) == key);
    CHECK(sign_schnorr(secret, Hash256::from(message), fixed<Hash256>(row[3])) == signature);
  }
}
