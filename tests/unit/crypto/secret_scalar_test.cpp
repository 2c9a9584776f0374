#include "crypto/secret_scalar.hpp"

#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

SecretScalar secret(const Scalar& s) { return SecretScalar::from(s.to_bytes().view()).value(); }
Scalar opened(const SecretScalar& s) { return Scalar::from_bytes(s.reveal()).value(); }

}  // namespace

TEST_CASE("SecretScalar: zero, n and wrong lengths are refused") {
  CHECK(SecretScalar::from(Bytes(32)).code() == Errc::bad_secret_scalar);
  CHECK(SecretScalar::from(Bytes(32, 0xff)).code() == Errc::bad_secret_scalar);
  CHECK(SecretScalar::from(Bytes(31, 1)).code() == Errc::bad_secret_scalar);
  CHECK(SecretScalar::from(oracle::minus_one().to_bytes().view()).ok());
}

TEST_CASE("SecretScalar: arithmetic agrees with public scalars") {
  oracle::Random random;
  for (int i = 0; i < 20; ++i) {
    const Scalar a = random.scalar(), b = random.scalar();
    SecretScalar x = secret(a);
    REQUIRE(x.add(secret(b)).ok());
    CHECK(opened(x) == a + b);
    REQUIRE(x.subtract(secret(a)).ok());
    CHECK(opened(x) == b);
    REQUIRE(x.add(a).ok());
    REQUIRE(x.multiply(b).ok());
    CHECK(opened(x) == (a + b) * b);
    x.negate();
    CHECK(opened(x) == -((a + b) * b));
    CHECK(Point::parse(secret(a).public_key()).value() == times_generator(a));
  }
}

TEST_CASE("SecretScalar: results that are zero are refused") {
  SecretScalar x = secret(Scalar{5});
  CHECK(x.clone().add(-Scalar{5}).code() == Errc::zero_scalar);
  CHECK(x.clone().add(secret(-Scalar{5})).code() == Errc::zero_scalar);
  CHECK(x.clone().subtract(secret(Scalar{5})).code() == Errc::zero_scalar);
  CHECK(x.multiply(Scalar{}).code() == Errc::zero_scalar);
}

TEST_CASE("SecretScalar: hashes at and above n are reduced exactly") {
  Hash256 high;
  high.bytes.fill(0xff);
  CHECK(opened(SecretScalar::reduce(high).value()) == Scalar::from_hash(high));
  CHECK(opened(SecretScalar::reduce(Scalar{7}.to_bytes()).value()) == Scalar{7});
  CHECK_FALSE(SecretScalar::reduce(Hash256{}).ok());
}

TEST_CASE("SecretScalar: a moved-from scalar is wiped") {
  SecretScalar x = secret(Scalar{5});
  const SecretScalar y = std::move(x);
  CHECK(Hash256::from(x.reveal()).is_zero());  // NOLINT: looking at what is left is the point
  CHECK(opened(y) == Scalar{5});
}
