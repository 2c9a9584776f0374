#include "consensus/cost.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

TEST_CASE("cost: five 64-bit dimensions in the golden order") {
  CHECK(to_hex(encode(Cost{1, 2, 3, 4, 5})) ==
        "0000000000000001"
        "0000000000000002"
        "0000000000000003"
        "0000000000000004"
        "0000000000000005");
}

TEST_CASE("cost: dimensions add on their own and never wrap") {
  CHECK(add({1, 2, 3, 4, 5}, {10, 20, 30, 40, 50}).value() == Cost{11, 22, 33, 44, 55});
  CHECK(add({UINT64_MAX, 0, 0, 0, 0}, {0, 0, 0, 0, 1}).ok());
  CHECK(add({0, 0, 0, 0, UINT64_MAX}, {0, 0, 0, 0, 1}).code() == Errc::cost_overflow);
  CHECK(multiply({0, 0, 0, UINT64_MAX / 2, 0}, 2).ok());
  CHECK(multiply({0, 0, 0, UINT64_MAX / 2 + 1, 0}, 2).code() == Errc::cost_overflow);
}

TEST_CASE("cost: fits only if every dimension does") {
  const Cost limit{1, 2, 3, 4, 5};
  CHECK(fits(limit, limit));
  CHECK_FALSE(fits({2, 0, 0, 0, 0}, limit));
  CHECK_FALSE(fits({0, 3, 0, 0, 0}, limit));
  CHECK_FALSE(fits({0, 0, 4, 0, 0}, limit));
  CHECK_FALSE(fits({0, 0, 0, 5, 0}, limit));
  CHECK_FALSE(fits({0, 0, 0, 0, 6}, limit));
}

TEST_CASE("cost: a term may use ten blocks, and ten more for each extension") {
  CHECK(term_cost_limit(block_cost_limit, 10).value() ==
        Cost{150'000'000, 150'000, 1'000'000'000, 150'000, 50'000'000'000});
  CHECK(term_cost_limit({1, 1, 1, 1, 1}, 10, 2).value() == Cost{30, 30, 30, 30, 30});
}
