// What a member keeps in its signing slots: one struct that replaces the one before, so that loss,
// reordering and restarts are healed by reading again. And what stands in candidate slots.
// Source: SIP "Facilities for Signature Generation", "Producer Signing Protocol"; docs/protocol.md
// "Members talk through Stacker DBs".
#pragma once

#include "messages/agreement_state.hpp"
#include "messages/announcement.hpp"
#include "messages/keygen_state.hpp"
#include "consensus/block.hpp"
#include "messages/signing_state.hpp"

namespace quorate::messages {

/// Instances one member publishes at a time.
inline constexpr std::size_t max_published_instances = 8;

struct MemberState {
  /// Producers: the election epoch this member is in, and its certificate while it leads.
  std::uint32_t epoch{};
  std::optional<LeaderCertificate> leader;
  /// Until the key is certified on chain.
  std::optional<KeygenState> keygen;
  List<AgreementState, max_published_instances> agreements;
  std::optional<SigningState> signing;
  /// An announcement this member wants both groups to sign, and its requests to the other group.
  std::optional<AnnouncementOffer> offer;
  List<PostedRequest, max_posted_requests> foreign_requests;

  bool operator==(const MemberState&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&MemberState::epoch, &MemberState::leader, &MemberState::keygen,
                           &MemberState::agreements, &MemberState::signing, &MemberState::offer,
                           &MemberState::foreign_requests);
  }
};

/// Content of a candidate slot. With the seal it is final: producers have signed it.
struct CandidateBlock {
  consensus::Block block;
  /// The view in which it was signed, with the seal.
  consensus::View view;
  std::optional<consensus::GroupSeal> seal;
  bool operator==(const CandidateBlock&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&CandidateBlock::block, &CandidateBlock::view, &CandidateBlock::seal);
  }
};

}  // namespace quorate::messages
