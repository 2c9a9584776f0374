// Who produces in a term, with what weight. Source: SIP "Selecting Producers", "Producer DB Setup",
// "Producer Rewards". Gap: docs/spec_gaps.md "Several enrollments", "Tie order", "No enrollment".
#pragma once

#include "bitcoin/pox_hashes.hpp"
#include "consensus/enrollment.hpp"
#include "consensus/params.hpp"
#include "consensus/signer_set.hpp"
#include "stacks/principal.hpp"

namespace quorate::consensus {

/// One producer of a set.
struct ProducerEntry {
  crypto::PublicKey signing_key;
  crypto::VrfKey vrf_key;
  /// Sum over its enrollments; its share of the coinbase.
  Sats spend;
  /// Ascending; empty for a producer too small for a signer slot.
  std::vector<SlotIndex> slots;
  /// The last of its enrollments.
  BurnReference enrollment;
  /// Where its rewards go: the P2PKH account of the signing key.
  stacks::Principal principal;
  bool operator==(const ProducerEntry&) const = default;
};

enum class SetOrigin : std::uint8_t {
  enrolled,   ///< From enrollments in term N−2.
  continued,  ///< Nobody enrolled: the previous set again, without a coinbase split.
};

struct ProducerSet {
  TermNumber term;
  SetOrigin origin{};
  /// Ascending by spend, ties as described at `select_producers`. Producers without slots come
  /// first.
  std::vector<ProducerEntry> entries;
  bool operator==(const ProducerSet&) const = default;

  [[nodiscard]] Sats total_spend() const;
  /// Entries without a signer slot; member p of the signer set is entry `zero_slots() + p`.
  [[nodiscard]] std::size_t zero_slots() const;
  [[nodiscard]] const ProducerEntry& member(MemberIndex p) const {
    return entries.at(zero_slots() + p.value);
  }
  /// Least sats behind any coalition with at least `needed` slots; nullopt beyond all slots.
  [[nodiscard]] std::optional<Sats> least_spend_behind(Weight needed) const;
};

struct Selection {
  ProducerSet set;
  /// Enrollments that named a signing key another VRF key had enrolled first; their spend is lost.
  std::vector<Enrollment> conflicts;
  /// Producers beyond the cap, ascending.
  std::vector<ProducerEntry> unselected;
};

/// Groups by VRF key (spends add up, the last signing key counts), ranks, cuts at the cap and
/// shares out the slots. Order everywhere: spend; ties by the last enrollment's txid (display
/// order), each tied group then shuffled, smallest group first, by one ChaCha12 stream keyed with
/// `tie_seed`.
/// @param enrollments valid ones of term N−2 in chain order.
/// @param tie_seed SHA256(sortition hash of the last burn block of N−2).
/// @returns nullopt without enrollments.
[[nodiscard]] std::optional<Selection> select_producers(const Params& params,
                                                        stacks::Network network, TermNumber term,
                                                        const std::vector<Enrollment>& enrollments,
                                                        const Hash256& tie_seed);

[[nodiscard]] Hash256 tie_seed(const bitcoin::SortitionHash& sortition_hash);

/// The same members and slots for the next term, which nobody enrolled for.
[[nodiscard]] ProducerSet continue_set(const ProducerSet& previous, TermNumber term);

/// The set as the signing group sees it.
[[nodiscard]] SignerSet signer_set(const ProducerSet& set, std::uint32_t signer_slots);

}  // namespace quorate::consensus
