// Threshold signing in one group generation, for a member (nonces, answers) and for a coordinator
// (requests, collecting, conviction); most are both, an announcer may be the second only. The
// machine does not decide whether something may be signed: a request waits until `Permit` names its
// instance, view and subject.
//
// Nonces live in this object only. A share is persisted before it is published; after a restart the
// old batch is gone, logged answers are repeated, and a new random batch begins.
// Source: SIP "Facilities for Signature Generation"; docs/threshold_signing.md "Nonces",
// "Coordination".
#pragma once

#include <map>
#include <set>

#include "actors/effects.hpp"
#include "actors/keygen_machine.hpp"
#include "crypto/frost_coordinator.hpp"
#include "messages/signing_proof.hpp"

namespace quorate::actors {

/// Timer::kind of this machine's timers; a = number of the opening, b = session count.
inline constexpr std::uint8_t signing_timer = 40;
/// A coordinator goes on with a long check: at once, behind what is waiting already.
inline constexpr std::uint8_t signing_work_timer = 41;

struct SigningSetup {
  consensus::SignerSet set;
  consensus::KeyContent content;
  crypto::GroupRef group;
  std::uint32_t network_id{};
  /// All three present for a member with shares, all absent for an outside coordinator or a member
  /// without shares.
  std::optional<crypto::PartyKey> key;
  std::optional<crypto::SecretKey> host;
  /// Fresh and secret; every batch comes from it through a one-way chain.
  Hash256 entropy;
  std::uint32_t block_nonces{16};
  std::uint32_t announce_nonces{8};
  /// How long the first session of an opening waits for members that are not ready, and how long
  /// each session may take before the next opens; grows by half each time.
  Duration collect_wait{milliseconds(200)};
  Duration session_wait{milliseconds(800)};
  /// Bytes of own requests published at a time; the oldest give way.
  std::size_t request_budget{40 * 1024};
  /// Records of Table::nonce_log whose key begins with content.cid.
  std::vector<StoredRecord> records;
};

/// A group member's signing state, from its state chunk, and what the member signed when it wrote
/// that (the word's content hash may be missing): kept as evidence while its nonces or shares are
/// in use.
struct PeerSigning {
  MemberIndex member;
  messages::SigningState state;
  messages::SignedState written;
};
/// A request by somebody who is not of the group (an announcer): from its state chunk.
struct RequestSeen {
  crypto::PublicKey from;
  messages::PostedRequest request;
};
/// I lead (or announce): get this signed. Opening a higher view of an instance closes the lower
/// one.
struct OpenSigning {
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SigningSubject subject;
};
/// Shares may be released for this subject in this view, and for nothing else of the instance. The
/// composition says it only while the agreement is locked on exactly that, in its current view.
struct Permit {
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SigningSubject subject;
  /// Whose requests are answered: a view's leader. Absent: anybody's. Others could otherwise take
  /// the members' nonces away from the leader.
  std::optional<crypto::PublicKey> leader;
};
/// The permission of the instance ends (the view went on).
struct Withdraw {
  consensus::InstanceId instance;
};
/// The instance is over: its openings, shares, permissions and log records go.
struct CloseSigning {
  consensus::InstanceId instance;
};
/// A member was convicted elsewhere: it is no longer asked.
struct ExcludeSigner {
  MemberIndex member;
};
using SigningInput = std::variant<PeerSigning, RequestSeen, OpenSigning, Permit, Withdraw,
                                  CloseSigning, ExcludeSigner, Timer>;

/// The own signing state changed.
struct PublishSigning {
  messages::SigningState state;
};
/// A request stands that nothing permits yet. Said once per request.
struct PermitWanted {
  crypto::PublicKey from;
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SigningSubject subject;
};
/// The group's part of a seal, verified.
struct SealReady {
  consensus::InstanceId instance;
  consensus::View view;
  BlockId block;
  consensus::GroupSeal seal;
};
/// A group signature over a sighash, verified under the tweaked key.
struct SignatureReady {
  consensus::InstanceId instance;
  consensus::View view;
  Hash256 sighash;
  crypto::SchnorrSignature signature;
};
/// A member's fault. `proof`: an encoded messages::SigningFault.
struct SigningEvidence {
  MemberIndex member;
  std::string kind;  ///< "bad_share", "two_shares", "nonce_equivocation".
  Bytes proof;
};
using SigningEffect = std::variant<Persist, ArmTimer, PublishSigning, PermitWanted, SealReady,
                                   SignatureReady, SigningEvidence>;
using SigningEffects = std::vector<SigningEffect>;

class SigningMachine {
 public:
  /// @returns nonce_log_corrupt when a record cannot be read.
  static Result<SigningMachine> make(SigningSetup setup);
  SigningMachine(SigningMachine&&) noexcept;
  SigningMachine& operator=(SigningMachine&&) noexcept;
  ~SigningMachine();

  /// First effects: publishes fresh nonces and the logged answers.
  [[nodiscard]] SigningEffects start();
  /// Advances by one input. On an error the state is unchanged.
  [[nodiscard]] Result<SigningEffects> step(Instant now, const SigningInput& input);

  [[nodiscard]] const messages::SigningState& state() const;
  /// Weight of the members whose nonces are known and who are not convicted.
  [[nodiscard]] Weight ready_weight() const;
  [[nodiscard]] const std::set<MemberIndex>& convicted() const;
  [[nodiscard]] const crypto::GroupRef& group() const;

 private:
  class Core;
  explicit SigningMachine(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace quorate::actors
