// Who gets how much of a purse. A term's coinbase goes to all producers, a block's fees to those
// whose bit is set in its seal, both in proportion to the Bitcoin they spent. Everything is rounded
// down; the remainder goes to the largest spender, so that the parts sum to the purse exactly.
// Source: SIP "Producer Rewards"; Gap: rounding (docs/spec_gaps.md "Rounding of rewards").
#pragma once

#include <span>
#include <vector>

#include "base/units.hpp"
#include "stacks/principal.hpp"

namespace quorate::consensus {

/// One producer's claim.
struct RewardShare {
  stacks::Principal payee;
  Sats spend;
  /// Place in the order that breaks ties of spend: the smallest rank counts as the larger spender.
  std::uint32_t tie_rank{};
};

/// One line of a statement that anyone can check.
struct RewardLine {
  stacks::Principal payee;
  Sats spend;
  MicroStx amount;
  bool operator==(const RewardLine&) const = default;
};

/// How a purse was split: one line per share in the given order.
struct RewardStatement {
  MicroStx purse;
  Sats total_spend;
  std::vector<RewardLine> lines;
  /// Index of the line that got the remainder; meaningless when there are no lines.
  std::size_t remainder_line{};
  MicroStx remainder;
  /// The whole purse if nobody has spent anything: it stays undistributed.
  MicroStx undistributed;
  bool operator==(const RewardStatement&) const = default;
};

/// Splits `purse` over all shares by spend.
[[nodiscard]] RewardStatement split_purse(MicroStx purse, std::span<const RewardShare> shares);

/// Splits a block's fees over the members whose bit is set. `members` and `signers` have one entry
/// and one bit per member of the producer set; the statement has a line per set bit.
[[nodiscard]] RewardStatement split_fees(MicroStx fees, std::span<const RewardShare> members,
                                         const BitVector& signers);

}  // namespace quorate::consensus
