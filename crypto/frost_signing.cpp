#include "crypto/frost_signing.hpp"

#include "crypto/declassify.hpp"
#include "crypto/msm.hpp"

namespace quorate::crypto {
namespace {

/// −1 for an odd point, else 1.
Scalar parity_sign(const Point& p) { return p.has_odd_y() ? -Scalar{1} : Scalar{1}; }

Result<TweakedKey> tweak_once(const TweakedKey& before, const Tweak& tweak) {
  const Result<Scalar> t = Scalar::from_bytes(tweak.value.view());
  if (!t.ok()) return Errc::tweak_out_of_range;
  const bool negate = tweak.mode == TweakMode::x_only && before.key.has_odd_y();
  const Scalar g = negate ? -Scalar{1} : Scalar{1};
  TweakedKey after;
  after.key = (negate ? -before.key : before.key) + times_generator(*t);
  if (after.key.is_infinity()) return Errc::tweaked_key_infinite;
  after.gacc = g * before.gacc;
  after.tacc = *t + g * before.tacc;
  return after;
}

Hash256 challenge(const Point& r, const Point& key, ByteView message) {
  return Sha256::tagged("BIP0340/challenge")
      .update(r.x_bytes().view())
      .update(key.x_bytes().view())
      .update(message)
      .finish();
}

struct NoncePoints {
  Point r1;
  Point r2;
};

Result<NoncePoints> parse_nonce(const PublicNonce& nonce) {
  const Result<Point> r1 = Point::parse(nonce.view().first(33));
  const Result<Point> r2 = Point::parse(nonce.view().subspan(33));
  if (!r1.ok() || !r2.ok()) return Errc::bad_public_nonce;
  return NoncePoints{*r1, *r2};
}

}  // namespace

Result<TweakedKey> tweak_key(const PublicKey& threshold_key, std::span<const Tweak> tweaks) {
  const Result<Point> key = Point::parse(threshold_key);
  if (!key.ok()) return Errc::bad_public_key;
  TweakedKey out{*key, Scalar{1}, Scalar{}};
  for (const Tweak& tweak : tweaks) {
    TRY_ASSIGN(out, tweak_once(out, tweak));
  }
  return out;
}

Tweak bip86_tweak(const PublicKey& internal_key) {
  return {tagged_sha256("TapTweak", x_only(internal_key).view()), TweakMode::x_only};
}

Scalar SessionValues::share_factor() const {
  return e * parity_sign(tweaked.key) * tweaked.gacc;
}

Result<SessionValues> session_values(const SignerSet& signers, const AggregateNonce& nonce,
                                     const TweakedKey& tweaked, ByteView message) {
  const Result<Point> r1 = Point::parse_ext(nonce.view().first(33));
  const Result<Point> r2 = Point::parse_ext(nonce.view().subspan(33));
  if (!r1.ok() || !r2.ok()) return Errc::bad_aggregate_nonce;
  SessionValues out;
  out.tweaked = tweaked;
  Sha256 hash = signers.id_prefix();
  hash.update(nonce.view()).update(tweaked.key.x_bytes().view()).update(message);
  out.b = Scalar::from_hash(hash.finish());
  const Point r = *r1 + out.b * *r2;
  out.r = r.is_infinity() ? Point::generator() : r;
  out.e = Scalar::from_hash(challenge(out.r, tweaked.key, message));
  return out;
}

Result<SecretScalar> aggregate_share(const SignerSet& signers, std::size_t party,
                                     const PartyKey& key) {
  if (party >= signers.party_count()) return Errc::not_a_signer;
  const std::vector<SlotIndex>& ids = signers.ids(party);
  if (ids.empty() || ids.size() != key.shares.size()) return Errc::not_a_signer;
  std::optional<SecretScalar> sum;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (key.shares[i].id != ids[i]) return Errc::not_a_signer;
    SecretScalar term = key.shares[i].value.clone();
    TRY(term.multiply(signers.lambdas(party)[i]));
    if (sum) {
      TRY(sum->add(term));
    } else {
      sum.emplace(std::move(term));
    }
  }
  const Point expected = signers.party_key(party);
  if (expected.is_infinity() || sum->public_key() != expected.serialize()) {
    return Errc::foreign_public_share;
  }
  return std::move(*sum);
}

Result<PartialSignature> sign_partial(const SessionValues& session, SecretNonce nonce,
                                      const SecretScalar& aggregated_share,
                                      const Point& party_key) {
  SecretScalar s = nonce.k2().clone();
  TRY(s.multiply(session.b));
  TRY(s.add(nonce.k1()));
  if (session.r.has_odd_y()) s.negate();
  SecretScalar term = aggregated_share.clone();
  TRY(term.multiply(session.share_factor()));
  TRY(s.add(term));
  const PartialSignature partial = declassified(PartialSignature::from(s.reveal()));
  if (!verify_partial(session, nonce.public_nonce(), party_key, partial).ok()) {
    return Errc::self_check_failed;
  }
  return partial;
}

Result<> verify_partial(const SessionValues& session, const PublicNonce& nonce,
                        const Point& party_key, const PartialSignature& partial) {
  const Result<Scalar> s = Scalar::from_bytes(partial.view());
  if (!s.ok()) return Errc::bad_partial_signature;
  TRY_ASSIGN(const NoncePoints r, parse_nonce(nonce));
  // s·G − ε(R1 + b·R2) − e·g·gacc·Y must vanish.
  const Scalar minus_sign = -parity_sign(session.r);
  const std::array<Scalar, 4> factors = {*s, minus_sign, minus_sign * session.b,
                                         -session.share_factor()};
  const std::array<Point, 4> points = {Point::generator(), r.r1, r.r2, party_key};
  if (!multi_multiply(factors, points).is_infinity()) return Errc::bad_partial_signature;
  return done();
}

Result<SchnorrSignature> aggregate_partials(const SessionValues& session,
                                            const SignerSet& signers,
                                            std::span<const PartialSignature> partials) {
  if (partials.size() != signers.party_count()) return Errc::partial_count_mismatch;
  Scalar sum = session.e * parity_sign(session.tweaked.key) * session.tweaked.tacc;
  for (std::size_t i = 0; i < partials.size(); ++i) {
    const Result<Scalar> s = Scalar::from_bytes(partials[i].view());
    if (!s.ok()) return Error{Errc::bad_partial_signature, std::to_string(i)};
    sum += *s;
  }
  SchnorrSignature out;
  const XOnlyKey r = session.r.x_bytes();
  const Hash256 s = sum.to_bytes();
  std::copy(r.bytes.begin(), r.bytes.end(), out.bytes.begin());
  std::copy(s.bytes.begin(), s.bytes.end(), out.bytes.begin() + 32);
  return out;
}

}  // namespace quorate::crypto
