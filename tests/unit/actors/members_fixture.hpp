// A signer set with its keys, for the tests of election and agreement.
#pragma once

#include <memory>
#include <vector>

#include "actors/notary.hpp"
#include "consensus/agreement_types.hpp"

namespace quorate::actors {

inline constexpr std::uint32_t test_network = 7;

struct Members {
  consensus::SignerSet set;
  std::vector<crypto::SecretKey> keys;
  std::vector<std::unique_ptr<KeyNotary>> notaries;

  /// One member per weight; slots are handed out in contiguous ranges.
  explicit Members(const std::vector<std::uint32_t>& weights, GroupKind kind = GroupKind::producers,
                   std::uint64_t generation = 3) {
    set.kind = kind;
    set.generation = generation;
    std::uint32_t slot = 0;
    for (std::size_t p = 0; p < weights.size(); ++p) {
      const std::uint8_t seed[2] = {static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(kind)};
      keys.push_back(crypto::SecretKey::derive("quorate/test-member", seed));
      consensus::SignerMember member{keys.back().public_key(), {}};
      for (std::uint32_t i = 0; i < weights[p]; ++i) member.slots.push_back(SlotIndex{slot++});
      set.members.push_back(member);
      notaries.push_back(std::make_unique<KeyNotary>(keys.back().clone()));
    }
    set.total_slots = slot;
  }

  [[nodiscard]] std::size_t size() const { return keys.size(); }
  [[nodiscard]] const KeyNotary& notary(std::size_t p) const { return *notaries[p]; }
  [[nodiscard]] SetHash hash() const { return set.hash(test_network); }
};

inline MemberIndex member(std::size_t p) { return MemberIndex{static_cast<std::uint16_t>(p)}; }

}  // namespace quorate::actors
