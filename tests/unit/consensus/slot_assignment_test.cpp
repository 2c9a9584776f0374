#include "consensus/slot_assignment.hpp"

#include <algorithm>
#include <random>

#include "../../vectors/vectors.hpp"

namespace quorate::consensus {
namespace {

std::vector<Sats> sats(std::initializer_list<std::uint64_t> values) {
  std::vector<Sats> out;
  for (const std::uint64_t v : values) out.emplace_back(v);
  return out;
}

std::vector<std::uint32_t> counts(const std::vector<Weight>& weights) {
  std::vector<std::uint32_t> out;
  for (const Weight w : weights) out.push_back(w.value);
  return out;
}

TEST_CASE("place_slots: the SIP's 10/20/30/40 % example (group draft_slot_example)") {
  const auto all = vectors::read_json("stacks.json");
  const auto& example = all.at("draft_slot_example");
  std::vector<Sats> spends;
  for (const auto& w : example.at("weights")) spends.emplace_back(w.get<std::uint64_t>() * 1000);
  const auto placed = place_slots(apportion(spends, 100));
  const auto owners = example.at("expected_owner_of_slot_mod_10").get<std::vector<std::size_t>>();
  for (std::uint32_t slot = 0; slot < 100; ++slot) {
    const auto& mine = placed[owners[slot % 10]];
    CHECK(std::find(mine.begin(), mine.end(), SlotIndex{slot}) != mine.end());
  }
}

TEST_CASE("apportion: largest remainders get what is left, the larger spender first") {
  CHECK(counts(apportion(sats({1}), 100)) == std::vector<std::uint32_t>{100});
  CHECK(counts(apportion(sats({1, 1, 1}), 100)) == std::vector<std::uint32_t>{33, 33, 34});
  CHECK(counts(apportion(sats({1, 999}), 100)) == std::vector<std::uint32_t>{0, 100});
  CHECK(counts(apportion(sats({5, 995}), 100)) == std::vector<std::uint32_t>{0, 100});
  CHECK(counts(apportion(sats({6, 994}), 100)) == std::vector<std::uint32_t>{1, 99});
  // All Bitcoin there is does not overflow.
  CHECK(counts(apportion(sats({1, 2'100'000'000'000'000}), 100)) ==
        std::vector<std::uint32_t>{0, 100});
}

TEST_CASE("apportion and place_slots: every slot has one owner, whatever the spends") {
  constexpr std::uint32_t seed = 4711;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<Sats> spends(1 + random() % 100);
    for (Sats& s : spends) s = Sats{1 + random() % (round % 2 == 0 ? 10 : 1'000'000)};
    std::sort(spends.begin(), spends.end());
    const auto weights = apportion(spends, 100);
    CHECK(std::is_sorted(weights.begin(), weights.end()));
    const auto placed = place_slots(weights);
    std::vector<SlotIndex> all;
    for (std::size_t i = 0; i < placed.size(); ++i) {
      CHECK(placed[i].size() == weights[i].value);
      CHECK(std::is_sorted(placed[i].begin(), placed[i].end()));
      all.insert(all.end(), placed[i].begin(), placed[i].end());
    }
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == 100);
    for (std::uint32_t s = 0; s < 100; ++s) CHECK(all[s] == SlotIndex{s});
  }
}

TEST_CASE("least_spend_behind: the cheapest coalition, not the smallest") {
  const auto spends = sats({10, 20, 30, 40});
  const auto weights = apportion(spends, 100);
  CHECK(least_spend_behind(spends, weights, Weight{34}) == Sats{40});
  CHECK(least_spend_behind(spends, weights, Weight{67}) == Sats{70});
  CHECK(least_spend_behind(spends, weights, Weight{100}) == Sats{100});
  CHECK(least_spend_behind(spends, weights, Weight{101}) == std::nullopt);
  CHECK(least_spend_behind(spends, weights, Weight{0}) == Sats{0});
  // Rounding: with three equal spenders one third has 34 slots and two have 33.
  CHECK(least_spend_behind(sats({1, 1, 1}), apportion(sats({1, 1, 1}), 100), Weight{34}) ==
        Sats{1});
  CHECK(least_spend_behind(sats({1, 1, 1}), apportion(sats({1, 1, 1}), 100), Weight{67}) ==
        Sats{2});
}

}  // namespace
}  // namespace quorate::consensus
