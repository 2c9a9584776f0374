// One node's part in one generation of one group: key generation, agreements and threshold signing
// over one Stacker DB. A member writes its state; an observer (no `self`) only reads, and can
// coordinate signatures of the group (an announcer does). A producer without signer slots is an
// observer that puts candidates forward. Composition only: every rule is in the three machines.
// Source: SIP "Facilities for Signature Generation", "Signature Generation".
#pragma once

#include <deque>
#include <map>
#include <set>

#include "actors/agreement_machine.hpp"
#include "actors/chunk_desk.hpp"
#include "actors/keygen_machine.hpp"
#include "actors/member_io.hpp"
#include "actors/signing_machine.hpp"
#include "actors/state_news.hpp"

namespace quorate::actors {

/// Everything a member has in its store, by table: as found at start, and kept up with what it
/// wrote since, because a group may be made a second time.
using StoredTables = std::map<storage::Table, std::map<Bytes, Bytes>>;
void keep(StoredTables& stored, const Persist& written);

// What a generation reports to the role that owns it.

/// The key is certified and everything this node can hold of it is held.
struct KeyDone {
  consensus::KeyCertificate certificate;
};
/// This node coordinated a block signature and has it.
struct SealDone {
  consensus::InstanceId instance;
  consensus::View view;
  BlockId block;
  consensus::GroupSeal seal;
};
/// This node coordinated an announcement signature and has it.
struct SignatureDone {
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SchnorrSignature signature;
};
/// An attempt is rejected (own instance decided, or a member shows the certificate).
struct RejectionDone {
  consensus::VoteCertificate certificate;
};
/// The leader has nothing to propose.
struct BlockWanted {
  consensus::InstanceId instance;
  BurnView burn_view;
};
/// A value is voted on that this node has no judgement of.
struct ValueWanted {
  consensus::InstanceId instance;
  consensus::Value value;
};
/// A request for an announcement share waits for permission.
struct PermitAsked {
  crypto::PublicKey from;
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SigningSubject subject;
};
/// A member's state was read: its epoch, and its certificate while it leads.
struct MemberHeard {
  MemberIndex member;
  std::uint32_t epoch{};
  std::optional<messages::LeaderCertificate> leader;
};
struct CandidateHeard {
  crypto::PublicKey owner;
  messages::CandidateBlock candidate;
};
using GroupReport = std::variant<KeyDone, SealDone, SignatureDone, RejectionDone, BlockWanted,
                                 ValueWanted, PermitAsked, MemberHeard, CandidateHeard>;
using GroupReports = std::vector<GroupReport>;

struct GroupMemberSetup {
  consensus::Params params;
  consensus::Timing timing;
  messages::SetPlanned planned;
  std::optional<MemberIndex> self;
  /// Host key and notary; both outlive the generation. Observers sign nothing but candidates.
  const crypto::SecretKey* key{};
  const Notary* notary{};
  Hash256 entropy;  ///< Fresh and secret.
  const StoredTables* stored{};
  /// Marks this generation's timers among those of its role; not 0.
  std::uint64_t timer_scope{1};
};

class GroupMember {
 public:
  /// @returns what makes the set or a stored record unusable.
  static Result<std::unique_ptr<GroupMember>> make(GroupMemberSetup setup);

  /// What the inputs below add to; the caller takes both after every input.
  MemberEffects effects;
  GroupReports reports;

  void start(Instant now, BurnHeight height);
  /// Its array was closed and is open again, empty: what this member says, its dealing and its
  /// candidate are written anew.
  void resume();
  void on_burn(Instant now, const agreement::BurnMoved& moved, BurnHeight height);
  void on_chunk(Instant now, const consensus::Chunk& chunk);
  void on_write_refused(consensus::ChunkSlot slot, Errc reason, ChunkVersion standing);
  void on_timer(Instant now, Timer timer);
  void on_key_certified(Instant now, const consensus::KeyCertificate& certificate);

