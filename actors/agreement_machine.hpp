// One member's part in answering one question: which block at this height and attempt, or which
// group key. Prepare, lock, then sign (blocks) or commit (keys, rejections); views only go up and
// every lock that binds must be released by a certificate. Producers' blocks, stackers' blocks and
// key instances are three modes of it. Source: SIP "Producer Signing Protocol", "Stacker Signing
// Protocol" (BFT two-phase commit); docs/protocol.md "Agreement on one block per height",
// "Stackers", "Group keys".
#pragma once

#include <map>
#include <set>

#include "actors/agreement_io.hpp"
#include "actors/burn_scene.hpp"

namespace quorate::actors {

class AgreementMachine {
 public:
  explicit AgreementMachine(std::shared_ptr<const agreement::Context> context);

  /// Advances by one input. On error the state is unchanged: agreement_other_instance,
  /// agreement_unknown_member, agreement_bad_state, agreement_bad_signature, agreement_not_leader,
  /// agreement_wrong_value_kind, agreement_too_many_candidates, agreement_not_applicable,
  /// agreement_already_started, agreement_bad_record, or what a certificate's check or the Bitcoin
  /// tree says.
  [[nodiscard]] Result<agreement::Effects> step(Instant now, const agreement::Input& input);

  /// Whether a signature share for `value` in `view` may leave this member: it is locked on exactly
  /// that, is in no higher view, finds the value valid and its burn view canonical, and the term
  /// goes on. Asked again for every package. Source: docs/protocol.md "Agreement", rule 3.
  [[nodiscard]] bool may_release(const consensus::View& view, const consensus::Value& value) const;

  /// What this member publishes now.
  [[nodiscard]] messages::AgreementState state() const;
  /// The decision that stands on the own Bitcoin chain, if any: a signed block, a rejection, a key.
  [[nodiscard]] std::optional<consensus::Value> closed() const;
  /// Certificates of decisions by commit votes (rejections; the key), for whoever needs to show
  /// them.
  [[nodiscard]] const std::vector<consensus::VoteCertificate>& decisions() const {
    return decisions_;
  }
  /// The highest view in which this member prepared or locked.
  [[nodiscard]] std::optional<consensus::View> current_view() const { return current_; }
  /// Who leads a view, as far as this member knows.
  [[nodiscard]] std::optional<MemberIndex> leader(const consensus::View& view) const {
    return leader_of(view);
  }
  /// View timeouts so far at this height, earlier attempts included: for the next attempt's
  /// context.
  [[nodiscard]] std::uint32_t timeouts() const;
  /// Own locks: value → view.
  [[nodiscard]] const std::map<consensus::Value, consensus::View>& locks() const { return locks_; }
  /// Highest prepare certificate known per value; every lock has one of its view or a higher one.
  [[nodiscard]] const std::map<consensus::Value, consensus::VoteCertificate>& certificates() const {
    return known_;
  }
  [[nodiscard]] const agreement::Context& context() const { return *context_; }

  /// Key of this instance's one record: views, votes, locks. What it holds is never contradicted.
  /// Two Bitcoin branches may plan two sets for one generation: each makes promises of its own.
  [[nodiscard]] static Bytes record_key(const SetHash& set, const consensus::InstanceId& instance);
  /// Everything that can influence later steps except what is only remembered to convict a member
  /// or to spare a second check, in one canonical encoding (for exhaustive search).
  [[nodiscard]] Bytes fingerprint() const;

 private:
  using Effects = agreement::Effects;
  using View = consensus::View;
  using Value = consensus::Value;
  using Vote = consensus::Vote;
  using VoteCertificate = consensus::VoteCertificate;

  struct Judged {
    MicroStx fees;
    std::uint32_t source{};
    agreement::Verdict verdict{};
    Errc reason{};
    agreement::Seen seen{};
    agreement::Tail tail{};
    std::uint32_t order{};  ///< Later told is greater.
  };
  /// What a leader would propose now.
  struct Choice {
    std::optional<Value> value;
    std::optional<Value> rejected;
    std::optional<agreement::BlockNeed> need;
  };

