// Eight points at a time against one at a time, and both against libsecp256k1.
#include "crypto/lanes.hpp"

#include "crypto/affine_batch.hpp"
#include "crypto/msm.hpp"
#include "crypto/schnorr_batch.hpp"
#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;
using oracle::Random;

namespace {

/// The codes this processor has. Without lanes the tests still hold for the other one.
std::vector<CurveCode> codes() {
  if (has_lanes()) return {CurveCode::one_by_one, CurveCode::lanes};
  MESSAGE("no AVX-512 IFMA here: only the portable code is tested");
  return {CurveCode::one_by_one};
}

struct Sum {
  Point a;
  Point b;
};

std::vector<Point> added(CurveCode code, const std::vector<Sum>& sums) {
  std::vector<Point> out(sums.size());
  AffineBatch batch{code};
  for (std::size_t i = 0; i < sums.size(); ++i) batch.add(out[i], sums[i].a, sums[i].b);
  batch.flush();
  return out;
}

/// Every relation two operands can have.
Sum drawn_sum(Random& random) {
  const Point p = random.point();
  switch (random.below(8)) {
    case 0:
      return {p, p};
    case 1:
      return {p, -p};
    case 2:
      return {p, Point{}};
    case 3:
      return {Point{}, p};
    case 4:
      return {Point{}, Point{}};
    case 5:
      return {Point::generator(), p};
    default:
      return {p, random.point()};
  }
}

Bytes encoded(const std::vector<Point>& points) {
  Bytes out;
  for (const Point& p : points) append(out, p.serialize_ext().view());
  return out;
}

/// x = 5 belongs to no point of secp256k1: 5³ + 7 = 132 is no square.
PublicKey no_point() {
  PublicKey out;
  out.bytes[0] = 2;
  out.bytes[32] = 5;
  return out;
}

std::vector<SchnorrClaim> true_claims(std::size_t count, std::uint8_t salt) {
  std::vector<SchnorrClaim> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::array<std::uint8_t, 2> seed = {salt, static_cast<std::uint8_t>(i)};
    const SecretKey key = SecretKey::derive("quorate/test-claim", seed);
    const Hash256 message = sha256(seed);
    out.push_back({x_only(key.public_key()), message, sign_schnorr(key, message, Hash256{})});
  }
  return out;
}

}  // namespace

TEST_CASE("AffineBatch: every relation of operands in every lane, against libsecp256k1") {
  Random random;
  MESSAGE("seed " << oracle::default_seed);
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<Sum> sums;
    std::vector<Point> expected;
    for (std::size_t i = 0; i < count; ++i) {
      sums.push_back(drawn_sum(random));
      expected.push_back(oracle::sum({sums.back().a, sums.back().b}));
    }
    for (const CurveCode code : codes()) CHECK(added(code, sums) == expected);
  }
}

TEST_CASE("AffineBatch: an earlier addition may overwrite what a later one reads") {
  Random random;
  std::vector<Point> start;
  for (int i = 0; i < 21; ++i) start.push_back(random.point());
  for (const CurveCode code : codes()) {
    std::vector<Point> row = start;
    AffineBatch batch{code};
    for (std::size_t i = 0; i + 1 < row.size(); ++i) batch.add(row[i + 1], row[i + 1], row[i]);
    // In this order each addition reads what the one before it will write.
    batch.flush();
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      CHECK(row[i + 1] == oracle::sum({start[i + 1], start[i]}));
    }
  }
}

TEST_CASE("parse_points: the same points and the same refusals at every position") {
  Random random;
  for (const CurveCode code : codes()) {
    std::vector<Point> points;
    for (int i = 0; i < 19; ++i) points.push_back(i % 5 == 4 ? Point{} : random.point());
    const Bytes good = encoded(points);
    CHECK(parse_points(good, Infinity::allowed, code).value() == points);
    const auto refused = parse_points(good, Infinity::refused, code);
    CHECK(refused.code() == Errc::bad_point);
    CHECK(refused.error().detail == "4");
    for (std::size_t at = 0; at < points.size(); ++at) {
      for (const int kind : {0, 1, 2}) {
        Bytes bad = good;
        const PublicKey wrong = no_point();
        if (kind == 0) std::copy(wrong.bytes.begin(), wrong.bytes.end(), &bad[33 * at]);
        if (kind == 1) bad[33 * at] = 4;
        if (kind == 2) std::fill_n(&bad[33 * at + 1], 32, std::uint8_t{0xff});  // x >= p
        const auto parsed = parse_points(bad, Infinity::allowed, code);
        REQUIRE(!parsed.ok());
        CHECK(parsed.error().detail == std::to_string(at));
      }
    }
    CHECK(parse_points({}, Infinity::allowed, code).value().empty());
    CHECK(parse_points(ByteView{good}.first(34), Infinity::allowed, code).code() ==
          Errc::length_out_of_bounds);
  }
}

