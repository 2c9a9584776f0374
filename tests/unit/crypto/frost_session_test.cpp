#include "crypto/frost_session.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;
using oracle::Random;

namespace {

const Generation& shared_generation() {
  static const Generation g{config_of({12, 9, 7, 5, 4, 2, 1}, 27)};
  return g;
}

/// The group's signature by the honest work of all named parties.
GroupSignature sign_all(Signers& members, const SigningRequest& request) {
  const Generation& g = members.generation;
  const SessionContext session = SessionContext::make(g.group(), request, nullptr).value();
  std::vector<PartialSignature> partials;
  GroupSignature out;
  out.parties = session.parties;
  for (const RequestEntry& entry : request.entries) {
    const SignatureShare share = members.answer(entry.party.value, request).value();
    CHECK(check_share(g.group(), request, session, entry.party, share).ok());
    partials.push_back(share.partial);
    if (request.subject.kind == SigningSubject::Kind::block) {
      out.attestations.push_back(share.attestation);
    }
  }
  out.signature = aggregate_partials(session.values, *session.signers, partials).value();
  return out;
}

std::vector<std::uint16_t> parties_in(std::uint32_t mask, std::uint16_t count) {
  std::vector<std::uint16_t> out;
  for (std::uint16_t p = 0; p < count; ++p) {
    if (mask >> p & 1) out.push_back(p);
  }
  return out;
}

std::uint32_t weight_of(const Generation& g, const std::vector<std::uint16_t>& parties) {
  std::uint32_t sum = 0;
  for (const std::uint16_t p : parties) sum += g.config.weight(MemberIndex{p}).value;
  return sum;
}

}  // namespace

TEST_CASE("signing: a session is remembered for its group alone, and its request is checked anew") {
  const Generation g{config_of({3, 2, 2}, 5)};
  Signers members{g};
  const SigningRequest request = members.request({0, 1}, block_subject(), 0);
  const SessionRef first = session_of(g.outcome->group, request, nullptr).value();
  CHECK(session_of(g.outcome->group, request, nullptr).value() == first);
  const SessionContext made = SessionContext::make(g.group(), request, nullptr).value();
  CHECK(first->id == made.id);
  CHECK(first->message == made.message);
  // Another group of the same configuration has other shares: nothing of the first is taken.
  const auto other = std::make_shared<const ThresholdGroup>(
      g.config, g.group().key(), std::vector<Point>(g.config.slots(), Point::generator()));
  const Result<SessionRef> theirs = session_of(other, request, nullptr);
  REQUIRE(theirs.ok());
  CHECK((*theirs)->id == first->id);
  CHECK_FALSE((*theirs)->signers->party_key(0) == first->signers->party_key(0));
  SigningRequest bad = request;
  std::swap(bad.entries[0], bad.entries[1]);
  CHECK(session_of(g.outcome->group, bad, nullptr).code() == Errc::bad_request);
}

TEST_CASE("signing: exactly the sets of weight T or more sign, and plain BIP 340 verifies") {
  const KeygenConfig config = scattered_config_of({4, 3, 2, 2, 1}, 8);
  const Generation g{config};
  Signers members{g};
  std::uint32_t nonce = 0;
  for (std::uint32_t mask = 1; mask < 32; ++mask) {
    const auto parties = parties_in(mask, 5);
    const SigningRequest request = members.request(parties, block_subject(), nonce);
    if (weight_of(g, parties) < 8) {
      CHECK(members.answer(parties[0], request).code() == Errc::below_threshold);
      continue;
    }
    ++nonce;
    const GroupSignature signature = sign_all(members, request);
    CHECK(verify_block_signature(config, g.group().key(), request.subject.hash, signature).ok());
  }
  CHECK(nonce > 5);
}