  Result<> on(const agreement::BurnMoved& input);
  Result<> on(const agreement::PeerState& input);
  Result<> on(const agreement::Candidate& input);
  Result<> on(const agreement::LeaderGranted& input);
  Result<> on(const agreement::CutOff& input);
  Result<> on(const agreement::TimerFired& input);
  Result<> on(const agreement::Signed& input);
  Result<> on(const agreement::TermOver& input);
  Result<> on(const agreement::TermResumed& input);
  Result<> on(const agreement::Convicted& input);
  Result<> on(const agreement::Restored& input);

  // agreement_checks.cpp: what comes from outside is checked before anything changes.
  [[nodiscard]] bool is_key_instance() const;
  [[nodiscard]] bool is_stackers_block() const;
  [[nodiscard]] bool is_producers_block() const;
  [[nodiscard]] bool has_commit_votes(const Value& value) const;
  [[nodiscard]] const crypto::PublicKey& key_of(MemberIndex member) const;
  [[nodiscard]] Result<> check_member(MemberIndex member) const;
  [[nodiscard]] Result<> check_value(const Value& value) const;
  [[nodiscard]] Result<> check_vote(MemberIndex member, consensus::Phase phase,
                                    const Vote& vote) const;
  [[nodiscard]] Result<> check_word(MemberIndex leader, const Vote& word) const;
  [[nodiscard]] Result<> check_refusal(MemberIndex member, const messages::Refusal& refusal) const;
  [[nodiscard]] Result<> check_certificate(const VoteCertificate& certificate,
                                           consensus::Phase phase) const;
  [[nodiscard]] Result<> check_leader(const messages::LeaderCertificate& certificate) const;
  [[nodiscard]] Result<> check_proposal(MemberIndex member,
                                        const messages::Proposal& proposal) const;
  [[nodiscard]] Result<> check_votes(MemberIndex member,
                                     const messages::AgreementState& state) const;
  [[nodiscard]] Result<> check_state(MemberIndex member,
                                     const messages::AgreementState& state) const;
  [[nodiscard]] std::optional<MemberIndex> leader_of(const View& view) const;
  [[nodiscard]] bool is_news(const VoteCertificate& certificate) const;
  [[nodiscard]] bool is_decided(const Value& value) const;

  // agreement_hearing.cpp: taking in what was checked.
  void hear_state(MemberIndex member, const messages::AgreementState& state);
  void hear_proposal(MemberIndex member, const messages::Proposal& proposal);
  void hear_word(MemberIndex leader, const Vote& word);
  void hear_vote(MemberIndex member, consensus::Phase phase, const Vote& vote);
  void learn(const VoteCertificate& certificate);
  void learn_decision(const VoteCertificate& certificate);
  void accuse(messages::FaultKind kind, MemberIndex member, const Vote& first, const Vote& second);
  void follow_views();
  void forget_proposals();

  // agreement_machine.cpp: what follows from the state, in the order of the rules.
  void settle(Instant now);
  void form_certificates();
  void lock_highest();
  void commit_locked();
  void enter(const View& view);
  [[nodiscard]] bool is_timing() const;
  void arm_timers(Instant now);
  void want_blocks();
  void want(const Value& value);
  void open_signing();
  void order(agreement::Effect effect);
  [[nodiscard]] std::vector<VoteCertificate> collect(const std::map<MemberIndex, Vote>& votes,
                                                     consensus::Phase phase) const;
  [[nodiscard]] Vote sign_vote(consensus::Phase phase, const View& view, const Value& value) const;
  [[nodiscard]] Timer timer(agreement::TimerKind kind, const View& view) const;

