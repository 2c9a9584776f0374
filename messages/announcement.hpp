// A half-finished announcement, shown to both groups so that they can check and sign it, and what
// the announcer and the producer on one node say to each other. Gap: SIP "State Snapshots" is an
// empty heading (docs/spec_gaps.md "Announcement").
#pragma once

#include "consensus/agreement_types.hpp"

namespace quorate::messages {

/// What an input spends; both groups sign over all of them (SIGHASH_DEFAULT).
struct SpentOutput {
  Sats value;
  Blob<64> script;
  bool operator==(const SpentOutput&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SpentOutput::value, &SpentOutput::script);
  }
};

/// The unsigned announcement transaction: input 0 spends the producers' coin, input 1 the
/// stackers'.
struct AnnouncementOffer {
  TermNumber term;
  CycleNumber cycle;
  BlockHeight height;
  BlockId block;
  /// The announcer's counter: the view of both signing instances.
  std::uint32_t counter{};
  Blob<4096> unsigned_transaction;
  List<SpentOutput, 8> spent;
  bool operator==(const AnnouncementOffer&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&AnnouncementOffer::term, &AnnouncementOffer::cycle,
                           &AnnouncementOffer::height, &AnnouncementOffer::block,
                           &AnnouncementOffer::counter, &AnnouncementOffer::unsigned_transaction,
                           &AnnouncementOffer::spent);
  }
};

/// Announcer → producer: coordinate both groups' signatures for this offer (replaces an older one).
struct SignAnnouncement {
  AnnouncementOffer offer;
  static constexpr auto wire_fields() { return std::make_tuple(&SignAnnouncement::offer); }
};
/// Producer → announcer: both signatures, for inputs 0 and 1.
struct AnnouncementSigned {
  BlockHeight height;
  std::uint32_t counter{};
  crypto::SchnorrSignature producers;
  crypto::SchnorrSignature stackers;
  static constexpr auto wire_fields() {
    return std::make_tuple(&AnnouncementSigned::height, &AnnouncementSigned::counter,
                           &AnnouncementSigned::producers, &AnnouncementSigned::stackers);
  }
};
/// Producer → announcer: whether this member leads now, and its rank when it does not (a member of
/// rank r may announce once the tip is 2 + r burn blocks old unannounced).
struct LeadershipChanged {
  TermNumber term;
  bool member{};
  bool leading{};
  std::uint16_t rank{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&LeadershipChanged::term, &LeadershipChanged::member,
                           &LeadershipChanged::leading, &LeadershipChanged::rank);
  }
};

}  // namespace quorate::messages
