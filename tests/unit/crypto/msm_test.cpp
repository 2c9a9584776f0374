#include "crypto/msm.hpp"

#include "crypto/endomorphism.hpp"
#include "crypto/secret_scalar.hpp"
#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;
using oracle::Random;

// Own curve code takes variable time: no secret type fits into it.
template <class Secret>
constexpr bool is_refused =
    !std::is_invocable_v<decltype(&times_generator), const Secret&> &&
    !std::is_invocable_v<decltype(&multi_multiply), std::vector<Secret>&, std::vector<Point>&> &&
    !std::is_invocable_v<decltype(&multi_multiply_strauss), std::vector<Secret>&,
                         std::vector<Point>&> &&
    !std::is_invocable_v<decltype(&multi_multiply_pippenger), std::vector<Secret>&,
                         std::vector<Point>&> &&
    !std::is_constructible_v<Scalar, const Secret&> && !std::is_convertible_v<Secret, Scalar> &&
    !std::is_constructible_v<Point, const Secret&>;
static_assert(is_refused<SecretScalar>);
static_assert(is_refused<SecretKey>);
static_assert(std::is_invocable_v<decltype(&multi_multiply), std::vector<Scalar>&,
                                  std::vector<Point>&>);

namespace {

Point naive(const std::vector<Scalar>& k, const std::vector<Point>& p) {
  std::vector<Point> terms;
  for (std::size_t i = 0; i < k.size(); ++i) terms.push_back(oracle::multiple(k[i], p[i]));
  return oracle::sum(terms);
}

void check_all(const std::vector<Scalar>& k, const std::vector<Point>& p) {
  const Point expected = naive(k, p);
  CHECK(multi_multiply(k, p) == expected);
  CHECK(multi_multiply_strauss(k, p) == expected);
  CHECK(multi_multiply_pippenger(k, p) == expected);
}

}  // namespace

TEST_CASE("split: both halves are short and recombine") {
  Random random;
  const Scalar lambda = [] {
    // λ·G has β·x(G) as x: recover λ's action through the point instead of a second constant.
    return Scalar::from_bytes(
               from_hex("5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72").value())
        .value();
  }();
  for (int i = 0; i < 2000; ++i) {
    const Scalar k = i < 3 ? Scalar{static_cast<std::uint64_t>(i)}
                     : i < 6 ? -Scalar{static_cast<std::uint64_t>(i)}
                             : random.scalar();
    const SplitScalar halves = split(k);
    const auto value = [](const HalfScalar& h) {
      const Scalar s = Scalar::from_limbs({static_cast<std::uint64_t>(h.magnitude),
                                           static_cast<std::uint64_t>(h.magnitude >> 64), 0, 0});
      return h.negative ? -s : s;
    };
    const Scalar first = value(halves.first);
    const Scalar second = value(halves.second);
    const Scalar other = -lambda - Scalar{1};  // the other cube root of unity
    CHECK((first + lambda * second == k || first + other * second == k));
  }
  const Point p = random.point();
  const Point image = apply_endomorphism(p);
  CHECK((image == oracle::multiple(lambda, p) ||
         image == oracle::multiple(-lambda - Scalar{1}, p)));
  CHECK(apply_endomorphism(Point{}).is_infinity());
}

TEST_CASE("multi_multiply: empty, single and edge scalars") {
  Random random;
  check_all({}, {});
  const Point p = random.point();
  for (const Scalar& k : {Scalar{}, Scalar{1}, oracle::minus_one(), random.scalar()}) {
    check_all({k}, {p});
    check_all({k}, {Point{}});
    check_all({k, k}, {p, -p});
    check_all({k, k}, {p, p});
    check_all({k, -k}, {p, p});
  }
}

TEST_CASE("multi_multiply: random sums agree with libsecp256k1 on both sides of the crossover") {
  Random random;
  MESSAGE("seed " << oracle::default_seed);
  for (const std::size_t size : {2u, 3u, 7u, 30u, 89u, 90u, 91u, 300u, 700u}) {
    std::vector<Scalar> k;
    std::vector<Point> p;
    for (std::size_t i = 0; i < size; ++i) {
      k.push_back(random.scalar());
      p.push_back(random.point());
    }
    check_all(k, p);
  }
}

TEST_CASE("multi_multiply: many repeated points and scalars meet in the buckets") {
  Random random;
  std::vector<Point> pool = {Point{}, Point::generator(), -Point::generator(), random.point()};
  std::vector<Scalar> few = {Scalar{}, Scalar{1}, oracle::minus_one(), random.scalar(), Scalar{2}};
  for (int round = 0; round < 6; ++round) {
    std::vector<Scalar> k;
    std::vector<Point> p;
    for (int i = 0; i < 150; ++i) {
      k.push_back(few[random.below(5)]);
      p.push_back(pool[random.below(4)]);
    }
    check_all(k, p);
  }
}