TEST_CASE("parse_points: both parities of the smallest and largest x coordinates") {
  std::vector<PublicKey> edges;
  for (const std::uint8_t low : {0, 1, 2, 3, 4, 5, 6, 7, 8}) {
    for (const std::uint8_t parity : {2, 3}) {
      PublicKey small, large;
      small.bytes[0] = large.bytes[0] = parity;
      small.bytes[32] = low;
      std::fill_n(large.bytes.begin() + 1, 32, std::uint8_t{0xff});
      large.bytes[28] = 0xfe;  // p − 1 − low = …fffffffe fffffc2e − low
      large.bytes[31] = 0xfc;
      large.bytes[32] = static_cast<std::uint8_t>(0x2e - low);
      edges.push_back(small);
      edges.push_back(large);
    }
  }
  for (const CurveCode code : codes()) {
    std::size_t points = 0;
    for (const PublicKey& key : edges) {
      // Eight times the same: every lane sees it.
      Bytes bytes;
      for (int i = 0; i < 8; ++i) append(bytes, key.view());
      const auto parsed = parse_points(bytes, Infinity::refused, code);
      REQUIRE(parsed.ok() == is_valid(key));
      if (!parsed.ok()) continue;
      ++points;
      for (const Point& p : *parsed) CHECK(p.serialize() == key);
    }
    CHECK(points > 8);
  }
}

TEST_CASE("multi_multiply_pippenger: lanes and one by one agree with libsecp256k1") {
  Random random;
  for (const std::size_t size : {1u, 2u, 5u, 8u, 33u, 129u}) {
    std::vector<Scalar> k;
    std::vector<Point> p;
    std::vector<Point> terms;
    for (std::size_t i = 0; i < size; ++i) {
      k.push_back(i % 7 == 5 ? oracle::minus_one() : i % 7 == 6 ? Scalar{1} : random.scalar());
      p.push_back(i % 4 == 3 ? p.back() : random.point());
      terms.push_back(oracle::multiple(k.back(), p.back()));
    }
    for (const CurveCode code : codes()) {
      CHECK(multi_multiply_pippenger(k, p, code) == oracle::sum(terms));
    }
  }
}

TEST_CASE("find_false_claim: names the first false one at every position, and no true one") {
  for (const CurveCode code : codes()) {
    for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 30u}) {
      CHECK_FALSE(find_false_claim(true_claims(count, 1), code).has_value());
    }
    const std::vector<SchnorrClaim> good = true_claims(20, 2);
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::vector<SchnorrClaim> claims = good;
      claims[at].message.bytes[0] ^= 1;
      CHECK(find_false_claim(claims, code) == at);
      claims[at] = good[at];
      claims[at].signature.bytes[63] ^= 1;
      CHECK(find_false_claim(claims, code) == at);
    }
  }
}

TEST_CASE("find_false_claim: values out of range are false claims") {
  const std::vector<SchnorrClaim> good = true_claims(12, 3);
  for (const CurveCode code : codes()) {
    std::vector<SchnorrClaim> claims = good;
    std::fill_n(claims[5].signature.bytes.begin() + 32, 32, std::uint8_t{0xff});  // s >= n
    CHECK(find_false_claim(claims, code) == 5);
    claims = good;
    claims[6].signature.bytes = {};
    claims[6].signature.bytes[31] = 5;  // R is no point
    CHECK(find_false_claim(claims, code) == 6);
    claims = good;
    claims[7].key = XOnlyKey{};
    CHECK(find_false_claim(claims, code) == 7);
    claims = good;
    std::swap(claims[1].signature, claims[2].signature);
    CHECK(find_false_claim(claims, code) == 1);
  }
}

TEST_CASE("find_false_claim: errors of two claims that cancel without weights are found") {
  std::vector<SchnorrClaim> claims = true_claims(10, 4);
  const auto shift = [&](std::size_t i, const Scalar& by) {
    const Scalar s = Scalar::from_bytes(claims[i].signature.view().subspan(32)).value() + by;
    const Hash256 bytes = s.to_bytes();
    std::copy(bytes.bytes.begin(), bytes.bytes.end(), claims[i].signature.bytes.begin() + 32);
  };
  shift(3, Scalar{1});
  shift(4, -Scalar{1});
  for (const CurveCode code : codes()) CHECK(find_false_claim(claims, code) == 3);
}
