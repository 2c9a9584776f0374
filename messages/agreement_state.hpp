// What a member publishes about one instance: its whole current state in one struct, which replaces
// the one before. Members never send each other messages about an instance; they read each other's
// states. So loss, reordering and restarts are healed by reading again.
// Source: SIP "Producer Signing Protocol", "Stacker Signing Protocol"; docs/protocol.md "Members
// talk through Stacker DBs", "Agreement on one block per height".
#pragma once

#include "consensus/agreement_types.hpp"
#include "messages/election_messages.hpp"

namespace quorate::messages {

/// Most prepare certificates in one state (one per value), and most Bitcoin headers that place
/// them.
inline constexpr std::size_t max_certificates = 32;
inline constexpr std::size_t max_burn_links = 128;
/// Refusals that a leader repeats: at most one per member.
inline constexpr std::size_t max_refusals = 4000;

/// H("quorate/proposal" ‖ network id ‖ set hash ‖ instance ‖ view ‖ value): what a leader signs, so
/// that two proposals of one view convict it.
[[nodiscard]] Hash256 proposal_digest(std::uint32_t network_id, const SetHash& set,
                                      const consensus::InstanceId& instance,
                                      const consensus::View& view, const consensus::Value& value);

/// A leader's word for one view. It *shows* every certificate of the state it stands in.
struct Proposal {
  /// View and value with the leader's signature over `proposal_digest`.
  consensus::Vote word;
  /// Total fees of the block (zero for other values); for the reader, the rule uses its own
  /// figures.
  MicroStx fees;
  /// For `reject(r)`: a producer-signed block of the attempt, burn view r or an ancestor of r.
  std::optional<consensus::Value> rejected;
  /// Producers' blocks only: why this member leads the epoch.
  std::optional<LeaderCertificate> leader;
  bool operator==(const Proposal&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Proposal::word, &Proposal::fees, &Proposal::rejected,
                           &Proposal::leader);
  }
};

/// Why a member does not prepare a value. It binds nobody: who can take the value later may prepare
/// it.
struct Refusal {
  consensus::View view;
  consensus::Value value;
  /// Name of an `Errc`.
  Text<64> reason;
  /// The better-paying candidate, when that is the reason.
  std::optional<consensus::Value> better;
  /// Over `refusal_digest`.
  crypto::SchnorrSignature signature;
  bool operator==(const Refusal&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Refusal::view, &Refusal::value, &Refusal::reason, &Refusal::better,
                           &Refusal::signature);
  }
};

/// H("quorate/refusal" ‖ network id ‖ set hash ‖ instance ‖ view ‖ value ‖ reason ‖ better).
[[nodiscard]] Hash256 refusal_digest(std::uint32_t network_id, const SetHash& set,
                                     const consensus::InstanceId& instance, const Refusal& refusal);

/// Another member's refusal, repeated by a leader that proposes `reject` because of it.
struct ShownRefusal {
  MemberIndex member;
  Refusal refusal;
  bool operator==(const ShownRefusal&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ShownRefusal::member, &ShownRefusal::refusal);
  }
};

struct AgreementState {
  consensus::InstanceId instance;
  /// The view this member is in (stackers and key instances: by timer; producers: the highest in
  /// which it prepared or locked).
  consensus::View view;
  /// Present while this member leads a view.
  std::optional<Proposal> proposal;
  /// Own vote in the highest view it prepared in, and the leader's word that it answers.
  std::optional<consensus::Vote> prepare;
  std::optional<consensus::Vote> answered;
  /// Own commit vote (key instances and rejections) of the highest view.
  std::optional<consensus::Vote> commit;
  /// Prepare certificates, at most one per value. The first `locks` of them are this member's
  /// locks; the others are what else it knows, highest view first.
  std::uint8_t locks{};
  List<consensus::VoteCertificate, max_certificates> certificates;
  /// Headers that connect the burn views of orphaned values above to the publisher's own chain.
  List<consensus::BurnLink, max_burn_links> links;
  std::optional<Refusal> refusal;
  List<ShownRefusal, max_refusals> shown_refusals;
  /// Commit certificate (key instances and rejections), once there is one.
  std::optional<consensus::VoteCertificate> decided;
  /// The value under which this member holds the instance closed.
  std::optional<consensus::Value> closed;

  bool operator==(const AgreementState&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(
        &AgreementState::instance, &AgreementState::view, &AgreementState::proposal,
        &AgreementState::prepare, &AgreementState::answered, &AgreementState::commit,
        &AgreementState::locks, &AgreementState::certificates, &AgreementState::links,
        &AgreementState::refusal, &AgreementState::shown_refusals, &AgreementState::decided,
        &AgreementState::closed);
  }
};

/// What proves a member's fault to anybody who knows the set.
enum class FaultKind : std::uint8_t {
  two_proposals = 0,
  two_prepares = 1,
  two_commits = 2,
};
constexpr bool is_valid(FaultKind kind) { return static_cast<std::uint8_t>(kind) <= 2; }

/// Two signed words of one member for one view that differ.
struct FaultProof {
  FaultKind kind{};
  MemberIndex member;
  consensus::InstanceId instance;
  consensus::Vote first;
  consensus::Vote second;
  bool operator==(const FaultProof&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&FaultProof::kind, &FaultProof::member, &FaultProof::instance,
                           &FaultProof::first, &FaultProof::second);
  }
};

/// Whether the proof convicts: one view, two values, both signatures by the member. Shares for two
/// blocks are proven by messages/signing_proof. @returns fault_not_proven.
[[nodiscard]] Result<> verify(const FaultProof& proof, const consensus::SignerSet& set,
                              std::uint32_t network_id);

}  // namespace quorate::messages
