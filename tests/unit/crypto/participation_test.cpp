// Why a block carries attestations: a threshold signature over the bit vector, and even a list of
// all partial signatures, can be made to name honest members who did nothing. Both forgeries are
// carried out here and succeed against the weaker rules; the rule in force refuses them. Source:
// docs/threshold_signing.md "What proves participation".
#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

/// Five members of one key each, any three sign. The corrupted ones' shares are the adversary's.
struct Scene {
  Generation generation{config_of({1, 1, 1, 1, 1}, 3)};
  Signers members{generation};
  oracle::Random random{77};

  [[nodiscard]] Scalar secret(std::uint16_t p) const {
    return Scalar::from_bytes(generation.keys[p].shares[0].value.reveal()).value();
  }
  [[nodiscard]] Point public_share(std::uint16_t p) const {
    return generation.group().public_shares()[p];
  }
  [[nodiscard]] SessionContext context(const SigningRequest& request) const {
    return SessionContext::make(generation.group(), request, nullptr).value();
  }
  [[nodiscard]] bool group_signature_verifies(const SigningRequest& request,
                                              const SchnorrSignature& signature) const {
    return verify_schnorr(x_only(generation.group().key()),
                          message_of(generation.config, request).view(), signature);
  }
  /// The rule in force, with every attestation the adversary can make or has seen.
  [[nodiscard]] Error refusal(const SigningRequest& request, const SchnorrSignature& signature,
                              const std::vector<SchnorrSignature>& attestations) const {
    GroupSignature block{signature, parties_of(generation.config, request), attestations};
    const Result<> verdict = verify_block_signature(generation.config, generation.group().key(),
                                                    request.subject.hash, block);
    REQUIRE_FALSE(verdict.ok());
    return verdict.error();
  }
  [[nodiscard]] SchnorrSignature attest(std::uint16_t p, const SigningRequest& request) const {
    return sign_schnorr(host_key(p),
                        attestation_digest(message_of(generation.config, request), MemberIndex{p}),
                        Hash256{});
  }
};

Point half(const PublicNonce& nonce, std::size_t which) {
  return Point::parse(nonce.view().subspan(33 * which, 33)).value();
}

PublicNonce nonce_of(const Point& r1, const Point& r2) {
  PublicNonce out;
  const PublicKey a = r1.serialize(), b = r2.serialize();
  std::copy(a.bytes.begin(), a.bytes.end(), out.bytes.begin());
  std::copy(b.bytes.begin(), b.bytes.end(), out.bytes.begin() + 33);
  return out;
}

Scalar lambda_of(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  std::vector<SlotIndex> list;
  for (const std::uint32_t i : ids) list.push_back(SlotIndex{i});
  const std::vector<Scalar> lambdas = lagrange_direct(list);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id) return lambdas[i];
  }
  REQUIRE(false);
  return {};
}

SchnorrSignature join(const Point& r, const Scalar& s) {
  SchnorrSignature out;
  const XOnlyKey x = r.x_bytes();
  const Hash256 bytes = s.to_bytes();
  std::copy(x.bytes.begin(), x.bytes.end(), out.bytes.begin());
  std::copy(bytes.bytes.begin(), bytes.bytes.end(), out.bytes.begin() + 32);
  return out;
}

}  // namespace

TEST_CASE("attack A: a group signature names an absent member; attestations refuse it") {
  Scene scene;
  const std::uint16_t honest = 0, absent = 1, corrupt = 2, corrupt_outside = 3;
  SigningRequest request = scene.members.request({honest, absent, corrupt}, block_subject());
  const PublicNonce of_honest = request.entries[0].nonce;
  const PublicNonce of_absent = request.entries[1].nonce;

  // The corrupted member derives its nonce from the others', so that the sum is α·R_h + known.
  const Scalar alpha = lambda_of({honest, corrupt, corrupt_outside}, honest) *
                       lambda_of({honest, absent, corrupt}, honest).inverse();
  const Scalar r1 = scene.random.scalar(), r2 = scene.random.scalar();
  const auto derived = [&](std::size_t which, const Scalar& r) {
    return (alpha - Scalar{1}) * half(of_honest, which) - half(of_absent, which) +
           times_generator(r);
  };
  request.entries[2].nonce = nonce_of(derived(0, r1), derived(1, r2));

  const SessionContext session = scene.context(request);
  const Scalar sign = session.values.r.has_odd_y() ? -Scalar{1} : Scalar{1};
  const SignatureShare share = scene.members.answer(honest, request).value();
  const std::vector<std::uint32_t> real = {honest, corrupt, corrupt_outside};
  const Scalar s = alpha * Scalar::from_bytes(share.partial.view()).value() +
                   sign * (r1 + session.values.b * r2) +
                   session.values.share_factor() *
                       (lambda_of(real, corrupt) * scene.secret(corrupt) +
                        lambda_of(real, corrupt_outside) * scene.secret(corrupt_outside));
  const SchnorrSignature forged = join(session.values.r, s);

  // "Bit vector inside the message" is fooled: the absent member is named by a valid signature.
  CHECK(scene.group_signature_verifies(request, forged));
  CHECK(parties_of(scene.generation.config, request).test(absent));
  // The rule in force is not: nobody but the absent member can make its attestation.
  const SchnorrSignature own = scene.attest(corrupt, request);
  CHECK(scene.refusal(request, forged, {share.attestation, own, own}) ==
        Error(Errc::bad_attestation, "1"));
  CHECK(scene.refusal(request, forged, {share.attestation, own}) ==
        Errc::attestation_count_mismatch);
  // A transcript of all partial signatures would also have shown it: the honest member's own
  // equation holds, but no share of the absent one can be presented in this split of the nonces.
  CHECK(check_share(scene.generation.group(), request, session, MemberIndex{honest}, share).ok());
}