TEST_CASE("signing: 67 of 100 slots sign, 66 never do") {
  const Generation g{config_of({40, 26, 33, 1}, 67)};
  Signers members{g};
  const SigningRequest enough = members.request({0, 1, 3}, block_subject());
  CHECK(verify_block_signature(g.config, g.group().key(), enough.subject.hash,
                               sign_all(members, enough)).ok());
  // 66: no signer answers ...
  const SigningRequest few = members.request({0, 1}, block_subject(), 1);
  CHECK(members.answer(0, few).code() == Errc::below_threshold);
  // ... and shares forced out of 66 keys do not add up to the group's key.
  CHECK(signers_of(g.group(), parties_of(g.config, few)).code() == Errc::bad_signer_count);
  const std::vector<std::vector<SlotIndex>> ids = {g.config.party(MemberIndex{0}).ids,
                                                   g.config.party(MemberIndex{1}).ids};
  const SignerSet forced =
      SignerSet::trusted(66, g.group().public_shares(), ids, g.group().key()).value();
  CHECK(forced.party_key(0) + forced.party_key(1) != Point::parse(g.group().key()).value());
}

TEST_CASE("signing: random weights, random sets, odd and even keys, nonces and tweaks") {
  Random random;
  MESSAGE("seed " << oracle::default_seed);
  std::set<int> parities;
  for (int round = 0; round < 12; ++round) {
    std::vector<std::uint32_t> weights;
    std::uint32_t total = 0;
    for (std::uint32_t p = 0; p < 2 + random.below(5); ++p) {
      weights.push_back(1 + random.below(6));
      total += weights.back();
    }
    const Generation g{round % 2 == 0 ? config_of(weights, threshold_of(total))
                                      : scattered_config_of(weights, threshold_of(total))};
    Signers members{g};
    for (std::uint32_t n = 0; n < 4; ++n) {
      const auto count = static_cast<std::uint16_t>(weights.size());
      auto parties = parties_in(random.below(1u << count), count);
      if (weight_of(g, parties) < g.config.threshold()) parties = parties_in(~0u, count);
      std::vector<Tweak> tweaks;
      for (std::uint32_t i = 0; i < n; ++i) {
        tweaks.push_back({random.scalar().to_bytes(),
                          random.below(2) == 0 ? TweakMode::plain : TweakMode::x_only});
      }
      const SigningRequest request = members.request(parties, sighash_subject(tweaks), n);
      const SessionContext session = SessionContext::make(g.group(), request, nullptr).value();
      const SchnorrSignature signature = sign_all(members, request).signature;
      CHECK(verify_schnorr(session.values.tweaked.key.x_bytes(), request.subject.hash.view(),
                           signature));
      parities.insert((g.group().key().bytes[0] == 3 ? 1 : 0) +
                      (session.values.r.has_odd_y() ? 2 : 0) +
                      (session.values.tweaked.key.has_odd_y() ? 4 : 0));
    }
  }
  CHECK(parities.size() == 8);
}

TEST_CASE("signing: the BIP 86 tweak signs for the Taproot output key") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest request =
      members.request({0, 1, 2}, sighash_subject({bip86_tweak(g.group().key())}));
  const TaprootOutput output = taproot_output_key(x_only(g.group().key()), {}).value();
  CHECK(verify_schnorr(output.key, request.subject.hash.view(),
                       sign_all(members, request).signature));
}

TEST_CASE("ShareSigner: the same request again gives the same share, even after a restart") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest request = members.request({0, 1, 2}, block_subject());
  const SignatureShare share = members.answer(0, request).value();
  CHECK(members.answer(0, request).value() == share);
  ShareSigner restarted{g.outcome->group, g.key(0), host_key(0)};
  NonceBatch fresh{g.group(), g.keys[0], random32(8, 0)};
  CHECK(restarted.answer(fresh, request, Hash256{}).code() == Errc::unknown_nonce);
  restarted.remember(share);
  CHECK(restarted.answer(fresh, request, Hash256{}).value() == share);
}

