#include "messages/signing_state.hpp"

#include <doctest/doctest.h>

#include "tests/unit/messages/state_samples.hpp"

using namespace quorate;
using namespace quorate::messages;

TEST_CASE("signing state: golden bytes") {
  const auto hex = [](std::uint8_t byte, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += to_hex(Bytes{byte});
    return out;
  };
  CHECK(to_hex(encode(test::sample_signing_state())) ==
        hex(0x11, 32) + "01" + hex(0x12, 16) + "00000005" "00000001" + hex(0x13, 66) + "00" +
            "00000001" "01" "00" "0000000000000009" "0000000000000008" "000000000000004d"
            "00000001" "00000003" "00000000" "01" + hex(0x14, 32) + "00000001" + hex(0x15, 32) +
            "01" "00000001" "0002" + hex(0x16, 16) + "00000006" + hex(0x17, 66) +
            "00000001" + hex(0x18, 32) + "00000006" + hex(0x19, 32) + hex(0x1a, 64) +
            "00000001" + hex(0x1b, 32) + "02");
}

TEST_CASE("signing state: decode(encode(x)) == x, truncation and trailing bytes are refused") {
  const Bytes bytes = encode(test::sample_signing_state());
  CHECK(decode<SigningState>(bytes).value() == test::sample_signing_state());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<SigningState>(ByteView{bytes}.first(n)).ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode<SigningState>(longer).code() == Errc::trailing_bytes);
  longer = bytes;
  longer.back() = 3;  // no such reason
  CHECK(decode<SigningState>(longer).code() == Errc::bad_enum);
}

TEST_CASE("posted request: the request is bound to its instance and view") {
  const PostedRequest posted = test::sample_signing_state().requests[0];
  const Hash256 cid = test::filled<Hash256>(0x11);
  const crypto::SigningRequest request = posted.request(cid);
  CHECK(request.keygen.view()[0] == 0x11);
  CHECK(request.instance == instance_hash(posted.instance));
  CHECK(to_hex(request.view) == "0000000300000000");
  CHECK(request.entries == posted.entries);
  PostedRequest other = posted;
  other.instance.height = BlockHeight{78};
  CHECK(other.request(cid).instance != request.instance);
  CHECK(to_hex(instance_hash(consensus::InstanceId{})) == 
        "a1d10b9cd359fd60c909c6800a7fcd47561d7d25163ec52de64f11f910de82b1");
}

TEST_CASE("subjects: a block has no tweak, an announcement that of BIP 86") {
  const BlockId id = test::filled<BlockId>(7);
  CHECK(block_subject(id).kind == crypto::SigningSubject::Kind::block);
  CHECK(block_subject(id).tweaks.empty());
  const crypto::PublicKey key = test::sample_set().members[0].key;
  const auto subject = announcement_subject(test::filled<Hash256>(8), key);
  CHECK(subject.kind == crypto::SigningSubject::Kind::sighash);
  REQUIRE(subject.tweaks.size() == 1);
  const auto tweaked = crypto::tweak_key(key, subject.tweaks);
  REQUIRE(tweaked.ok());
  CHECK(tweaked->key.x_bytes() == crypto::taproot_output_key(crypto::x_only(key), {})->key);
}

TEST_CASE("group_seal: carries signature, bits and attestations over") {
  crypto::GroupSignature signature;
  signature.signature = test::filled<crypto::SchnorrSignature>(1);
  signature.parties = BitVector{2};
  signature.parties.set(1);
  signature.attestations = {test::filled<crypto::SchnorrSignature>(2)};
  const consensus::GroupSeal seal = group_seal(signature);
  CHECK(seal.signature == signature.signature);
  CHECK(seal.bits == signature.parties);
  REQUIRE(seal.attestations.size() == 1);
  CHECK(seal.attestations[0] == signature.attestations[0]);
}