TEST_CASE(
    "attack B: all five share equations hold with two members absent; attestations refuse it") {
  Scene scene;
  // Members 3 and 4 (points 4 and 5) are corrupted, member 2 answers, 0 and 1 do nothing.
  SigningRequest request = scene.members.request({0, 1, 2, 3, 4}, block_subject());
  const Scalar r1 = scene.random.scalar(), r2 = scene.random.scalar();
  const Scalar k3[2] = {scene.random.scalar(), scene.random.scalar()};
  const Scalar k4[2] = {scene.random.scalar(), scene.random.scalar()};
  const Scalar any = scene.random.scalar();
  // First a split of the absent members' nonces whose sum is known: b depends on the sum only.
  request.entries[0].nonce = nonce_of(times_generator(any), times_generator(any));
  request.entries[1].nonce = nonce_of(times_generator(r1 - any), times_generator(r2 - any));
  request.entries[3].nonce = nonce_of(times_generator(k3[0]), times_generator(k3[1]));
  request.entries[4].nonce = nonce_of(times_generator(k4[0]), times_generator(k4[1]));
  const SessionContext first = scene.context(request);
  const SignatureShare honest = scene.members.answer(2, request).value();

  const SessionValues& v = first.values;
  const Scalar sign = v.r.has_odd_y() ? -Scalar{1} : Scalar{1};
  const Scalar factor = v.share_factor();
  const auto lambda = [](std::uint32_t id) { return lambda_of({0, 1, 2, 3, 4}, id); };
  // A quadratic's values at 1 and 2 with these coefficients equal −10·f(4) + 5·f(5): the sum of the
  // absent members' aggregated shares is known to the adversary.
  const Scalar absent_sum = -(Scalar{10} * scene.secret(3)) + Scalar{5} * scene.secret(4);
  // Choose member 0's share freely, solve for its nonce, let member 1's absorb the difference.
  const Scalar s0 = scene.random.scalar();
  const Point target = sign * (times_generator(s0) - (factor * lambda(0)) * scene.public_share(0));
  const Point r2_0 = times_generator(any);
  const Point r1_0 = target - v.b * r2_0;
  request.entries[0].nonce = nonce_of(r1_0, r2_0);
  request.entries[1].nonce = nonce_of(times_generator(r1) - r1_0, times_generator(r2) - r2_0);
  const Scalar s1 = sign * (r1 + v.b * r2) - s0 + factor * absent_sum;
  const Scalar s3 = sign * (k3[0] + v.b * k3[1]) + factor * lambda(3) * scene.secret(3);
  const Scalar s4 = sign * (k4[0] + v.b * k4[1]) + factor * lambda(4) * scene.secret(4);

  const SessionContext shown = scene.context(request);
  CHECK(shown.values.b == v.b);
  const std::vector<PartialSignature> partials = {
      PartialSignature::from(s0.to_bytes().view()), PartialSignature::from(s1.to_bytes().view()),
      honest.partial, PartialSignature::from(s3.to_bytes().view()),
      PartialSignature::from(s4.to_bytes().view())};
  // "All shares in the block" is fooled: every equation holds, and so does the sum.
  for (std::size_t p = 0; p < 5; ++p) {
    CHECK(verify_partial(shown.values, shown.nonces[p], shown.signers->party_key(p), partials[p])
              .ok());
  }
  const SchnorrSignature forged =
      aggregate_partials(shown.values, *shown.signers, partials).value();
  CHECK(scene.group_signature_verifies(request, forged));
  // The rule in force is not.
  const SchnorrSignature of3 = scene.attest(3, request), of4 = scene.attest(4, request);
  CHECK(scene.refusal(request, forged, {of3, of4, honest.attestation, of3, of4}) ==
        Error(Errc::bad_attestation, "0"));
}