TEST_CASE("ShareSigner: a nonce never serves two sessions") {
  const Generation& g = shared_generation();
  Signers members{g};
  REQUIRE(members.answer(0, members.request({0, 1, 2}, block_subject(1), 5)).ok());
  const std::size_t left = members.batches[0].left();
  // Another block, another signer set, another view, another subject kind: all refused.
  CHECK(members.answer(0, members.request({0, 1, 2}, block_subject(2), 5)).code() ==
        Errc::nonce_used);
  CHECK(members.answer(0, members.request({0, 1, 2, 3}, block_subject(1), 5)).code() ==
        Errc::nonce_used);
  SigningRequest other_view = members.request({0, 1, 2}, block_subject(1), 5);
  other_view.view = view_bytes(2, 0);
  CHECK(members.answer(0, other_view).code() == Errc::nonce_used);
  CHECK(members.answer(0, members.request({0, 1, 2}, sighash_subject({}), 5)).code() ==
        Errc::nonce_used);
  members.signers[0].forget_answers();
  CHECK(members.answer(0, members.request({0, 1, 2}, block_subject(1), 5)).code() ==
        Errc::nonce_used);
  CHECK(members.batches[0].left() == left);
}

TEST_CASE("ShareSigner: refusals spend nothing") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest good = members.request({0, 1, 2}, block_subject());
  CHECK(members.answer(3, good).code() == Errc::not_a_signer);
  SigningRequest r = good;
  r.entries[0].batch.bytes[0] ^= 1;
  CHECK(members.answer(0, r).code() == Errc::unknown_nonce);
  r = good;
  r.entries[0].index = 32;
  CHECK(members.answer(0, r).code() == Errc::unknown_nonce);
  r = good;
  r.entries[0].nonce = good.entries[1].nonce;
  CHECK(members.answer(0, r).code() == Errc::foreign_nonce);
  r = good;
  r.entries[1].nonce.bytes[0] = 5;
  CHECK(members.answer(0, r).error() == Error(Errc::bad_public_nonce, "1"));
  r = good;
  r.subject = sighash_subject({{Hash256{}, TweakMode::plain}});
  r.subject.tweaks[0].value.bytes.fill(0xff);
  CHECK(members.answer(0, r).code() == Errc::tweak_out_of_range);
  CHECK(members.batches[0].left() == nonces_per_batch);
}

TEST_CASE("check_share: names what is wrong with an answer") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest request = members.request({0, 1, 2}, block_subject());
  const SessionContext session = SessionContext::make(g.group(), request, nullptr).value();
  const SignatureShare good = members.answer(1, request).value();
  const auto code = [&](const SignatureShare& share, std::uint16_t p = 1) {
    return check_share(g.group(), request, session, MemberIndex{p}, share).code();
  };
  CHECK(code(good, 3) == Errc::not_a_signer);
  CHECK(code(good, 0) == Errc::bad_attestation);
  SignatureShare s = good;
  s.session.bytes[0] ^= 1;
  CHECK(code(s) == Errc::bad_request);
  s = good;
  s.index += 1;
  CHECK(code(s) == Errc::bad_request);
  s = good;
  s.attestation.bytes[40] ^= 1;
  CHECK(code(s) == Errc::bad_attestation);
  s = good;
  s.partial.bytes[31] ^= 1;
  CHECK(code(s) == Errc::bad_partial_signature);
  s.partial.bytes.fill(0xff);
  CHECK(code(s) == Errc::bad_partial_signature);
}

