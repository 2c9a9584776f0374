// One party's own view of all dealings: its shares, and complaints where they are wrong.
#pragma once

#include <map>

#include "crypto/frost_complaint.hpp"

namespace quorate::crypto {

/// The shares a party holds, by dealer. Move-only, wiped with its owner.
struct ReceivedShares {
  /// f_p at the own ids, ascending, for every dealer whose box was in order.
  std::map<MemberIndex, std::vector<SecretScalar>> by_dealer;
};

struct Examination {
  ReceivedShares shares;
  std::vector<Complaint> complaints;  ///< Ascending by dealer.
  /// The shares do not fit, and it was not asked whose: `shares` says nothing then.
  bool is_undecided{};
};
/// What to do when the shares do not fit together: try each dealing by itself, or leave that to the
/// caller, who may go about it in slices.
enum class OnMismatch : std::uint8_t { try_each, report };

/// Opens the box of every dealing and checks the shares against the commitments: all at once, and
/// one by one only if that fails. The own dealing, if among them, is taken from `own` (may be null
/// when `me` did not deal). `rand32` drives the check's weights and the proofs of complaints.
/// `dealings` has distinct dealers.
[[nodiscard]] Result<Examination> examine_dealings(const KeygenConfig& config, MemberIndex me,
                                                   const SecretKey& host,
                                                   std::span<const DealingRef> dealings,
                                                   const OwnDealing* own, const Hash256& rand32,
                                                   OnMismatch on_mismatch = OnMismatch::try_each);

/// Round 2 of a party: which dealings it saw in order (hash, or zero) and its complaints.
struct Confirmation {
  KeygenId keygen;
  List<Hash256, max_keygen_parties> dealings;     ///< One per party.
  List<Complaint, max_keygen_parties> complaints;
  bool operator==(const Confirmation&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Confirmation::keygen, &Confirmation::dealings,
                           &Confirmation::complaints);
  }
};

/// The confirmation that says what `examination` found in `dealings`.
[[nodiscard]] Confirmation confirm(const KeygenConfig& config,
                                   std::span<const DealingRef> dealings,
                                   const Examination& examination);

}  // namespace quorate::crypto
