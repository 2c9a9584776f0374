// Coinbase schedules, stacking thresholds and merged stackers against stacks-core's own test
// values.
#include "consensus/coinbase.hpp"
#include "consensus/pox_cycle.hpp"
#include "stacks/c32.hpp"
#include "tests/vectors/vectors.hpp"

using namespace quorate;
using namespace quorate::consensus;

namespace {

const vectors::Json& group(const char* name) {
  static const vectors::Json all = vectors::read_json("stacks.json");
  return all.at(name);
}

MicroStx micro_stx(const vectors::Json& number) { return MicroStx{number.get<std::uint64_t>()}; }

}  // namespace

TEST_CASE("vectors: the launch schedule of the coinbase") {
  const BurnHeight first{group("coinbase").at("first_burn_height").get<std::uint64_t>()};
  for (const auto& c : group("coinbase").at("legacy_schedule")) {
    const BurnHeight height{c.at("burn_height").get<std::uint64_t>()};
    CHECK(coinbase_at(CoinbaseSchedule::launch(), first, height) == micro_stx(c.at("ustx")));
  }
}

TEST_CASE("vectors: other schedules are lists of steps too") {
  const auto& coinbase = group("coinbase");
  const BurnHeight first{coinbase.at("first_burn_height").get<std::uint64_t>()};
  CoinbaseSchedule testnet;
  for (const auto& step : coinbase.at("testnet_intervals_offset")) {
    testnet.steps.push_back({step[0], micro_stx(step[1])});
  }
  for (const auto& step : coinbase.at("testnet_intervals_offset")) {
    const BurnHeight height = first + step[0].get<std::uint64_t>();
    CHECK(coinbase_at(testnet, first, height) == micro_stx(step[1]));
  }
  CoinbaseSchedule current{CoinbaseOrigin::bitcoin_genesis,
                           {{0, MicroStx{1'000'000'000}},
                            {945'000, MicroStx{500'000'000}},
                            {960'230, MicroStx{1'000'000'000}}}};
  for (const auto& c : coinbase.at("mainnet_current")) {
    const BurnHeight height{c.at("burn_height").get<std::uint64_t>()};
    CHECK(coinbase_at(current, first, height) == micro_stx(c.at("ustx")));
  }
}

TEST_CASE("vectors: the schedule of SIP-029 as written") {
  const BurnHeight first{666'050};
  const CoinbaseSchedule sip029 = CoinbaseSchedule::sip029();
  MicroStx before{1'000'000'000};
  for (const auto& step : group("coinbase_sip029_as_written").at("steps")) {
    const BurnHeight height{step[0].get<std::uint64_t>()};
    CHECK(coinbase_at(sip029, first, height) == micro_stx(step[1]));
    CHECK(coinbase_at(sip029, first, BurnHeight{height.value - 1}) == before);
    before = micro_stx(step[1]);
  }
}

TEST_CASE("vectors: the stacking threshold") {
  const std::uint32_t slots = group("pox_threshold").at("reward_slots");
  for (const auto& c : group("pox_threshold").at("cases")) {
    CHECK(stacking_threshold(micro_stx(c.at("stacked")), micro_stx(c.at("liquid_ustx")), slots) ==
          micro_stx(c.at("threshold")));
  }
}

TEST_CASE("vectors: what one address stacked is summed before it is divided into slots") {
  const auto& vector = group("pox_reward_set_merge");
  std::vector<PoxEntry> entries;
  for (const auto& row : vector.at("entries")) {
    const auto address = stacks::parse_address(row[0].get<std::string>()).value();
    PoxEntry entry;
    entry.reward_script.bytes = to_bytes(address.hash.view());
    entry.amount = micro_stx(row[1]);
    entries.push_back(entry);
  }
  const auto table = stacker_slots(entries, micro_stx(vector.at("threshold")));
  CHECK(table.total_slots == vector.at("slots"));
}
