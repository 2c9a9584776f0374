#include "crypto/point.hpp"

#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;
using oracle::Random;

TEST_CASE("Point: parsing accepts exactly what libsecp256k1 accepts") {
  Random random;
  int accepted = 0;
  for (int i = 0; i < 400; ++i) {
    PublicKey bytes;
    bytes.bytes[0] = static_cast<std::uint8_t>(i % 6);
    const Hash256 x = random.hash();
    std::copy(x.bytes.begin(), x.bytes.end(), bytes.bytes.begin() + 1);
    const Result<Point> p = Point::parse(bytes);
    CHECK(p.ok() == is_valid(bytes));
    if (!p.ok()) continue;
    ++accepted;
    CHECK(p->serialize() == bytes);
  }
  CHECK(accepted > 40);
}

TEST_CASE("Point: coordinates at and above p are refused") {
  PublicKey bytes = fixed_from_hex<PublicKey>(
      "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f").value();
  CHECK(Point::parse(bytes).code() == Errc::bad_point);  // x = p
  // x = p + 1 is 1 modulo p, which is on the curve: only the range check can refuse it.
  bytes.bytes[32] = 0x30;
  CHECK(Point::parse(bytes).code() == Errc::bad_point);
  bytes.bytes = {};
  bytes.bytes[0] = 2;
  bytes.bytes[32] = 1;
  CHECK(Point::parse(bytes).ok());
  CHECK(Point::parse(Bytes(32)).code() == Errc::bad_point);
  CHECK(Point::parse(Bytes(34, 2)).code() == Errc::bad_point);
}

TEST_CASE("Point: infinity is 33 zero bytes where it is allowed") {
  CHECK(Point{}.serialize_ext() == PublicKey{});
  CHECK(Point::parse_ext(PublicKey{}.view()).value().is_infinity());
  CHECK(Point::parse(PublicKey{}).code() == Errc::bad_point);
  const Point g = Point::generator();
  CHECK(Point::parse_ext(g.serialize_ext().view()).value() == g);
}

TEST_CASE("Point: sums agree with libsecp256k1, also for equal, opposite and infinite points") {
  Random random;
  std::vector<Point> points = {Point{}, Point::generator(), -Point::generator()};
  for (int i = 0; i < 12; ++i) points.push_back(random.point());
  points.push_back(-points.back());
  for (const Point& a : points) {
    for (const Point& b : points) {
      const Point expected = oracle::sum({a, b});
      CHECK(a + b == expected);
      JacobianPoint mixed{a};
      mixed += b;
      CHECK(mixed.to_affine() == expected);
      // A Jacobian operand with Z ≠ 1.
      JacobianPoint full = JacobianPoint{b}.doubled();
      full += -JacobianPoint{b};
      full += JacobianPoint{a};
      CHECK(full.to_affine() == expected);
      CHECK((a - b) + b == a);
    }
    CHECK(JacobianPoint{a}.doubled().to_affine() == oracle::sum({a, a}));
  }
}

TEST_CASE("Point: multiples agree with libsecp256k1 for edge and random scalars") {
  Random random;
  std::vector<Scalar> scalars = {Scalar{}, Scalar{1}, Scalar{2}, Scalar{3}, oracle::minus_one()};
  for (int i = 0; i < 30; ++i) scalars.push_back(random.scalar());
  const Point p = random.point();
  for (const Scalar& k : scalars) {
    CHECK(k * p == oracle::multiple(k, p));
    CHECK(times_generator(k) == oracle::base_multiple(k));
    CHECK((k * Point{}).is_infinity());
  }
}

TEST_CASE("add_rows and subtract_rows add element by element with any operands") {
  Random random;
  const std::size_t size = 1100;  // more than two inversions' worth
  std::vector<Point> pool = {Point{}, Point::generator(), -Point::generator()};
  for (int i = 0; i < 5; ++i) pool.push_back(random.point());
  std::vector<Point> a, b;
  for (std::size_t i = 0; i < size; ++i) {
    a.push_back(pool[random.below(8)]);
    b.push_back(pool[random.below(8)]);
  }
  std::vector<Point> sums = a;
  add_rows(sums, b);
  for (std::size_t i = 0; i < size; ++i) CHECK(sums[i] == a[i] + b[i]);
  subtract_rows(sums, b);
  CHECK(sums == a);
}

TEST_CASE("extend_evaluations continues a polynomial in the exponent") {
  Random random;
  for (const std::size_t t : {1u, 2u, 3u, 4u, 9u, 20u}) {
    std::vector<Scalar> coefficients;
    for (std::size_t i = 0; i < t; ++i) coefficients.push_back(random.scalar());
    const auto value = [&](std::uint64_t x) {
      Scalar y;
      for (std::size_t i = t; i-- > 0;) y = y * Scalar{x} + coefficients[i];
      return y;
    };
    std::vector<Point> known;
    for (std::size_t x = 0; x < t; ++x) known.push_back(oracle::base_multiple(value(x)));
    for (const std::size_t last : {t - 1, t, t + 1, 2 * t + 7, std::size_t{45}}) {
      if (last + 1 < t) continue;
      const std::vector<Point> all = extend_evaluations(known, last);
      REQUIRE(all.size() == last + 1);
      for (std::size_t x = 0; x <= last; ++x) CHECK(all[x] == oracle::base_multiple(value(x)));
    }
  }
}

TEST_CASE("extend_evaluations goes through infinity and repeated values") {
  // f(x) = x − 2: zero at 2; second differences are infinity all along.
  std::vector<Point> known;
  for (std::uint64_t x = 0; x < 4; ++x) {
    known.push_back(oracle::base_multiple(Scalar{x} - Scalar{2}));
  }
  const std::vector<Point> all = extend_evaluations(known, 12);
  for (std::uint64_t x = 0; x <= 12; ++x) {
    CHECK(all[x] == oracle::base_multiple(Scalar{x} - Scalar{2}));
  }
  const std::vector<Point> constant = extend_evaluations(std::vector<Point>(5, known[1]), 9);
  CHECK(constant == std::vector<Point>(10, known[1]));
}

static_assert(!std::is_convertible_v<SecretKey, Point>);