  // agreement_answer.cpp: rule 2, whether a proposal is prepared.
  void answer_proposal();
  [[nodiscard]] const messages::Proposal* proposal_at_hand() const;
  [[nodiscard]] agreement::Verdict verdict_on(const messages::Proposal& proposal,
                                              Errc& reason) const;
  [[nodiscard]] bool binds(const Value& locked, const Value& other) const;
  [[nodiscard]] bool is_released(const Value& locked, const View& lock_view,
                                 const View& proposed) const;
  [[nodiscard]] bool locks_allow(const Value& value, const View& view) const;
  [[nodiscard]] bool fee_rule_holds(const Value& value, const View& view) const;
  [[nodiscard]] std::optional<Value> better_candidate(const Value& value) const;
  [[nodiscard]] bool is_shown_with_two(const Value& value, const View& view) const;
  [[nodiscard]] bool may_reject(const View& view, const Value& reject, const Value& block) const;
  [[nodiscard]] Weight refusing(const Value& block) const;
  [[nodiscard]] bool is_refused_by_third(const Value& block) const;
  void prepare(const View& view, const Value& value, const Vote& word);
  void refuse(const View& view, const Value& value, Errc reason,
              const std::optional<Value>& better);
  void refuse_invalid_blocks();

  // agreement_lead.cpp: rule 1, what a leader proposes.
  void propose(Instant now);
  void propose_round(Instant now);
  void propose_view();
  void put_forward(const View& view, const Choice& choice);
  [[nodiscard]] bool leads_epoch() const;
  [[nodiscard]] bool may_open_round(const Choice& choice) const;
  [[nodiscard]] bool is_convicted(const Judged& judged) const;
  [[nodiscard]] const VoteCertificate* highest_canonical() const;
  [[nodiscard]] const VoteCertificate* highest_orphan_against(const VoteCertificate& top) const;
  [[nodiscard]] bool is_free_of_orphans(const Value& value) const;
  [[nodiscard]] std::optional<Value> best_candidate() const;
  [[nodiscard]] std::optional<Value> best_on_tip(const Value& except) const;
  [[nodiscard]] Choice choose_for_producers() const;
  [[nodiscard]] Choice choose_for_stackers(const View& view) const;
  [[nodiscard]] Choice choose_key() const;
  [[nodiscard]] Choice choose_rejection() const;
  [[nodiscard]] Choice repeat_certified(const Value& value) const;
  [[nodiscard]] std::optional<Value> block_to_reject(const BurnView& r) const;

  // agreement_promise.cpp: what outlives a restart.
  [[nodiscard]] Bytes record() const;
  [[nodiscard]] std::vector<consensus::BurnLink> links_of(const std::vector<Value>& values,
                                                          std::size_t below,
                                                          std::size_t most) const;

  std::shared_ptr<const agreement::Context> context_;
  BurnScene bitcoin_;
  bool started_{};  ///< Anything but `Restored` was heard.
  bool cut_off_{};
  bool over_{};

  // Own word: durable before it is published.
  std::optional<View> current_;
  std::optional<Vote> prepare_;
  std::optional<Vote> answered_;
  std::optional<Vote> commit_;
  std::optional<messages::Proposal> proposed_;
  std::map<Value, View> locks_;
  std::optional<messages::Refusal> refusal_;

  // What others said, checked.
  std::map<Value, VoteCertificate> known_;
  std::vector<VoteCertificate> decisions_;
  std::set<Value> signed_;
  std::map<MemberIndex, Vote> prepares_;  ///< Newest per member, own included.
  std::map<MemberIndex, Vote> commits_;
  std::map<MemberIndex, messages::Refusal> refusals_;
  std::map<MemberIndex, View> views_;                   ///< Highest in which a member was seen.
  std::map<View, std::pair<MemberIndex, Vote>> words_;  ///< Leaders' words of the newest views.
  std::map<MemberIndex, messages::Proposal> heard_;     ///< Last proposal of each leader.
  std::set<MemberIndex> convicted_;
  std::map<Value, Judged> judged_;

  // Views by timer (stackers, keys) and rounds (producers).
  View view_;
  std::optional<View> armed_;
  std::map<std::uint32_t, MemberIndex> leaders_;  ///< Per epoch, certified.
  std::optional<messages::LeaderCertificate> own_epoch_;
  std::uint32_t newest_epoch_{};
  bool round_over_{};

  // Orders already given.
  std::optional<BurnView> needed_;
  std::set<Value> wanted_;
  std::optional<View> opened_;

  // Of the running step.
  Effects out_;
  bool promised_{};
  bool dirty_{};
};

}  // namespace quorate::actors
