#include "consensus/coinbase.hpp"

namespace quorate::consensus {
namespace {

constexpr MicroStx micro(std::uint64_t ustx) { return MicroStx{ustx}; }

}  // namespace

CoinbaseSchedule CoinbaseSchedule::launch() {
  constexpr std::uint64_t interval = 210'384;  // Four years of 52,596 blocks.
  return {CoinbaseOrigin::first_burn_height,
          {{0, micro(1'000'000'000)},
           {interval, micro(500'000'000)},
           {2 * interval, micro(250'000'000)},
           {3 * interval, micro(125'000'000)}}};
}

CoinbaseSchedule CoinbaseSchedule::sip029() {
  return {CoinbaseOrigin::bitcoin_genesis,
          {{0, micro(1'000'000'000)},
           {945'000, micro(500'000'000)},
           {1'050'000, micro(250'000'000)},
           {1'260'000, micro(125'000'000)},
           {1'470'000, micro(62'500'000)}}};
}

MicroStx coinbase_at(const CoinbaseSchedule& schedule, BurnHeight first, BurnHeight height) {
  if (height < first || schedule.steps.empty()) return {};
  const std::uint64_t place =
      schedule.origin == CoinbaseOrigin::first_burn_height ? height - first : height.value;
  MicroStx reward = schedule.steps.front().reward;
  for (const CoinbaseStep& step : schedule.steps) {
    if (step.from <= place) reward = step.reward;
  }
  return reward;
}

MicroStx term_purse(const CoinbaseSchedule& schedule, BurnHeight first, BurnHeight term_start,
                    std::uint32_t term_length) {
  MicroStx purse;
  for (std::uint32_t i = 0; i < term_length; ++i) {
    purse += coinbase_at(schedule, first, term_start + i);
  }
  return purse;
}

}  // namespace quorate::consensus
