// BIP 374: proofs of equal discrete logarithms, generated and verified.
#include "crypto/dleq.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;

namespace {

/// "INFINITY" has no encoding; all zeros is refused like every other non-point.
PublicKey point_field(const std::string& text) {
  return text == "INFINITY" ? PublicKey{} : fixed<PublicKey>(text);
}

std::optional<Hash256> message_field(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return fixed<Hash256>(text);
}

Result<DleqProof> generate(const CsvRow& row) {
  TRY_ASSIGN(const SecretKey a, SecretKey::from(hex(row[2])));
  return prove_dleq(a, point_field(row[1]), point_field(row[3]), fixed<Hash256>(row[4]),
                    message_field(row[5]));
}

}  // namespace

TEST_CASE("bip374: generated proofs are byte for byte those of the vectors") {
  const auto rows = read_csv("bip374/test_vectors_generate_proof.csv");
  REQUIRE(rows.size() > 1);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    INFO("row " << rows[i][0] << ": " << rows[i].back());
    const Result<DleqProof> proof = generate(rows[i]);
    if (rows[i][6] == "INVALID") {
      CHECK_FALSE(proof.ok());
    } else {
      REQUIRE(proof.ok());
      CHECK(to_hex(*proof) == rows[i][6]);
    }
  }
}

TEST_CASE("bip374: proofs verify exactly where the vectors say so") {
  const auto rows = read_csv("bip374/test_vectors_verify_proof.csv");
  REQUIRE(rows.size() > 1);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    INFO("row " << rows[i][0] << ": " << rows[i].back());
    const DleqStatement statement{point_field(rows[i][1]), point_field(rows[i][2]),
                                  point_field(rows[i][3]), point_field(rows[i][4])};
    const Result<> verdict = verify_dleq(statement, fixed<DleqProof>(rows[i][5]),
                                         message_field(rows[i][6]));
    CHECK(verdict.ok() == (rows[i][7] == "TRUE"));
  }
}
