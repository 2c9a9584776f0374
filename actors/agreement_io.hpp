// What one agreement instance hears and orders. Source: SIP "Producer Signing Protocol", "Stacker
// Signing Protocol"; docs/protocol.md "Agreement on one block per height".
#pragma once

#include <memory>

#include "actors/effects.hpp"
#include "actors/notary.hpp"
#include "consensus/params.hpp"
#include "messages/agreement_state.hpp"

namespace quorate::actors::agreement {

/// What an instance is about and who this member is; the same for its whole life.
struct Context {
  std::uint32_t network_id{};
  consensus::InstanceId instance;
  consensus::SignerSet set;
  SetHash set_hash;
  MemberIndex self;
  consensus::Timing timing;
  /// View timeouts of earlier attempts at this height: timeouts go on growing (stackers).
  std::uint32_t earlier_timeouts{};
  /// Outlives every machine that uses it.
  const Notary* notary{};
};

/// The Bitcoin chain as the own node sees it: headers it had not yet told, ascending, and the tip.
/// The first header ever told is the root: everything below it counts as history of every branch.
struct BurnMoved {
  std::vector<consensus::BurnLink> links;
  BurnHash tip;
};

/// A member's newest state, from its signed chunk.
struct PeerState {
  MemberIndex member;
  messages::AgreementState state;
};

/// The own node's judgement of a value. Parked: it has not seen the burn view yet; neither vote nor
/// refusal.
enum class Verdict : std::uint8_t { valid, refused, parked };
enum class Seen : std::uint8_t { before_cutoff, after_cutoff };
/// Whether a block that starts a replay names all that must be replayed, as far as this node knows.
enum class Tail : std::uint8_t { longest, shorter };

/// A value that may be voted on, with what the own node thinks of it. May be told again when that
/// changes. Producers: a block from a candidate slot. Stackers: a block whose *producers' signature
/// the caller has checked*. Key instances: the certificate content this member finds valid, or
/// `retry` once the dealers left weigh less than the threshold.
struct Candidate {
  consensus::Value value;
  MicroStx fees;
  /// Where it was found. Blocks: candidate slot, counted from 0 (producers without signer slots
  /// have one too). Key instances: the member whose content it is.
  std::uint32_t source{};
  Verdict verdict{};
  Errc reason{};  ///< Of a refusal.
  Seen seen{};
  Tail tail{};
};

/// The leader of an epoch is known (own election participant). Producers' blocks only.
struct LeaderGranted {
  messages::LeaderCertificate certificate;
};
/// Candidates are no longer collected: the leader proposes. Producers' blocks only.
struct CutOff {};
struct TimerFired {
  Timer timer;
};
/// The group's signature for this value exists and verifies: the instance is closed for as long as
/// the value's burn view is canonical.
struct Signed {
  consensus::View view;
  consensus::Value value;
};
/// The own Bitcoin tip is past the term: nothing more of it is prepared or signed.
struct TermOver {};
/// A reorganisation has taken the tip back into the term.
struct TermResumed {};
/// Proof of a fault that another machine found (signature shares for two blocks in one view): the
/// member's candidates count no more.
struct Convicted {
  MemberIndex member;
};
/// The record found under `AgreementMachine::record_key` at start; the first input if given at all.
struct Restored {
  Bytes record;
};

using Input = std::variant<BurnMoved, PeerState, Candidate, LeaderGranted, CutOff, TimerFired,
                           Signed, TermOver, TermResumed, Convicted, Restored>;

/// Put this state, whole, into the own state chunk.
struct Publish {
  messages::AgreementState state;
};
/// Why a leader asks its own node for a block.
enum class BlockNeed : std::uint8_t {
  no_candidate,    ///< None qualifies.
  lock_on_orphan,  ///< A lock on an orphaned block stands against what is certified.
};
/// This member leads and has nothing to propose: make a block on `burn_view`, then tell it as
/// `Candidate`. Once per burn view. Producers' blocks only.
struct NeedBlock {
  BlockNeed why{};
  BurnView burn_view;
};
/// A proposal or certificate names a block this member has no judgement of: fetch it, judge it.
struct WantBlock {
  consensus::Value value;
};
/// This member leads `view` and the block is certified in it: collect signature shares.
struct OpenSigning {
  consensus::View view;
  consensus::Value value;
  consensus::VoteCertificate certificate;
};
/// The key instance decided, or the attempt is rejected for the value's burn view.
struct Decided {
  consensus::VoteCertificate certificate;
};
/// A member said two things in one view.
struct FaultFound {
  messages::FaultProof proof;
};

using Effect = std::variant<Persist, Publish, ArmTimer, NeedBlock, WantBlock, OpenSigning, Decided,
                            FaultFound>;
using Effects = std::vector<Effect>;

/// Timers carry a = height, b = term·2³² + attempt, c = epoch·2³² + round (low 32 bits of each).
enum class TimerKind : std::uint8_t { view_over = 21, round_over = 22, key_view_over = 23 };

}  // namespace quorate::actors::agreement