  /// Makes the instance current: its machine exists, is fed and published.
  void open(Instant now, const consensus::InstanceId& instance);
  /// Passes an input to an instance's machine, if there is one.
  void agree(Instant now, const consensus::InstanceId& instance, const agreement::Input& input);
  /// A block of this generation was accepted: its instance is closed, whoever collected the
  /// signature.
  void on_accepted(Instant now, const consensus::BlockHeader& header);
  /// Nothing at or below a final height is decided again: its machines are forgotten. Their
  /// promises stay in the store, where a restarted member finds them while it walks through
  /// history.
  void on_final(BlockHeight height);
  /// To every block instance of the generation.
  void agree_all(Instant now, const agreement::Input& input);
  void sign(Instant now, const SigningInput& input);
  /// Lets the own share of an announcement leave while its term goes on, and forgets announcements
  /// long replaced.
  void permit_announcement(Instant now, const Permit& permit);

  /// Parts of the own state that the role decides.
  void set_epoch(std::uint32_t epoch, std::optional<messages::LeaderCertificate> leader);
  void set_offer(std::optional<messages::AnnouncementOffer> offer,
                 List<messages::PostedRequest, messages::max_posted_requests> foreign_requests);
  /// A block carries the key's certificate: it need not be shown any more.
  void settle_key() { key_settled_ = true; }
  /// Puts a block into the own candidate slot.
  void put_candidate(const messages::CandidateBlock& candidate);
  /// Writes the own state if others need to hear of a change: the last call of a step.
  void flush(Instant now);

  /// Hands on what the inputs added, until nothing is left: reports may cause more. What is
  /// persisted goes into `stored` too.
  template <class OnReport>
  void drain(StoredTables& stored, MemberEffects& out, const OnReport& on_report) {
    while (!effects.empty() || !reports.empty()) {
      for (MemberEffect& effect : effects) {
        if (const auto* written = std::get_if<Persist>(&effect)) keep(stored, *written);
        out.push_back(std::move(effect));
      }
      effects.clear();
      GroupReports told = std::exchange(reports, {});
      for (GroupReport& report : told) on_report(report);
    }
  }

  [[nodiscard]] const consensus::SignerSet& set() const { return setup_.planned.set; }
  [[nodiscard]] const messages::SetPlanned& planned() const { return setup_.planned; }
  [[nodiscard]] const consensus::DbAddress& address() const { return desk_->address(); }
  [[nodiscard]] std::optional<MemberIndex> self() const { return setup_.self; }
  [[nodiscard]] std::uint64_t timer_scope() const { return setup_.timer_scope; }
  [[nodiscard]] bool has_key() const { return signing_.has_value(); }
  [[nodiscard]] const AgreementMachine* instance(const consensus::InstanceId& id) const;
  [[nodiscard]] const std::optional<consensus::InstanceId>& current() const { return current_; }
  /// Requests this observer coordinates.
  [[nodiscard]] const messages::SigningState* signing_state() const;
  [[nodiscard]] const messages::MemberState* state_of(MemberIndex member) const;
  /// What stands in the candidate slots, by owner: who changes its place on the chain reads it
  /// again.
  [[nodiscard]] const std::map<crypto::PublicKey, messages::CandidateBlock>& candidates() const {
    return candidates_;
  }

 private:
  explicit GroupMember(GroupMemberSetup setup) : setup_(std::move(setup)) {}

