// Which partial signatures are wrong, when their sum does not verify.
#include "crypto/batch_weights.hpp"
#include "crypto/frost_signing.hpp"
#include "crypto/msm.hpp"

namespace quorate::crypto {
namespace {

/// Terms of Σ ρ_p·(s_p·G − ε(R1 + b·R2) − factor·Σ λ_i·Y_i).
struct BatchCheck {
  std::vector<Scalar> scalars;
  std::vector<Point> points;
  Scalar of_generator;

  /// False when the party's values do not even parse.
  bool add(const SignerSet& signers, const SessionValues& session, std::size_t p,
           const PublicNonce& nonce, const PartialSignature& partial, const Scalar& weight) {
    const Result<Scalar> s = Scalar::from_bytes(partial.view());
    const Result<Point> r1 = Point::parse(nonce.view().first(33));
    const Result<Point> r2 = Point::parse(nonce.view().subspan(33));
    if (!s.ok() || !r1.ok() || !r2.ok()) return false;
    of_generator += weight * *s;
    const Scalar sign = session.r.has_odd_y() ? weight : -weight;
    put(sign, *r1);
    put(sign * session.b, *r2);
    const Scalar factor = -(weight * session.share_factor());
    for (std::size_t i = 0; i < signers.ids(p).size(); ++i) {
      put(factor * signers.lambdas(p)[i], signers.public_shares(p)[i]);
    }
    return true;
  }
  bool holds() {
    put(of_generator, Point::generator());
    return multi_multiply(scalars, points).is_infinity();
  }
  void put(const Scalar& k, const Point& p) {
    scalars.push_back(k);
    points.push_back(p);
  }
};

}  // namespace

std::vector<std::size_t> find_bad_partials(const SignerSet& signers, const SessionValues& session,
                                           std::span<const PublicNonce> nonces,
                                           std::span<const PartialSignature> partials,
                                           const Hash256& rand32) {
  ASSERT(nonces.size() == signers.party_count());
  ASSERT(partials.size() == signers.party_count());
  BatchWeights weights{rand32};
  BatchCheck batch;
  bool parsed = true;
  for (std::size_t p = 0; p < partials.size(); ++p) {
    parsed = parsed && batch.add(signers, session, p, nonces[p], partials[p], weights.next());
  }
  if (parsed && batch.holds()) return {};
  std::vector<std::size_t> bad;
  for (std::size_t p = 0; p < partials.size(); ++p) {
    if (!verify_partial(session, nonces[p], signers.party_key(p), partials[p]).ok()) {
      bad.push_back(p);
    }
  }
  return bad;
}

}  // namespace quorate::crypto
