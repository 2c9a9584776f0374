#include "crypto/dleq.hpp"

#include <sodium.h>

#include "crypto/declassify.hpp"
#include "crypto/msm.hpp"
#include "crypto/secret_scalar.hpp"

namespace quorate::crypto {
namespace {

void append_message(Bytes& out, const std::optional<Hash256>& message) {
  if (message) append(out, message->view());
}

/// e of BIP 374: A ‖ B ‖ C ‖ G ‖ R1 ‖ R2 ‖ message, not reduced.
Hash256 challenge(const DleqStatement& s, const PublicKey& r1, const PublicKey& r2,
                  const std::optional<Hash256>& message) {
  Bytes data;
  for (const PublicKey* key : {&s.a, &s.b, &s.c, &s.g, &r1, &r2}) append(data, key->view());
  append_message(data, message);
  return tagged_sha256("BIP0374/challenge", data);
}

/// secret·base in constant time.
Result<PublicKey> times(const SecretKey& secret, const PublicKey& base) {
  TRY_ASSIGN(const SharedPoint point, ecdh(secret, base));
  return declassified(PublicKey::from(point.reveal()));
}

/// k = hash(a ⊕ hash(aux) ‖ A ‖ C ‖ message) mod n.
Result<SecretScalar> proof_nonce(const SecretKey& a, const DleqStatement& s, const Hash256& aux,
                                 const std::optional<Hash256>& message) {
  const Hash256 mask = tagged_sha256("BIP0374/aux", aux.view());
  Bytes data = to_bytes(a.reveal());
  for (std::size_t i = 0; i < mask.bytes.size(); ++i) data[i] ^= mask.bytes[i];
  data.reserve(32 + 33 + 33 + 32);
  append(data, s.a.view());
  append(data, s.c.view());
  append_message(data, message);
  Hash256 hash = tagged_sha256("BIP0374/nonce", data);
  Result<SecretScalar> k = SecretScalar::reduce(hash);
  sodium_memzero(data.data(), data.size());
  sodium_memzero(hash.bytes.data(), hash.bytes.size());
  return k;
}

DleqProof join(const Hash256& e, ByteView s) {
  DleqProof proof;
  std::copy(e.bytes.begin(), e.bytes.end(), proof.bytes.begin());
  std::copy(s.begin(), s.end(), proof.bytes.begin() + 32);
  return proof;
}

}  // namespace

const PublicKey& generator_key() {
  static const PublicKey key = Point::generator().serialize();
  return key;
}

Result<DleqProof> prove_dleq(const SecretKey& a, const PublicKey& g, const PublicKey& b,
                             const Hash256& aux, const std::optional<Hash256>& message) {
  TRY_ASSIGN(const PublicKey public_a, times(a, g));
  TRY_ASSIGN(const PublicKey c, times(a, b));
  const DleqStatement statement{g, public_a, b, c};
  TRY_ASSIGN(const SecretScalar k, proof_nonce(a, statement, aux, message));
  TRY_ASSIGN(const SecretKey k_key, SecretKey::from(k.reveal()));
  TRY_ASSIGN(const PublicKey r1, times(k_key, g));
  TRY_ASSIGN(const PublicKey r2, times(k_key, b));
  const Hash256 e = challenge(statement, r1, r2, message);
  // s = k + e·a.
  TRY_ASSIGN(SecretScalar s, SecretScalar::from(a.reveal()));
  TRY(s.multiply(Scalar::from_hash(e)));
  TRY(s.add(k));
  const DleqProof proof = declassified(join(Scalar::from_hash(e).to_bytes(), s.reveal()));
  ASSERT(verify_dleq(statement, proof, message).ok());  // as BIP 374 demands
  return proof;
}

Result<> verify_dleq(const DleqStatement& statement, const DleqProof& proof,
                     const std::optional<Hash256>& message) {
  const Result<Point> g = Point::parse(statement.g);
  const Result<Point> a = Point::parse(statement.a);
  const Result<Point> b = Point::parse(statement.b);
  const Result<Point> c = Point::parse(statement.c);
  if (!g.ok() || !a.ok() || !b.ok() || !c.ok()) return Errc::bad_dleq_proof;
  const Result<Scalar> e = Scalar::from_bytes(proof.view().first(32));
  const Result<Scalar> s = Scalar::from_bytes(proof.view().subspan(32));
  if (!e.ok() || !s.ok()) return Errc::bad_dleq_proof;
  const std::array<Scalar, 2> factors = {*s, -*e};
  const std::array<Point, 2> first = {*g, *a};
  const std::array<Point, 2> second = {*b, *c};
  const Point r1 = multi_multiply(factors, first);
  const Point r2 = multi_multiply(factors, second);
  if (r1.is_infinity() || r2.is_infinity()) return Errc::bad_dleq_proof;
  const Hash256 expected = challenge(statement, r1.serialize(), r2.serialize(), message);
  if (Scalar::from_hash(expected) != *e) return Errc::bad_dleq_proof;
  return done();
}

}  // namespace quorate::crypto
