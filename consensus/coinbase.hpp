// How much new STX each Bitcoin block brings, and what a term's purse therefore is.
// Source: SIP "Producer Rewards"; Gap: which schedule (docs/spec_gaps.md "Coinbase schedule").
#pragma once

#include <vector>

#include "base/units.hpp"

namespace quorate::consensus {

/// From where a schedule's steps are counted.
enum class CoinbaseOrigin : std::uint8_t { first_burn_height = 0, bitcoin_genesis = 1 };

/// A reward that holds from `from` on, until the next step.
struct CoinbaseStep {
  std::uint64_t from{};
  MicroStx reward;
  bool operator==(const CoinbaseStep&) const = default;
};

struct CoinbaseSchedule {
  CoinbaseOrigin origin{};
  /// Ascending by `from`; the first reward also holds before the first step.
  std::vector<CoinbaseStep> steps;
  bool operator==(const CoinbaseSchedule&) const = default;

  /// Stacks' launch schedule: 1000 STX, halved every 210,384 Bitcoin blocks down to 125.
  static CoinbaseSchedule launch();
  /// Halvings aligned with Bitcoin's. Source: SIP-029.
  static CoinbaseSchedule sip029();
};

/// The reward of the Bitcoin block at `height`; nothing below `first`.
[[nodiscard]] MicroStx coinbase_at(const CoinbaseSchedule& schedule, BurnHeight first,
                                   BurnHeight height);

/// The sum over `term_length` Bitcoin blocks from `term_start` on. It is ten times the coinbase
/// unless a halving falls inside the term.
[[nodiscard]] MicroStx term_purse(const CoinbaseSchedule& schedule, BurnHeight first,
                                  BurnHeight term_start, std::uint32_t term_length);

}  // namespace quorate::consensus
