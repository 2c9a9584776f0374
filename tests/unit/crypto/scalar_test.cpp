#include "crypto/scalar.hpp"

#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

const std::string order_hex = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

/// a + t mod n by libsecp256k1; `a` not zero.
Scalar oracle_add(const Scalar& a, const Scalar& t) {
  Hash256 bytes = a.to_bytes();
  if (secp256k1_ec_seckey_tweak_add(secp(), bytes.bytes.data(), t.to_bytes().bytes.data()) != 1) {
    return Scalar{};
  }
  return Scalar::from_bytes(bytes.view()).value();
}

Scalar oracle_multiply(const Scalar& a, const Scalar& t) {
  Hash256 bytes = a.to_bytes();
  if (secp256k1_ec_seckey_tweak_mul(secp(), bytes.bytes.data(), t.to_bytes().bytes.data()) != 1) {
    return Scalar{};
  }
  return Scalar::from_bytes(bytes.view()).value();
}

std::vector<Scalar> edge_values() {
  std::vector<Scalar> out;
  for (std::uint64_t k = 1; k < 4; ++k) {
    out.push_back(Scalar{k});
    out.push_back(-Scalar{k});
  }
  Hash256 ones;
  ones.bytes.fill(0xff);
  out.push_back(Scalar::from_hash(ones));
  ones.bytes[0] = 0x7f;
  out.push_back(Scalar::from_hash(ones));
  return out;
}

}  // namespace

TEST_CASE("Scalar: bytes are accepted below n and refused from n on") {
  const Hash256 n = fixed_from_hex<Hash256>(order_hex).value();
  CHECK(Scalar::from_bytes(n.view()).code() == Errc::scalar_out_of_range);
  Hash256 below = n;
  below.bytes[31] -= 1;
  REQUIRE(Scalar::from_bytes(below.view()).ok());
  CHECK(Scalar::from_bytes(below.view()).value() == oracle::minus_one());
  CHECK(Scalar::from_bytes(below.view()).value().to_bytes() == below);
  CHECK(Scalar::from_bytes(Bytes(31)).code() == Errc::length_out_of_bounds);
  CHECK(Scalar::from_hash(n).is_zero());
}

TEST_CASE("Scalar: sum, difference and product agree with libsecp256k1") {
  oracle::Random random;
  std::vector<Scalar> values = edge_values();
  for (int i = 0; i < 40; ++i) values.push_back(random.scalar());
  for (const Scalar& a : values) {
    for (const Scalar& b : values) {
      CHECK(a + b == oracle_add(a, b));
      CHECK(a * b == oracle_multiply(a, b));
      CHECK((a - b) + b == a);
      CHECK((a + (-a)).is_zero());
    }
  }
  CHECK((Scalar{} * random.scalar()).is_zero());
  CHECK((-Scalar{}).is_zero());
}

TEST_CASE("Scalar: an inverse times its scalar is one, alone and in a batch") {
  oracle::Random random;
  std::vector<Scalar> values = edge_values();
  for (int i = 0; i < 20; ++i) values.push_back(random.scalar());
  std::vector<Scalar> inverses = values;
  batch_inverse(inverses);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(values[i] * values[i].inverse() == Scalar{1});
    CHECK(inverses[i] == values[i].inverse());
  }
  batch_inverse({});
}

// Secrets must not reach variable-time code: no conversion exists.
static_assert(!std::is_constructible_v<Scalar, SecretKey>);
static_assert(!std::is_convertible_v<SecretKey, Scalar>);
