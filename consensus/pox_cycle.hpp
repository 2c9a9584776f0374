// From the list of those who stacked for a cycle to its reward and signer slots.
// Source: SIP "Stacker Signer DB Setup", SIP-007 "Stacking Consensus Algorithm"; Gap: equal
// addresses (docs/spec_gaps.md "Merging of stackers").
#pragma once

#include <span>
#include <vector>

#include "base/units.hpp"
#include "crypto/keys.hpp"
#include "stacks/c32.hpp"

namespace quorate::consensus {

/// Longest script a reward address may have: a witness program of 32 bytes.
inline constexpr std::size_t max_reward_script = 34;
using RewardScript = Blob<max_reward_script>;

/// One entry of `.pox-5`'s `reward-cycle-pox-address-list`. Its index is its place in the list.
struct PoxEntry {
  RewardScript reward_script;  ///< Bitcoin output script that receives the rewards.
  MicroStx amount;
  stacks::Address stacker;
  crypto::PublicKey signing_key;
  bool operator==(const PoxEntry&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&PoxEntry::reward_script, &PoxEntry::amount, &PoxEntry::stacker,
                           &PoxEntry::signing_key);
  }
};

/// Thresholds are multiples of this.
inline constexpr MicroStx default_threshold_step{U128{10'000} * 1'000'000};

/// The stake behind one slot: max(stacked, liquid / 4) / slots, rounded up to a multiple of `step`
/// (at least one step). `reward_slots` must not be 0.
[[nodiscard]] MicroStx stacking_threshold(MicroStx stacked, MicroStx liquid,
                                          std::uint32_t reward_slots,
                                          MicroStx step = default_threshold_step);

/// A stacker with at least one slot; its slots follow those of the stackers before it.
struct StackerSlots {
  RewardScript reward_script;
  crypto::PublicKey signing_key;
  MicroStx amount;
  std::uint32_t slots{};
  bool operator==(const StackerSlots&) const = default;
};

struct StackerSlotTable {
  MicroStx threshold;
  std::uint32_t total_slots{};
  std::vector<StackerSlots> stackers;
  bool operator==(const StackerSlotTable&) const = default;
};

/// Slots by entries in list order. Entries with equal script *and* key are summed at the place of
/// the first before dividing; an equal script under another key stays an entry of its own, or a
/// stranger could take over the votes of whoever he stacks for. Who stays below the threshold is
/// left out.
[[nodiscard]] StackerSlotTable stacker_slots(std::span<const PoxEntry> entries, MicroStx threshold);

/// The same with the threshold that follows from the entries and the liquid supply.
[[nodiscard]] StackerSlotTable stacker_slots(std::span<const PoxEntry> entries, MicroStx liquid,
                                             std::uint32_t reward_slots,
                                             MicroStx step = default_threshold_step);

/// The reward set: each stacker's script as often as it has slots, in slot order.
[[nodiscard]] std::vector<RewardScript> reward_set(const StackerSlotTable& table);

}  // namespace quorate::consensus
