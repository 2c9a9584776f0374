// How the signer slots are shared out: how many each producer gets, and which ones.
// Source: SIP "Producer DB Setup" (round robin from the smallest to the largest producer by spend).
// Gap: docs/spec_gaps.md "Apportionment", "Round robin" (the SIP's example, not its prose, rules).
#pragma once

#include "base/units.hpp"

namespace quorate::consensus {

/// Largest remainder on sats: floor(slots·s/S) each, the slots left over to the largest remainders,
/// equal remainders to the later in `spends`. Ascending spends therefore give ascending allotments,
/// and producers without a slot come first.
/// @param spends ascending, at least one, each > 0. @returns one weight per spend, sum = slots.
[[nodiscard]] std::vector<Weight> apportion(const std::vector<Sats>& spends, std::uint32_t slots);

/// Which slots each producer owns: with R = max(10, smallest non-zero weight), round r in 0..R−1
/// gives a producer of weight w the next floor((2(r+1)w + R) / 2R) − floor((2rw + R) / 2R) slots.
/// @param weights in producer order, zeros allowed. @returns one ascending list per weight.
[[nodiscard]] std::vector<std::vector<SlotIndex>> place_slots(const std::vector<Weight>& weights);

/// The least sats whose producers together own at least `needed` slots: what a coalition of that
/// weight cost. Weight is a rounding of Bitcoin, so this is worth reporting.
/// @returns nullopt when all slots together are fewer.
[[nodiscard]] std::optional<Sats> least_spend_behind(const std::vector<Sats>& spends,
                                                     const std::vector<Weight>& weights,
                                                     Weight needed);

}  // namespace quorate::consensus
