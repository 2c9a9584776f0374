#include "consensus/slot_assignment.hpp"

#include <algorithm>
#include <numeric>

namespace quorate::consensus {

std::vector<Weight> apportion(const std::vector<Sats>& spends, std::uint32_t slots) {
  ASSERT(!spends.empty());
  ASSERT(std::is_sorted(spends.begin(), spends.end()));
  U128 total = 0;
  for (const Sats s : spends) total += s.value;
  ASSERT(spends.front().value > 0);
  std::vector<Weight> weights;
  std::vector<std::pair<U128, std::size_t>> remainders;  // (remainder, index)
  std::uint32_t given = 0;
  for (std::size_t i = 0; i < spends.size(); ++i) {
    const U128 product = U128{slots} * spends[i].value;
    weights.emplace_back(static_cast<std::uint32_t>(product / total));
    remainders.emplace_back(product % total, i);
    given += weights.back().value;
  }
  std::sort(remainders.rbegin(), remainders.rend());
  ASSERT(slots - given < remainders.size() || slots == given);
  for (std::size_t k = 0; given < slots; ++k, ++given) {
    ++weights[remainders[k].second].value;
  }
  ASSERT(std::is_sorted(weights.begin(), weights.end()));
  return weights;
}

std::vector<std::vector<SlotIndex>> place_slots(const std::vector<Weight>& weights) {
  std::uint64_t smallest = 0;
  for (const Weight w : weights) {
    if (w.value > 0 && (smallest == 0 || w.value < smallest)) smallest = w.value;
  }
  const std::uint64_t rounds = std::max<std::uint64_t>(10, smallest);
  // Slots a producer of weight w owns once r rounds are over: r·w/R rounded half up.
  const auto owned = [rounds](std::uint64_t r, Weight w) {
    return (2 * r * w.value + rounds) / (2 * rounds);
  };
  std::vector<std::vector<SlotIndex>> out(weights.size());
  SlotIndex next{0};
  for (std::uint64_t r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      for (std::uint64_t k = owned(r, weights[i]); k < owned(r + 1, weights[i]); ++k) {
        out[i].push_back(next);
        ++next;
      }
    }
  }
  return out;
}

std::optional<Sats> least_spend_behind(const std::vector<Sats>& spends,
                                       const std::vector<Weight>& weights, Weight needed) {
  ASSERT(spends.size() == weights.size());
  // cheapest[k]: least sats of a coalition with at least k slots (0/1 knapsack).
  std::vector<std::optional<Sats>> cheapest(needed.value + 1);
  cheapest[0] = Sats{0};
  for (std::size_t i = 0; i < spends.size(); ++i) {
    for (std::uint32_t k = needed.value; k > 0; --k) {
      const auto& before = cheapest[k - std::min(k, weights[i].value)];
      if (!before) continue;
      const Sats with = *before + spends[i];
      if (!cheapest[k] || with < *cheapest[k]) cheapest[k] = with;
    }
  }
  return cheapest[needed.value];
}

}  // namespace quorate::consensus
