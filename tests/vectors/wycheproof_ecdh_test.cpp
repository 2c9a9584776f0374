// Source: C2SP Wycheproof, ecdh_secp256k1_test.json. Keys come as X.509 SubjectPublicKeyInfo.
#include "crypto/keys.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;

namespace {

/// The public key of a SubjectPublicKeyInfo. DER allows exactly two encodings of a key of the named
/// curve secp256k1, which differ from each other in lengths only; everything else is refused.
Result<PublicKey> key_of_spki(ByteView der) {
  const Bytes full = hex("3056301006072a8648ce3d020106052b8104000a034200");
  const Bytes compressed = hex("3036301006072a8648ce3d020106052b8104000a032200");
  for (const Bytes& prefix : {full, compressed}) {
    if (der.size() < prefix.size()) continue;
    if (!std::equal(prefix.begin(), prefix.end(), der.begin())) continue;
    const std::size_t point_size = prefix[1] - 0x15u;
    if (der.size() != prefix.size() + point_size) return Errc::length_out_of_bounds;
    return parse_public_key(der.subspan(prefix.size()));
  }
  return Errc::bad_public_key;
}

/// Big-endian integer of any length as 32 bytes.
Bytes to_32(Bytes number) {
  while (number.size() > 32 && number.front() == 0) number.erase(number.begin());
  while (number.size() < 32) number.insert(number.begin(), 0);
  return number;
}

Result<Bytes> shared_x(const Json& test) {
  TRY_ASSIGN(const PublicKey key, key_of_spki(hex(test["public"])));
  TRY_ASSIGN(const SecretKey secret, SecretKey::from(to_32(hex(test["private"]))));
  TRY_ASSIGN(const SharedPoint point, ecdh(secret, key));
  return to_bytes(point.reveal().subspan(1));
}

}  // namespace

TEST_CASE("Wycheproof ECDH: valid keys give the published secret, invalid keys are refused") {
  const Json file = read_json("wycheproof/ecdh_secp256k1_test.json");
  std::size_t computed = 0;
  for (const Json& group : file["testGroups"]) {
    for (const Json& test : group["tests"]) {
      CAPTURE(test["tcId"].get<int>());
      const std::string result = test["result"];
      const Result<Bytes> shared = shared_x(test);
      if (result == "valid") CHECK(shared.ok());
      if (result == "invalid") CHECK_FALSE(shared.ok());
      // "Acceptable" keys may be refused, but what is computed must be right.
      if (!shared.ok()) continue;
      CHECK(to_hex(*shared) == test["shared"].get<std::string>());
      ++computed;
    }
  }
  CHECK(computed > 0);
}
