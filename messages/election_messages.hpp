// What producers say to each other to elect a leader: signed requests and grants, and the
// certificate that ≥ 67 % of grants make. Source: SIP "Producer Set Collaboration"; rules in
// docs/protocol.md "Leader election".
#pragma once

#include <variant>

#include "consensus/signer_set.hpp"

namespace quorate::messages {

enum class ElectionKind : std::uint8_t { request = 0, grant = 1 };
constexpr bool is_valid(ElectionKind kind) { return static_cast<std::uint8_t>(kind) <= 1; }

/// What is asked and what is granted: `candidate` leads (term, epoch).
struct Candidacy {
  TermNumber term;
  std::uint32_t epoch{};
  MemberIndex candidate;
  auto operator<=>(const Candidacy&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Candidacy::term, &Candidacy::epoch, &Candidacy::candidate);
  }
};

/// H("quorate/election" ‖ network id ‖ set hash ‖ term ‖ epoch ‖ kind ‖ candidate): what both sign.
[[nodiscard]] Hash256 election_digest(std::uint32_t network_id, const SetHash& set,
                                      ElectionKind kind, const Candidacy& candidacy);

/// "Let me lead", signed by the candidate.
struct ElectionRequest {
  Candidacy candidacy;
  crypto::SchnorrSignature signature;
  bool operator==(const ElectionRequest&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionRequest::candidacy, &ElectionRequest::signature);
  }
};

/// "You may lead as far as I am concerned", signed by the voter.
struct ElectionGrant {
  Candidacy candidacy;
  MemberIndex voter;
  crypto::SchnorrSignature signature;
  bool operator==(const ElectionGrant&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ElectionGrant::candidacy, &ElectionGrant::voter,
                           &ElectionGrant::signature);
  }
};

using ElectionMessage = std::variant<ElectionRequest, ElectionGrant>;

/// Grants of ≥ 67 % of weight. Two certificates of one epoch for different leaders would need 34 %
/// of the weight to grant twice.
struct LeaderCertificate {
  TermNumber term;
  std::uint32_t epoch{};
  MemberIndex leader;
  BitVector granters;                               ///< One bit per member.
  List<crypto::SchnorrSignature, 4000> signatures;  ///< One per set bit, ascending.
  bool operator==(const LeaderCertificate&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&LeaderCertificate::term, &LeaderCertificate::epoch,
                           &LeaderCertificate::leader, &LeaderCertificate::granters,
                           &LeaderCertificate::signatures);
  }
};

/// Shape and weight only. @returns certificate_wrong_shape or certificate_too_light.
[[nodiscard]] Result<> check_shape(const LeaderCertificate& certificate,
                                   const consensus::SignerSet& set);

/// Shape, weight and every signature. @returns certificate_wrong_shape, certificate_too_light or
/// certificate_bad_signature.
[[nodiscard]] Result<> verify(const LeaderCertificate& certificate, const consensus::SignerSet& set,
                              std::uint32_t network_id);

/// The public order of candidates in one epoch, best first: a ChaCha12 shuffle of all signer slots,
/// each member standing where the first of its slots falls. So a member comes first with a chance
/// proportional to its weight, and nobody can choose its place.
///
/// Precisely: seed = H("quorate/election-order" ‖ set hash ‖ term u64 ‖ epoch u32); the list that
/// is shuffled (`ChaChaRng::shuffle`) holds member 0 weight(0) times, then member 1 weight(1)
/// times, … Source: Gap: docs/spec_gaps.md "Election waits".
[[nodiscard]] std::vector<MemberIndex> election_order(const consensus::SignerSet& set,
                                                      const SetHash& set_hash, TermNumber term,
                                                      std::uint32_t epoch);

}  // namespace quorate::messages
