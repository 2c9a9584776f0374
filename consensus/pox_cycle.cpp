#include "consensus/pox_cycle.hpp"

#include <map>

namespace quorate::consensus {
namespace {

/// Entries that count as one, at the place of the first of them.
std::vector<StackerSlots> merged(std::span<const PoxEntry> entries) {
  std::vector<StackerSlots> out;
  std::map<std::pair<RewardScript, crypto::PublicKey>, std::size_t> place;
  for (const PoxEntry& entry : entries) {
    const auto [it, is_new] =
        place.try_emplace({entry.reward_script, entry.signing_key}, out.size());
    if (is_new) out.push_back({entry.reward_script, entry.signing_key, {}, 0});
    out[it->second].amount += entry.amount;
  }
  return out;
}

}  // namespace

MicroStx stacking_threshold(MicroStx stacked, MicroStx liquid, std::uint32_t reward_slots,
                            MicroStx step) {
  ASSERT(reward_slots > 0);
  ASSERT(step > MicroStx{});
  const U128 base = std::max(stacked.value, liquid.value / 4) / reward_slots;
  const U128 steps = base / step.value + (base % step.value == 0 ? 0 : 1);
  return MicroStx{std::max(steps, U128{1}) * step.value};
}

StackerSlotTable stacker_slots(std::span<const PoxEntry> entries, MicroStx threshold) {
  ASSERT(threshold > MicroStx{});
  StackerSlotTable table;
  table.threshold = threshold;
  for (StackerSlots& stacker : merged(entries)) {
    const U128 slots = stacker.amount.value / threshold.value;
    ASSERT(slots <= UINT32_MAX);
    if (slots == 0) continue;
    stacker.slots = static_cast<std::uint32_t>(slots);
    table.total_slots += stacker.slots;
    table.stackers.push_back(std::move(stacker));
  }
  return table;
}

StackerSlotTable stacker_slots(std::span<const PoxEntry> entries, MicroStx liquid,
                               std::uint32_t reward_slots, MicroStx step) {
  MicroStx stacked;
  for (const PoxEntry& entry : entries) stacked += entry.amount;
  // Rounding the threshold down could hand out one slot too many only if a step were smaller than
  // the number of slots.
  ASSERT(step.value >= reward_slots);
  StackerSlotTable table =
      stacker_slots(entries, stacking_threshold(stacked, liquid, reward_slots, step));
  ASSERT(table.total_slots <= reward_slots);
  return table;
}

std::vector<RewardScript> reward_set(const StackerSlotTable& table) {
  std::vector<RewardScript> out;
  out.reserve(table.total_slots);
  for (const StackerSlots& stacker : table.stackers) {
    out.insert(out.end(), stacker.slots, stacker.reward_script);
  }
  return out;
}

}  // namespace quorate::consensus
