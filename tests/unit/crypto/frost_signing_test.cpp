#include "crypto/frost_signing.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

/// Three keys of one polynomial of degree 1, each a party of its own.
struct Trio {
  Scalar secret{1000}, slope{77};
  std::vector<SignerKeys> parties;
  PublicKey key = times_generator(secret).serialize();

  Trio() {
    for (std::uint32_t i = 0; i < 3; ++i) {
      parties.push_back({{SlotIndex{i}}, {times_generator(share(i)).serialize()}});
    }
  }
  [[nodiscard]] Scalar share(std::uint32_t i) const { return secret + slope * Scalar{i + 1ull}; }
  [[nodiscard]] PartyKey party_key(std::uint32_t i) const {
    PartyKey out{MemberIndex{static_cast<std::uint16_t>(i)}, {}};
    out.shares.push_back({SlotIndex{i}, SecretScalar::from(share(i).to_bytes().view()).value()});
    return out;
  }
  [[nodiscard]] Error refusal(std::uint32_t n = 3, std::uint32_t t = 2) const {
    const Result<SignerSet> set = SignerSet::validate(n, t, parties, key);
    REQUIRE_FALSE(set.ok());
    return set.error();
  }
  [[nodiscard]] SignerSet set() const { return SignerSet::validate(3, 2, parties, key).value(); }
};

SessionValues session_of(const SignerSet& set, const Trio& trio,
                         const std::vector<PublicNonce>& nonces) {
  return session_values(set, aggregate_nonces(nonces).value(), tweak_key(trio.key, {}).value(),
                        as_bytes("message"))
      .value();
}

}  // namespace

TEST_CASE("SignerSet: each rule about signers is refused by name") {
  CHECK(SignerSet::validate(3, 2, Trio{}.parties, Trio{}.key).ok());
  CHECK(Trio{}.refusal(3, 0) == Errc::bad_threshold);
  CHECK(Trio{}.refusal(3, 4) == Errc::bad_threshold);
  CHECK(Trio{}.refusal(2, 2) == Errc::bad_signer_count);
  Trio trio;
  trio.parties.resize(1);
  CHECK(trio.refusal() == Errc::bad_signer_count);
  trio = Trio{};
  trio.parties[1].ids[0] = SlotIndex{3};
  CHECK(trio.refusal() == Error(Errc::key_id_out_of_range, "1"));
  trio = Trio{};
  trio.parties[2].public_shares[0].bytes[0] = 9;
  CHECK(trio.refusal() == Error(Errc::bad_public_share, "2"));
  trio = Trio{};
  trio.parties[1].ids[0] = SlotIndex{0};
  CHECK(trio.refusal() == Errc::duplicate_key_id);
  trio = Trio{};
  std::swap(trio.parties[0].public_shares, trio.parties[1].public_shares);
  CHECK(trio.refusal() == Errc::key_material_mismatch);
}

TEST_CASE("tweak_key: out of range, infinite and malformed keys are refused") {
  const Trio trio;
  Tweak tweak;
  tweak.value.bytes.fill(0xff);
  CHECK(tweak_key(trio.key, {&tweak, 1}).code() == Errc::tweak_out_of_range);
  tweak.value = (-trio.secret).to_bytes();
  CHECK(tweak_key(trio.key, {&tweak, 1}).code() == Errc::tweaked_key_infinite);
  CHECK(tweak_key(PublicKey{}, {}).code() == Errc::bad_public_key);
}

TEST_CASE("session_values: an aggregate that is no points is refused, infinity is allowed") {
  const Trio trio;
  const SignerSet set = trio.set();
  const TweakedKey key = tweak_key(trio.key, {}).value();
  AggregateNonce nonce;
  const SessionValues values = session_values(set, nonce, key, {}).value();
  CHECK(values.r == Point::generator());
  nonce.bytes[0] = 4;
  CHECK(session_values(set, nonce, key, {}).code() == Errc::bad_aggregate_nonce);
}

TEST_CASE("aggregate_share: only the party's own shares") {
  const Trio trio;
  const SignerSet set = trio.set();
  CHECK(aggregate_share(set, 0, trio.party_key(0)).ok());
  CHECK(aggregate_share(set, 3, trio.party_key(0)).code() == Errc::not_a_signer);
  CHECK(aggregate_share(set, 0, trio.party_key(1)).code() == Errc::not_a_signer);
  PartyKey foreign = trio.party_key(1);
  foreign.shares[0].id = SlotIndex{0};
  CHECK(aggregate_share(set, 0, foreign).code() == Errc::foreign_public_share);
}

TEST_CASE("sign_partial: a share that does not verify is not released") {
  const Trio trio;
  const SignerSet set = trio.set();
  std::vector<PublicNonce> nonces;
  for (std::uint16_t p = 0; p < 3; ++p) {
    nonces.push_back(generate_nonce(random32(1, p), {}).public_nonce());
  }
  const SessionValues session = session_of(set, trio, nonces);
  const SecretScalar d = aggregate_share(set, 0, trio.party_key(0)).value();
  const auto sign = [&](std::size_t as) {
    return sign_partial(session, generate_nonce(random32(1, 0), {}), d, set.party_key(as));
  };
  CHECK(sign(1).code() == Errc::self_check_failed);
  const PartialSignature partial = sign(0).value();
  CHECK(verify_partial(session, nonces[0], set.party_key(0), partial).ok());
  CHECK(verify_partial(session, nonces[1], set.party_key(0), partial).code() ==
        Errc::bad_partial_signature);
  CHECK(verify_partial(session, PublicNonce{}, set.party_key(0), partial).code() ==
        Errc::bad_public_nonce);
  CHECK(aggregate_partials(session, set, {&partial, 1}).code() == Errc::partial_count_mismatch);
}

TEST_CASE("SecretNonce: both halves must be scalars") {
  Bytes bytes(64, 1);
  CHECK(SecretNonce::from(bytes).ok());
  std::fill_n(bytes.begin() + 32, 32, std::uint8_t{0});
  CHECK(SecretNonce::from(bytes).error() == Error(Errc::bad_secret_nonce, "second"));
  std::fill_n(bytes.begin(), 32, std::uint8_t{0xff});
  CHECK(SecretNonce::from(bytes).error() == Error(Errc::bad_secret_nonce, "first"));
  CHECK(SecretNonce::from(Bytes(63, 1)).code() == Errc::bad_secret_nonce);
}
