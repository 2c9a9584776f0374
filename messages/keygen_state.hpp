// What a member publishes about the key generation of its set: what it confirms, its complaints,
// proofs that a dealer dealt twice, and the contents it proposes or vouches for. One struct that
// replaces the one before; part of the member's state chunk. The dealing itself stands alone in the
// pre-computation slots, in a chunk of version attempt + 1, so two dealings of one attempt are two
// chunks of one version and convict by their signatures.
// Source: SIP "Facilities for Signature Generation"; docs/threshold_signing.md "Key generation".
#pragma once

#include "consensus/chunk.hpp"
#include "consensus/key_certificate.hpp"
#include "crypto/frost_complaint.hpp"

namespace quorate::messages {

/// Contents one member publishes at a time: its own proposal and those that the agreement needs.
inline constexpr std::size_t max_offered_contents = 4;

/// The owner's signature over one version of its first pre-computation slot.
struct SignedDealing {
  ChunkVersion version;
  Hash256 content_hash;  ///< H(chunk content).
  crypto::RecoverableSignature signature;
  auto operator<=>(const SignedDealing&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SignedDealing::version, &SignedDealing::content_hash,
                           &SignedDealing::signature);
  }
};

/// Two different contents signed for one version of the dealer's slot.
struct DealerEquivocation {
  MemberIndex dealer;
  SignedDealing first;
  SignedDealing second;
  bool operator==(const DealerEquivocation&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&DealerEquivocation::dealer, &DealerEquivocation::first,
                           &DealerEquivocation::second);
  }
};

/// "The box for me in this dealing is wrong", by the publisher of the state. Names the bytes: a
/// complaint is never judged against another dealing of the same dealer.
struct BoxComplaint {
  MemberIndex dealer;
  Hash256 dealing;  ///< ParsedDealing::hash().
  crypto::PublicKey shared_point;
  crypto::DleqProof proof;
  bool operator==(const BoxComplaint&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BoxComplaint::dealer, &BoxComplaint::dealing,
                           &BoxComplaint::shared_point, &BoxComplaint::proof);
  }
  [[nodiscard]] crypto::Complaint by(MemberIndex complainer) const {
    return {dealer, complainer, shared_point, proof};
  }
};

/// 100 members: 3.3 KB confirmed, 3.4 KB per offered content. 4,000 members: 128 KB each.
struct KeygenState {
  std::uint32_t attempt{};
  Hash256 cid;  ///< The configuration of this attempt.
  /// Dealers whose dealing came in time, is in order and gave this member good shares; no bits at
  /// all before the member confirms.
  BitVector confirmed;
  List<Hash256, 4000> dealing_hashes;  ///< One per set bit, ascending.
  List<BoxComplaint, 4000> complaints;
  List<DealerEquivocation, 4000> equivocations;
  /// The first is the member's own proposal, if it has one.
  List<consensus::KeyContent, max_offered_contents> offered;

  bool operator==(const KeygenState&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeygenState::attempt, &KeygenState::cid, &KeygenState::confirmed,
                           &KeygenState::dealing_hashes, &KeygenState::complaints,
                           &KeygenState::equivocations, &KeygenState::offered);
  }
  [[nodiscard]] bool has_confirmed() const { return confirmed.size() != 0; }
};

/// Counts and sizes that belong together for a set of `members`. @returns keygen_state_wrong_shape.
[[nodiscard]] Result<> check_shape(const KeygenState& state, std::size_t members);

using consensus::keygen_config;

/// What goes into a dealer's pre-computation slots when one chunk may hold `limit` bytes: the
/// dealing itself if it fits; else a manifest first, then the pieces.
///
///   manifest: "QDM" ‖ version 1 ‖ total size 4 ‖ piece size 4 ‖ count 4 ‖ count × H(piece)
///
/// @returns dealing_too_large when `slots` slots do not suffice: such a member does not deal.
[[nodiscard]] Result<std::vector<SharedBytes>> split_dealing(const SharedBytes& dealing,
                                                             std::size_t limit, std::size_t slots);

/// Whether the content of a first slot says that pieces follow.
[[nodiscard]] bool is_manifest(ByteView content);

/// The dealing in these slots (first slot first; later ones may be empty while not yet there), or
/// nothing while pieces are missing. @returns bad_dealing_manifest.
[[nodiscard]] Result<std::optional<SharedBytes>> join_dealing(std::span<const SharedBytes> slots);

}  // namespace quorate::messages
