#include "consensus/rewards.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace quorate;
using namespace quorate::consensus;

namespace {

stacks::Principal payee(std::uint8_t n) {
  Hash160 hash;
  hash.bytes[0] = n;
  return stacks::single_key_address(hash, stacks::Network::testnet);
}

std::vector<RewardShare> shares_of(const std::vector<std::uint64_t>& spends) {
  std::vector<RewardShare> out;
  for (std::size_t i = 0; i < spends.size(); ++i) {
    const auto n = static_cast<std::uint8_t>(i);
    out.push_back({payee(n), Sats{spends[i]}, n});
  }
  return out;
}

std::vector<std::uint64_t> amounts(const RewardStatement& statement) {
  std::vector<std::uint64_t> out;
  for (const auto& line : statement.lines)
    out.push_back(static_cast<std::uint64_t>(line.amount.value));
  return out;
}

using Amounts = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("rewards: exact parts of a purse that divides evenly") {
  const auto statement = split_purse(MicroStx{1'000}, shares_of({10, 20, 30, 40}));
  CHECK(amounts(statement) == Amounts{100, 200, 300, 400});
  CHECK(statement.remainder == MicroStx{});
  CHECK(statement.total_spend == Sats{100});
}

TEST_CASE("rewards: the remainder goes to the largest spender, a tie to the lower rank") {
  auto shares = shares_of({1, 1, 1});
  CHECK(amounts(split_purse(MicroStx{10}, shares)) == Amounts{4, 3, 3});
  shares[0].tie_rank = 9;
  shares[2].tie_rank = 0;
  const auto statement = split_purse(MicroStx{10}, shares);
  CHECK(amounts(statement) == Amounts{3, 3, 4});
  CHECK(statement.remainder_line == 2);
  CHECK(statement.remainder == MicroStx{1});
  shares[1].spend = Sats{2};
  CHECK(amounts(split_purse(MicroStx{11}, shares)) == Amounts{2, 7, 2});
}

TEST_CASE("rewards: a spender of nothing gets nothing; without any spend the purse stays") {
  CHECK(amounts(split_purse(MicroStx{7}, shares_of({0, 5}))) == Amounts{0, 7});
  const auto statement = split_purse(MicroStx{7}, shares_of({0, 0}));
  CHECK(amounts(statement) == Amounts{0, 0});
  CHECK(statement.undistributed == MicroStx{7});
  CHECK(split_purse(MicroStx{7}, {}).undistributed == MicroStx{7});
}

TEST_CASE("rewards: fees are split over the members whose bit is set, by their spend alone") {
  const auto members = shares_of({10, 20, 30, 40});
  BitVector signers{4};
  signers.set(0);
  signers.set(2);
  const auto statement = split_fees(MicroStx{100}, members, signers);
  REQUIRE(statement.lines.size() == 2);
  CHECK(statement.lines[0].payee == payee(0));
  CHECK(statement.lines[1].payee == payee(2));
  CHECK(amounts(statement) == Amounts{25, 75});
  CHECK(split_fees(MicroStx{100}, members, BitVector{4}).undistributed == MicroStx{100});
}

TEST_CASE(
    "rewards: for any spends the parts sum to the purse and are within one remainder of fair") {
  const unsigned seed = 5;
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 3'000; ++round) {
    std::vector<std::uint64_t> spends(1 + random() % 100);
    for (auto& spend : spends) spend = random() % (round % 2 ? 10 : 2'100'000'000'000'000 / 100);
    const MicroStx purse{random() % (round % 3 ? 50 : 10'000'000'000)};
    const auto statement = split_purse(purse, shares_of(spends));
    MicroStx sum = statement.undistributed;
    for (std::size_t i = 0; i < spends.size(); ++i) {
      const U128 amount = statement.lines[i].amount.value;
      sum += MicroStx{amount};
      if (statement.total_spend == Sats{}) continue;
      const U128 fair = purse.value * spends[i] / statement.total_spend.value;
      const bool has_remainder = i == statement.remainder_line;
      CHECK(amount == fair + (has_remainder ? statement.remainder.value : 0));
    }
    CHECK(sum == purse);
    CHECK(statement.remainder.value < spends.size());
  }
}
