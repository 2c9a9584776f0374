#include "consensus/coinbase.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

namespace {

constexpr MicroStx stx(std::uint64_t n) { return MicroStx{U128{n} * 1'000'000}; }
constexpr BurnHeight first{666'050};

}  // namespace

TEST_CASE("coinbase: nothing before the first burn height, 1000 STX from it on") {
  const CoinbaseSchedule launch = CoinbaseSchedule::launch();
  CHECK(coinbase_at(launch, first, BurnHeight{666'049}) == MicroStx{});
  CHECK(coinbase_at(launch, first, first) == stx(1'000));
  CHECK(coinbase_at(CoinbaseSchedule{}, first, first) == MicroStx{});
}

TEST_CASE("coinbase: a term's purse is ten times the coinbase") {
  CHECK(term_purse(CoinbaseSchedule::launch(), first, first + 1, 10) == stx(10'000));
}

TEST_CASE("coinbase: a halving inside a term counts from its height on") {
  // The halving is at 876,434: three blocks of 1000 STX and seven of 500.
  CHECK(term_purse(CoinbaseSchedule::launch(), first, BurnHeight{876'431}, 10) == stx(6'500));
  CHECK(term_purse(CoinbaseSchedule::sip029(), first, BurnHeight{944'999}, 10) == stx(5'500));
}
