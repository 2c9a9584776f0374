#include "crypto/frost_request.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

SigningRequest sample(const KeygenConfig& config) {
  SigningRequest request;
  request.keygen = config.id();
  request.instance.bytes[0] = 9;
  request.view = view_bytes(3, 1);
  request.subject = block_subject();
  for (const std::uint16_t p : {0, 1, 3}) {
    RequestEntry entry;
    entry.party = MemberIndex{p};
    entry.batch.bytes[15] = static_cast<std::uint8_t>(p);
    entry.index = p * 10u;
    entry.nonce.bytes[0] = 2;
    request.entries.push_back(entry);
  }
  return request;
}

}  // namespace

TEST_CASE("check_request: form and weight, from both sides of the threshold") {
  const KeygenConfig config = config_of({40, 20, 33, 7}, 67);
  const SigningRequest good = sample(config);  // 40 + 20 + 7 = 67
  CHECK(check_request(config, good).ok());
  SigningRequest r = good;
  r.entries.pop_back();
  CHECK(check_request(config, r).code() == Errc::below_threshold);
  r = good;
  std::swap(r.entries[0], r.entries[1]);
  CHECK(check_request(config, r).code() == Errc::bad_request);
  r = good;
  r.entries[1] = r.entries[0];
  CHECK(check_request(config, r).code() == Errc::bad_request);
  r = good;
  r.entries[2].party = MemberIndex{4};
  CHECK(check_request(config, r).code() == Errc::bad_request);
  r = good;
  r.subject.tweaks.push_back({});
  CHECK(check_request(config, r).code() == Errc::bad_request);
  r.subject.kind = SigningSubject::Kind::sighash;
  CHECK(check_request(config, r).ok());
  r = good;
  r.keygen.bytes[0] ^= 1;
  CHECK(check_request(config, r).code() == Errc::wrong_keygen);
}

TEST_CASE("session_id: bound to instance, view, message, tweaks and every nonce") {
  const KeygenConfig config = config_of({40, 20, 33, 7}, 67);
  const SigningRequest good = sample(config);
  std::vector<SigningRequest> others(8, good);
  others[0].instance.bytes[3] ^= 1;
  others[1].view = view_bytes(3, 2);
  others[2].subject.hash.bytes[5] ^= 1;
  others[3].entries[0].index += 1;
  others[4].entries[0].nonce.bytes[65] ^= 1;
  others[5].entries[0].batch.bytes[0] ^= 1;
  others[6].entries[2].party = MemberIndex{2};
  others[7].subject.kind = SigningSubject::Kind::sighash;
  for (const SigningRequest& other : others) {
    CHECK(session_id(config, other) != session_id(config, good));
  }
}

TEST_CASE("message_of: a block's message names its signers, a sighash is signed as it is") {
  const KeygenConfig config = config_of({40, 20, 33, 7}, 67);
  SigningRequest r = sample(config);
  CHECK(message_of(config, r) ==
        block_sign_message(config, r.subject.hash, parties_of(config, r)));
  CHECK(parties_of(config, r).to_text() == "1101");
  r.subject.kind = SigningSubject::Kind::sighash;
  CHECK(message_of(config, r) == r.subject.hash);
}

TEST_CASE("SigningRequest: frozen bytes, decoding undoes encoding, cuts are refused") {
  const KeygenConfig config = config_of({40, 20, 33, 7}, 67);
  const SigningRequest r = sample(config);
  const Bytes bytes = encode(r);
  CHECK(bytes.size() == 32 + 32 + 8 + (1 + 32 + 4) + 4 + 3 * (2 + 16 + 4 + 66));
  CHECK(decode<SigningRequest>(bytes).value() == r);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<SigningRequest>(ByteView{bytes}.first(n)).ok());
  }
  CHECK(to_hex(sha512_256(bytes)) ==
        "eaf2db3738446293a55528d05370fec176478cc5099ab6a2417d12daec3f96b5");
  CHECK(to_hex(session_id(config, r)) ==
        "77cb45fc1b1a0412dfa5ff4dbaa584c1ee8b93bf26bc2ec316e889b5a12127b7");
  CHECK(to_hex(message_of(config, r)) ==
        "476e422aec0776a782e176cc88b96acfa16c9195ca85838d1a1ebed29bdba3d2");
  CHECK(to_hex(attestation_digest(message_of(config, r), MemberIndex{3})) ==
        "72ce4efc47e5b93f907c2a5eb70c974d4450989992e60d07aef9b93c63625aa8");
}
