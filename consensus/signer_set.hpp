// Who may sign in one generation (a producers' term or a stackers' cycle), in canonical order.
// Source: SIP "Signature Generation", "Producer DB Setup", "Stacker Signer DB Setup".
#pragma once

#include "base/units.hpp"
#include "crypto/keys.hpp"

namespace quorate::consensus {

/// A member with at least one signer slot = a FROST party.
struct SignerMember {
  crypto::PublicKey key;
  /// Ascending, disjoint from every other member's.
  List<SlotIndex, 4000> slots;
  bool operator==(const SignerMember&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SignerMember::key, &SignerMember::slots);
  }
};

struct SignerSet {
  GroupKind kind{};
  /// Term number or cycle number.
  std::uint64_t generation{};
  /// Signer slots in all (100; reward slots that were claimed, at most 4,000).
  std::uint32_t total_slots{};
  /// Producers ascending by spend, stackers by first slot. Index = MemberIndex = FROST party.
  List<SignerMember, 4000> members;
  /// Producers too small for a signer slot, ascending by spend: they own a candidate slot and a
  /// share of the coinbase. They are always smaller than every member, so the candidate slot of
  /// zero_slot_keys[i] is 200 + i and that of members[p] is 200 + zero_slot_keys.size() + p.
  List<crypto::PublicKey, 100> zero_slot_keys;

  bool operator==(const SignerSet&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SignerSet::kind, &SignerSet::generation, &SignerSet::total_slots,
                           &SignerSet::members, &SignerSet::zero_slot_keys);
  }

  [[nodiscard]] Weight weight(MemberIndex p) const {
    ASSERT(p.value < members.size());
    return Weight{static_cast<std::uint32_t>(members[p.value].slots.size())};
  }
  [[nodiscard]] Weight total() const { return Weight{total_slots}; }
  /// Summed weight of the set bits; `bits` has one bit per member.
  [[nodiscard]] Weight weight(const BitVector& bits) const;
  [[nodiscard]] std::optional<MemberIndex> find(const crypto::PublicKey& key) const;

  /// H("quorate/set" ‖ network id ‖ encoding without generation): the same set in another term has
  /// the same hash only together with its generation, which every signed message carries as well.
  [[nodiscard]] SetHash hash(std::uint32_t network_id) const;
};

}  // namespace quorate::consensus
