#include "crypto/lagrange.hpp"

#include "curve_oracle.hpp"

using namespace quorate;
using namespace quorate::crypto;
using oracle::Random;

namespace {

std::vector<SlotIndex> random_subset(Random& random, std::uint32_t slots, std::uint32_t percent) {
  std::vector<SlotIndex> out;
  for (std::uint32_t i = 0; i < slots; ++i) {
    if (random.below(100) < percent) out.push_back(SlotIndex{i});
  }
  return out;
}

struct Polynomial {
  std::vector<Scalar> coefficients;
  Polynomial(Random& random, std::size_t t) {
    for (std::size_t i = 0; i < t; ++i) coefficients.push_back(random.scalar());
  }
  [[nodiscard]] Scalar at(std::uint64_t x) const {
    Scalar y;
    for (std::size_t i = coefficients.size(); i-- > 0;) y = y * Scalar{x} + coefficients[i];
    return y;
  }
};

}  // namespace

TEST_CASE("lagrange: the closed form over gaps equals the definition") {
  Random random;
  MESSAGE("seed " << oracle::default_seed);
  for (const std::uint32_t slots : {1u, 2u, 3u, 10u, 33u, 100u}) {
    for (const std::uint32_t percent : {5u, 50u, 70u, 95u, 100u}) {
      std::vector<SlotIndex> ids = random_subset(random, slots, percent);
      if (ids.empty()) ids.push_back(SlotIndex{slots - 1});
      const std::vector<Scalar> direct = lagrange_direct(ids);
      CHECK(lagrange_by_gaps(slots, ids) == direct);
      CHECK(lagrange_coefficients(slots, ids) == direct);
    }
  }
}

TEST_CASE("lagrange: long gaps at the start, in the middle and at the end") {
  for (const auto& [from, to] : {std::pair{0u, 20u}, {15u, 40u}, {60u, 80u}}) {
    std::vector<SlotIndex> ids;
    for (std::uint32_t i = 0; i < 80; ++i) {
      if (i < from || i >= to) ids.push_back(SlotIndex{i});
    }
    CHECK(lagrange_by_gaps(80, ids) == lagrange_direct(ids));
  }
}

TEST_CASE("lagrange: 2,680 of 4,000 keys in stackers' ranges interpolate a polynomial at 0") {
  Random random;
  const std::uint32_t slots = 4000, t = 2680;
  std::vector<SlotIndex> ids;
  for (std::uint32_t p = 0; p < 100; ++p) {
    if (p % 3 == 2) continue;  // 67 parties of 40 keys are present
    for (std::uint32_t i = 0; i < 40; ++i) ids.push_back(SlotIndex{40 * p + i});
  }
  REQUIRE(ids.size() == t);
  const Polynomial f{random, 40};
  const std::vector<Scalar> lambdas = lagrange_coefficients(slots, ids);
  Scalar sum;
  for (std::size_t i = 0; i < ids.size(); ++i) sum += lambdas[i] * f.at(ids[i].value + 1);
  CHECK(sum == f.at(0));
}

TEST_CASE("evaluation_weights: linear combinations of values anywhere from the values at 0..t-1") {
  Random random;
  for (const std::uint32_t t : {1u, 2u, 7u, 20u}) {
    const Polynomial f{random, t};
    std::vector<WeightedPoint> points;
    Scalar expected;
    for (const std::uint32_t x : {1u, t - 1, t, t + 1, 31u}) {
      points.push_back({x, random.scalar()});
      expected += points.back().factor * f.at(x);
    }
    const std::vector<Scalar> weights = evaluation_weights(31, t, points);
    REQUIRE(weights.size() == t);
    Scalar sum;
    for (std::uint32_t j = 0; j < t; ++j) sum += weights[j] * f.at(j);
    CHECK(sum == expected);
  }
}
