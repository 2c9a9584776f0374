// Signer sets, vote certificates, key certificates and seals.
#include "codec_checks.hpp"
#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

struct Case {
  ScriptedWorld world;
  SignerSet set;
  KeyCertificate certificate;
  Case() {
    set = stacker_set(CycleNumber{0}, world.genesis.signers);
    certificate = testing::certify(set, world.params.network_id);
  }
  Result<> verdict() const { return verify(certificate, set, world.params.network_id); }
};

TEST_CASE("signer set: weights, look-up, and a hash without the generation") {
  Case c;
  CHECK(c.set.total() == Weight{39});
  CHECK(c.set.weight(MemberIndex{1}) == Weight{13});
  BitVector bits(3);
  bits.set(0);
  bits.set(2);
  CHECK(c.set.weight(bits) == Weight{26});
  CHECK(c.set.find(c.set.members[2].key) == MemberIndex{2});
  CHECK(c.set.find(crypto::PublicKey{}) == std::nullopt);
  SignerSet next = c.set;
  ++next.generation;
  CHECK(next.hash(1) == c.set.hash(1));
  CHECK(next.hash(2) != c.set.hash(1));
  std::swap(next.members[0].key, next.members[1].key);
  CHECK(next.hash(1) != c.set.hash(1));
  testing::check_codec(c.set);
  CHECK(to_hex(c.set.hash(1)) ==
        "20eac9c5b843147b2d5fb57b67b8fb38dc0c5da3577f3a8d7b4ec0e526bb4c70");
}

TEST_CASE("quorum: 67 of 100 and 27 of 40 do, 66 and 26 do not") {
  CHECK(is_quorum(Weight{67}, Weight{100}));
  CHECK_FALSE(is_quorum(Weight{66}, Weight{100}));
  CHECK(is_quorum(Weight{27}, Weight{40}));
  CHECK_FALSE(is_quorum(Weight{26}, Weight{40}));
  CHECK(Params::threshold(4000) == 2680);
  CHECK(Params::threshold(40) == 27);
}

TEST_CASE("vote digest: every part counts") {
  const InstanceId instance{GroupKind::stackers, Purpose::block, 1,
                            TermNumber{2},       BlockHeight{3}, 4};
  const Value value{ValueKind::block, {}, {}};
  const Hash256 digest = vote_digest(1, {}, Phase::prepare, instance, {5, 6}, value);
  CHECK(to_hex(digest) == "6a85a9f34cd363f229a0913888acaba481f3210154ea4f4ca12c9ee8121b1635");
  CHECK(vote_digest(2, {}, Phase::prepare, instance, {5, 6}, value) != digest);
  CHECK(vote_digest(1, {}, Phase::commit, instance, {5, 6}, value) != digest);
  CHECK(vote_digest(1, {}, Phase::prepare, instance, {6, 5}, value) != digest);
  InstanceId other = instance;
  ++other.attempt;
  CHECK(vote_digest(1, {}, Phase::prepare, other, {5, 6}, value) != digest);
  CHECK(vote_digest(1, {}, Phase::prepare, instance, {5, 6}, {ValueKind::reject, {}, {}}) !=
        digest);
}

TEST_CASE("key certificate: complete, light, forged and foreign") {
  Case c;
  CHECK(c.verdict().ok());
  testing::check_codec(c.certificate);
  testing::check_codec(c.certificate.votes);
  KeyContent frozen = c.certificate.content;
  frozen.cid = crypto::sha256(encode(c.set));
  CHECK(to_hex(frozen.id()) == "b145b6e8504ffdf8274ce07fb28a06be98c56a2613851ecd77e969c086f0f09c");
  VoteCertificate& votes = c.certificate.votes;
  SUBCASE("a signature less than bits") {
    votes.signatures.pop_back();
    CHECK(c.verdict().code() == Errc::certificate_wrong_shape);
  }
  SUBCASE("signers below 67 %") {
    votes.signers = BitVector{3};
    votes.signers.set(1);
    votes.signatures = {votes.signatures[1]};
    CHECK(c.verdict().code() == Errc::certificate_too_light);
  }
  SUBCASE("a signature of somebody else") {
    std::swap(votes.signatures[0], votes.signatures[1]);
    CHECK(c.verdict().code() == Errc::certificate_bad_signature);
  }
  SUBCASE("votes for another content") {
    c.certificate.content.shares_root.bytes[0] ^= 1;
    CHECK(c.verdict().code() == Errc::key_certificate_mismatch);
  }
  SUBCASE("prepares instead of commits") {
    votes.phase = Phase::prepare;
    CHECK(c.verdict().code() == Errc::key_certificate_mismatch);
  }
  SUBCASE("another key generation's, whose seals would be checked for another set") {
    SignerSet other = c.set;
    ++other.generation;
    c.certificate.content.cid =
        Hash256::from(keygen_config(other, 0, c.world.params.network_id)->id().view());
    votes = testing::certify_content(c.certificate.content, c.set, c.world.params.network_id);
    CHECK(c.verdict().code() == Errc::key_certificate_mismatch);
  }
  SUBCASE("another generation's") {
    ++c.set.generation;
    CHECK(c.verdict().code() == Errc::key_certificate_mismatch);
  }
  SUBCASE("a group key that is no point") {
    c.certificate.content.group_key.bytes[0] = 9;
    CHECK(c.verdict().code() == Errc::key_certificate_mismatch);
  }
}

TEST_CASE("seal: its hash covers signatures, bits and attestations of both groups") {
  Case c;
  Seal seal;
  seal.producers = testing::group_seal(c.set, c.certificate.content, {}, c.world.params);
  seal.stackers =
      testing::group_seal_without(c.set, c.certificate.content, {}, c.world.params, {0});
  testing::check_codec(seal);
  const Hash256 hash = seal.hash();
  Seal other = seal;
  other.producers.signature.bytes[0] ^= 1;
  CHECK(other.hash() != hash);
  other = seal;
  other.stackers.attestations[0].bytes[0] ^= 1;
  CHECK(other.hash() != hash);
  std::swap(other.producers, other.stackers);
  CHECK(other.hash() != hash);
  CHECK(verify(seal.stackers, c.set, c.certificate.content.group_key, c.certificate.content.cid, {},
               c.world.params.network_id)
            .ok());  // 29 of 39 slots: 74 %.
  BlockId elsewhere;
  elsewhere.bytes[0] = 1;
  CHECK(verify(seal.stackers, c.set, c.certificate.content.group_key, c.certificate.content.cid,
               elsewhere, c.world.params.network_id)
            .code() == Errc::seal_bad_signature);
  CHECK(to_hex(hash) == "1fe012a89c226878ce7d3116c23a0d2aa2d9866305a771d4a104b2a9f176f8cf");
}

TEST_CASE("burn link: hash and parent of the header it carries") {
  ScriptedWorld world;
  world.mine();
  const auto links = world.told<BurnTipChanged>().back().links;
  REQUIRE(links.size() == 1);
  CHECK(links[0].hash() == world.chain.burn_tip()->hash);
  CHECK(links[0].parent() == world.chain.burn_view_at(BurnHeight{100})->hash);
  testing::check_codec(links[0]);
}

}  // namespace
}  // namespace quorate::consensus
