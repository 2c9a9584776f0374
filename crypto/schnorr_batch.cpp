#include "crypto/schnorr_batch.hpp"

#include "crypto/batch_weights.hpp"
#include "crypto/msm.hpp"
#include "crypto/verify_memo.hpp"

namespace quorate::crypto {
namespace {

/// A claim not yet known to be true, with the name it is remembered under.
struct Open {
  std::size_t position;
  Hash256 question;
};

std::vector<Open> not_remembered(std::span<const SchnorrClaim> claims) {
  VerifyMemo& memo = VerifyMemo::of_this_thread();
  std::vector<Open> out;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const SchnorrClaim& c = claims[i];
    const Hash256 question = schnorr_question(c.key, c.message.view(), c.signature);
    if (!memo.find(question)) out.push_back({i, question});
  }
  return out;
}

Hash256 seed_of(const std::vector<Open>& open) {
  Bytes data;
  data.reserve(Hash256::size * open.size());
  for (const Open& o : open) append(data, o.question.view());
  return tagged_sha256("quorate/schnorr-batch", data);
}

void put_even(Bytes& out, ByteView x) {
  out.push_back(2);  // R and P of BIP 340 have even y
  append(out, x);
}

Scalar challenge(const SchnorrClaim& c) {
  Bytes data;
  data.reserve(96);
  append(data, c.signature.view().first(32));
  append(data, c.key.view());
  append(data, c.message.view());
  return Scalar::from_hash(tagged_sha256("BIP0340/challenge", data));
}

/// Whether all hold; false also when something is out of range or no point.
bool sum_vanishes(std::span<const SchnorrClaim> claims, const std::vector<Open>& open) {
  Bytes encodings;
  encodings.reserve(2 * PublicKey::size * open.size());
  for (const Open& o : open) {
    put_even(encodings, claims[o.position].signature.view().first(32));
    put_even(encodings, claims[o.position].key.view());
  }
  Result<std::vector<Point>> points = parse_points(encodings, Infinity::refused);
  if (!points.ok()) return false;
  BatchWeights weights{seed_of(open)};
  std::vector<Scalar> factors;
  factors.reserve(points->size() + 1);
  Scalar of_generator;
  for (const Open& o : open) {
    const SchnorrClaim& c = claims[o.position];
    const Result<Scalar> s = Scalar::from_bytes(c.signature.view().subspan(32));
    if (!s.ok()) return false;
    const Scalar weight = weights.next();
    of_generator += weight * *s;
    factors.push_back(-weight);
    factors.push_back(-(weight * challenge(c)));
  }
  factors.push_back(of_generator);
  points->push_back(Point::generator());
  return multi_multiply(factors, *points).is_infinity();
}

std::optional<std::size_t> one_by_one(std::span<const SchnorrClaim> claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (!verify_schnorr(claims[i].key, claims[i].message.view(), claims[i].signature)) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_false_claim(std::span<const SchnorrClaim> claims, CurveCode code) {
  // Below this the library alone is faster.
  constexpr std::size_t worth_a_sum = 8;
  if (code != CurveCode::lanes || claims.size() < worth_a_sum) return one_by_one(claims);
  const std::vector<Open> open = not_remembered(claims);
  if (open.size() < worth_a_sum || !sum_vanishes(claims, open)) return one_by_one(claims);
  for (const Open& o : open) VerifyMemo::of_this_thread().insert(o.question, PublicKey{});
  return std::nullopt;
}

}  // namespace quorate::crypto
