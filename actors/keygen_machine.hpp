// One member's part in the key generation of one set, over all its attempts: deal, confirm, choose
// the qualified dealers, judge proposed contents, and take the own shares once the agreement has
// decided. An observer (no `self`) only follows, and learns the public shares.
//
//   height < h1          dealings are collected; own dealing published at once
//   all dealt, or h1     confirm: which dealings are in order and gave good shares; complaints
//   all agree, or h2     the gate opens: contents are proposed and judged
//   h3                   too few dealers left: wish for, and agree to, a new attempt
//
// Whatever ≥ 67 % prepared is valid for everybody: only the gate and complaints decide before. A
// colluding dealer and victim could else split honest members by a complaint that arrives while
// prepares are under way (docs/spec_gaps.md "Late complaints").
// Source: SIP "Facilities for Signature Generation"; docs/threshold_signing.md "Key generation".
#pragma once

#include <map>
#include <set>

#include "actors/effects.hpp"
#include "consensus/params.hpp"
#include "crypto/frost_outcome.hpp"
#include "messages/keygen_proof.hpp"

namespace quorate::actors {

/// A record of Table::keygen as the store returned it.
struct StoredRecord {
  Bytes key;
  Bytes value;
};

struct KeygenSetup {
  consensus::SignerSet set;
  /// Where the set's chunks stand (for proofs of equivocation).
  consensus::DbAddress db;
  std::uint32_t network_id{};
  /// Absent for an observer; `host` is then absent, too.
  std::optional<MemberIndex> self;
  std::optional<crypto::SecretKey> host;
  /// Burn height from which the deadlines count, and the deadlines.
  BurnHeight start;
  std::uint32_t deal_deadline{3};
  std::uint32_t confirm_deadline{5};
  std::uint32_t certify_deadline{7};
  /// Fresh and secret.
  Hash256 entropy;
  /// All records of Table::keygen whose key begins with `keygen_record_prefix(set, network_id)`.
  std::vector<StoredRecord> records;
  /// How much of a long computation one step does.
  std::uint64_t slice_units{crypto::slice_units};
};

/// Whose records of a key generation these are. A node with both roles keeps both in one store: who
/// only watches a group must neither read nor overwrite what the member stored.
enum class KeygenPart : std::uint8_t { member, watcher };

/// First 32 bytes of the keys of all records of one set.
[[nodiscard]] Bytes keygen_record_prefix(const consensus::SignerSet& set, std::uint32_t network_id,
                                         KeygenPart part = KeygenPart::member);

/// A dealing stands in a member's pre-computation slots (joined, see join_dealing; who wrote
/// pieces that cannot be joined has not dealt). `word` is what the owner signed in the first
/// of them; its version is attempt + 1.
struct DealingSeen {
  MemberIndex member;
  messages::SignedDealing word;
  SharedBytes dealing;
  /// Content of the first slot when the dealing goes on in others; else empty.
  SharedBytes manifest;
};
/// A member's keygen state, from its state chunk.
struct PeerKeygen {
  MemberIndex member;
  messages::KeygenState state;
};
struct KeygenBurnHeight {
  BurnHeight height;
};
/// Please answer with `KeygenVerdict`, now or as soon as it can be said. `shown`: the proposal
/// shows a prepare certificate for this very value.
struct JudgeValue {
  enum class Shown : std::uint8_t { nothing, prepare_certificate };
  consensus::InstanceId instance;
  consensus::Value value;
  Shown shown{};
};
/// The agreement prepared, locked or saw a certificate for this value: keep its content published.
struct KeepContent {
  consensus::Value value;
};
/// The key instance of the current attempt decided (value key or retry).
struct KeyDecided {
  consensus::VoteCertificate certificate;
};
/// The certified key came from elsewhere (a block).
struct KeyCertified {
  consensus::KeyCertificate certificate;
};
/// The answer to KeygenBusy.
struct KeygenTime {};
using KeygenInput = std::variant<DealingSeen, PeerKeygen, KeygenBurnHeight, JudgeValue,
                                 KeepContent, KeyDecided, KeyCertified, KeygenTime>;

/// Publish the own dealing: split_dealing over the own pre-computation slots, version attempt + 1.
struct PutDealing {
  std::uint32_t attempt{};
  SharedBytes dealing;
};
/// The own keygen state changed.
struct PublishKeygen {
  messages::KeygenState state;
};
/// An attempt is under way; its agreement instance may be opened (told again after a restart).
struct AttemptOpened {
  consensus::InstanceId instance;
};
/// What this member would propose now as leader of the instance; absent: nothing (any more).
struct KeygenCandidate {
  consensus::InstanceId instance;
  std::optional<consensus::Value> value;
};
/// Answer to JudgeValue. May change from refused to valid, and while no certificate is shown from
/// valid to refused.
struct KeygenVerdict {
  consensus::InstanceId instance;
  consensus::Value value;
  Result<> verdict{done()};
};
/// The key is decided. Said once per process.
struct KeygenFinished {
  consensus::KeyCertificate certificate;
};
/// `group()` and, for a member whose shares are in order, `key()` can be used. Said once per
/// process, with KeygenFinished or later (a dealing was still missing).
struct KeyReady {};
/// A member's fault, with an encoded messages::KeygenFault.
struct KeygenEvidence {
  MemberIndex member;
  std::string kind;  ///< "bad_dealing", "dealer_equivocation", "false_complaint".
  Bytes proof;
};
/// A long computation is not finished: it goes on with every further input, and the composition is
/// asked for a KeygenTime as soon as others have had their turn.
struct KeygenBusy {};
using KeygenEffect = std::variant<Persist, PutDealing, PublishKeygen, AttemptOpened,
                                  KeygenCandidate, KeygenVerdict, KeygenFinished, KeyReady,
                                  KeygenEvidence, KeygenBusy>;
using KeygenEffects = std::vector<KeygenEffect>;

class KeygenMachine {
 public:
  /// @returns what makes the set unusable (bad_keygen_config) or a stored record unreadable.
  static Result<KeygenMachine> make(KeygenSetup setup);
  KeygenMachine(KeygenMachine&&) noexcept;
  KeygenMachine& operator=(KeygenMachine&&) noexcept;
  ~KeygenMachine();

  /// First effects: persists and publishes the own dealing (the same bytes again after a crash).
  [[nodiscard]] KeygenEffects start(BurnHeight height);
  /// Advances by one input. On an error the state is unchanged.
  [[nodiscard]] Result<KeygenEffects> step(Instant now, const KeygenInput& input);

  [[nodiscard]] consensus::InstanceId instance() const;
  [[nodiscard]] const messages::KeygenState& state() const;
  /// The content with this id, if known (own, or offered by a member).
  [[nodiscard]] const consensus::KeyContent* content(const Hash256& id) const;
  /// Members convicted so far, by own knowledge.
  [[nodiscard]] const std::set<MemberIndex>& convicted() const;

  /// After KeygenFinished: the certificate. After KeyReady: the public shares, and the own shares
  /// (null for an observer, or when they cannot be had).
  [[nodiscard]] const consensus::KeyCertificate* certificate() const;
  [[nodiscard]] crypto::GroupRef group() const;
  [[nodiscard]] const crypto::PartyKey* key() const;

 private:
  class Core;
  explicit KeygenMachine(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

/// An explicit second owner of the same shares.
[[nodiscard]] crypto::PartyKey clone_key(const crypto::PartyKey& key);

}  // namespace quorate::actors