  void absorb(Instant now, KeygenEffects effects);
  void absorb(Instant now, const consensus::InstanceId& instance, agreement::Effects effects);
  void absorb(Instant now, SigningEffects effects);
  void keygen(Instant now, const KeygenInput& input);
  void end_terms(Instant now, BurnHeight height);
  void on_state(Instant now, StateRead read);
  void convict(Instant now, MemberIndex member);
  void feed_instance(Instant now, const consensus::InstanceId& instance, MemberIndex member,
                     const messages::AgreementState& state);
  void judge_key_values(Instant now, const messages::AgreementState& state);
  void keep_contents(Instant now, const AgreementMachine& machine);
  void on_decided(Instant now, const consensus::VoteCertificate& certificate);
  void begin_signing(Instant now);
  void close_signing(Instant now, const consensus::InstanceId& instance);
  void refresh_permit(Instant now, const consensus::InstanceId& instance);
  void note_rejections(const messages::AgreementState& state);
  void note_key_decision(Instant now, const messages::AgreementState& state);
  void put_dealing(const PutDealing& put);
  void arm(const ArmTimer& order);
  void evidence(MemberIndex member, std::string kind, Bytes proof);
  [[nodiscard]] messages::MemberState compose() const;
  [[nodiscard]] std::shared_ptr<const agreement::Context> context_of(
      const consensus::InstanceId& instance) const;
  [[nodiscard]] std::optional<messages::AgreementState> ended_before(
      const consensus::InstanceId& instance) const;
  [[nodiscard]] std::vector<StoredRecord> records(storage::Table table, const Bytes& prefix) const;
  [[nodiscard]] bool is_published(const consensus::InstanceId& instance) const;

  GroupMemberSetup setup_;
  SetHash set_hash_;
  std::optional<ChunkDesk> desk_;
  std::optional<KeygenMachine> keygen_;
  std::optional<SigningMachine> signing_;
  std::map<consensus::InstanceId, AgreementMachine> instances_;
  /// Block instances whose term the own Bitcoin tip has passed.
  std::set<consensus::InstanceId> over_;
  std::optional<consensus::InstanceId> current_;
  std::optional<consensus::InstanceId> key_instance_;
  bool is_started_{};
  /// What ended the attempt before, of the key and of the current block, for those who still wait
  /// for it.
  std::optional<messages::AgreementState> retried_;
  std::optional<messages::AgreementState> rejected_;
  /// Headers told so far, for machines that are opened later.
  std::deque<consensus::BurnLink> links_;
  std::optional<BurnHash> tip_;
  std::map<MemberIndex, std::shared_ptr<const messages::MemberState>> states_;
  /// Proof of each of these states, while it may be needed.
  std::map<MemberIndex, messages::SignedState> written_by_;
  /// Members proven faulty, by any of the machines.
  std::set<MemberIndex> convicted_;
  std::map<crypto::PublicKey, messages::CandidateBlock> candidates_;
  /// The permission in force per instance.
  std::map<consensus::InstanceId, consensus::View> permits_;
  std::deque<consensus::InstanceId> announcing_;
  std::set<std::pair<consensus::Value, bool>> judged_;
  std::set<consensus::Value> kept_;
  std::set<consensus::VoteCertificate, bool (*)(const consensus::VoteCertificate&,
                                                const consensus::VoteCertificate&)>
      rejections_{+[](const consensus::VoteCertificate& a, const consensus::VoteCertificate& b) {
        return std::tie(a.instance, a.value) < std::tie(b.instance, b.value);
      }};
  std::uint32_t epoch_{};
  std::optional<messages::LeaderCertificate> leader_;
  std::optional<messages::AnnouncementOffer> offer_;
  List<messages::PostedRequest, messages::max_posted_requests> foreign_requests_;
  /// Last written into the own slots.
  std::optional<PutDealing> dealt_;
  std::optional<messages::CandidateBlock> candidate_;
  /// The own Bitcoin tip: its term, and whether it is past the generation.
  std::optional<TermNumber> term_;
  bool is_closed_{};
  bool key_settled_{};
  /// What the own slots say, and when they are written again.
  messages::MemberState written_;
  StatePace pace_;
};

/// What an agreement on this block is about.
[[nodiscard]] consensus::Value value_of(const consensus::BlockHeader& header);

/// The certified key that a member shows: its decided key instance with the content it offers.
/// Unverified.
[[nodiscard]] std::optional<consensus::KeyCertificate> shown_key(
    const messages::MemberState& state);

}  // namespace quorate::actors