TEST_CASE("verify_block_signature: every part is needed") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest request = members.request({0, 1, 2}, block_subject());
  const GroupSignature good = sign_all(members, request);
  const auto check = [&](const GroupSignature& s) {
    return verify_block_signature(g.config, g.group().key(), request.subject.hash, s);
  };
  CHECK(check(good).ok());
  GroupSignature s = good;
  s.parties = BitVector{8};
  CHECK(check(s).code() == Errc::bad_request);
  s = good;
  s.parties.set(3);
  CHECK(check(s).code() == Errc::attestation_count_mismatch);
  s.attestations.push_back(good.attestations[0]);
  CHECK(check(s).code() == Errc::bad_signature);  // the bit vector is part of the message
  s = good;
  std::swap(s.attestations[1], s.attestations[2]);
  CHECK(check(s).error() == Error(Errc::bad_attestation, "1"));
  s = good;
  s.parties = BitVector{7};
  s.parties.set(0);
  CHECK(check(s).code() == Errc::below_threshold);
  Hash256 other_block = request.subject.hash;
  other_block.bytes[31] ^= 1;
  CHECK(verify_block_signature(g.config, g.group().key(), other_block, good).code() ==
        Errc::bad_signature);
  CHECK(decode<GroupSignature>(encode(good)).value() == good);
}

TEST_CASE("a convicted dealer's removal before the certificate leaves a key that signs") {
  const Generation& g = shared_generation();
  const OutcomeRef without = exclude_dealing(g.config, *g.outcome, *g.dealings[3]).value();
  const Hash256 message = random32(9, 9);
  std::vector<PublicNonce> nonces;
  std::vector<SecretNonce> secrets;
  std::vector<PartyKey> keys;
  BitVector parties{7};
  for (std::uint16_t p = 0; p < 3; ++p) {
    keys.push_back(finish_shares(g.config, *without, MemberIndex{p}, g.examined[p].shares).value());
    secrets.push_back(generate_nonce(random32(10, p), {}));
    nonces.push_back(secrets.back().public_nonce());
    parties.set(p);
  }
  const auto signers = signers_of(*without->group, parties).value();
  const TweakedKey key = tweak_key(without->group->key(), {}).value();
  const SessionValues session =
      session_values(*signers, aggregate_nonces(nonces).value(), key, message.view()).value();
  std::vector<PartialSignature> partials;
  for (std::size_t p = 0; p < 3; ++p) {
    const SecretScalar d = aggregate_share(*signers, p, keys[p]).value();
    partials.push_back(
        sign_partial(session, std::move(secrets[p]), d, signers->party_key(p)).value());
  }
  CHECK(verify_schnorr(x_only(without->group->key()), message.view(),
                       aggregate_partials(session, *signers, partials).value()));
}

TEST_CASE("find_bad_partials: names exactly the wrong ones") {
  const Generation& g = shared_generation();
  Signers members{g};
  const SigningRequest request = members.request({0, 1, 2, 3}, block_subject());
  const SessionContext s = SessionContext::make(g.group(), request, nullptr).value();
  std::vector<PartialSignature> partials;
  for (std::uint16_t p = 0; p < 4; ++p) partials.push_back(members.answer(p, request)->partial);
  const auto bad = [&] {
    return find_bad_partials(*s.signers, s.values, s.nonces, partials, random32(11, 0));
  };
  CHECK(bad().empty());
  // Errors that cancel in the sum are errors all the same.
  const Scalar first = Scalar::from_bytes(partials[1].view()).value() + Scalar{1};
  const Scalar second = Scalar::from_bytes(partials[3].view()).value() - Scalar{1};
  partials[1] = PartialSignature::from(first.to_bytes().view());
  partials[3] = PartialSignature::from(second.to_bytes().view());
  CHECK(bad() == std::vector<std::size_t>{1, 3});
  partials[0].bytes.fill(0xff);
  CHECK(bad() == std::vector<std::size_t>{0, 1, 3});
}

static_assert(!std::is_copy_constructible_v<SecretScalar>);
static_assert(!std::is_copy_constructible_v<SecretNonce>);
static_assert(!std::is_copy_constructible_v<NonceBatch>);
static_assert(!std::is_convertible_v<SecretScalar, Scalar>);
static_assert(!std::is_constructible_v<Scalar, SecretScalar>);
static_assert(!std::is_constructible_v<Point, SecretScalar>);
