// Source: stacks-core's VRF tests, which are the examples of draft-irtf-cfrg-vrf-04.
#include "crypto/vrf.hpp"
#include "crypto/hash.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;

TEST_CASE("VRF: published proofs verify, and fail for another input") {
  const Json group = read_json("stacks.json")["vrf_proofs"];
  for (const Json& test : group["cases"]) {
    const VrfKey key = vrf_key_of_seed(fixed<Hash256>(test["secret"]));
    const VrfProof proof = fixed<VrfProof>(test["proof"]);
    Bytes alpha = hex(test["alpha"]);
    CHECK(verify_vrf(key, alpha, proof).ok());
    CHECK(to_hex(sha512_256(proof.view())) == test["vrf_seed_formula"].get<std::string>());
    alpha.push_back(0);
    CHECK(verify_vrf(key, alpha, proof).code() == Errc::bad_vrf_proof);
  }
}
