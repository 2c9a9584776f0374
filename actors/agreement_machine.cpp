#include "actors/agreement_machine.hpp"

#include "actors/growing_timer.hpp"

namespace quorate::actors {

using agreement::TimerKind;
using consensus::Phase;
using consensus::Value;
using consensus::ValueKind;
using consensus::View;
using consensus::Vote;
using consensus::VoteCertificate;

namespace {

/// Candidates of one source that an instance remembers: a new block per Bitcoin block of the term
/// and some reorganisations.
constexpr std::size_t candidates_per_source = 32;
constexpr std::size_t most_wanted = 64;

std::uint64_t two_words(std::uint64_t high, std::uint64_t low) {
  return (high << 32) | (low & 0xffffffffu);
}

}  // namespace

AgreementMachine::AgreementMachine(std::shared_ptr<const agreement::Context> context)
    : context_(std::move(context)) {
  ASSERT(context_ != nullptr);
  ASSERT(context_->notary != nullptr);
  ASSERT(context_->self.value < context_->set.members.size());
}

Result<agreement::Effects> AgreementMachine::step(Instant now, const agreement::Input& input) {
  ASSERT(out_.empty());
  const bool is_restore = std::holds_alternative<agreement::Restored>(input);
  if (is_restore && started_) return Errc::agreement_already_started;
  const Result<> taken = std::visit([this](const auto& event) { return on(event); }, input);
  if (!taken.ok()) return taken.error();
  started_ = true;
  settle(now);
  if (promised_) {
    const Bytes key = record_key(context_->set_hash, context_->instance);
    out_.insert(out_.begin(), Persist{{{storage::Table::agreement, key, record()}}});
  }
  if (dirty_) out_.push_back(agreement::Publish{state()});
  promised_ = false;
  dirty_ = false;
  return std::exchange(out_, {});
}

// Inputs.

Result<> AgreementMachine::on(const agreement::BurnMoved& input) {
  return bitcoin_.move(input.links, input.tip);
}

Result<> AgreementMachine::on(const agreement::PeerState& input) {
  TRY(check_member(input.member));
  if (input.member == context_->self) return done();
  TRY(check_state(input.member, input.state));
  hear_state(input.member, input.state);
  return done();
}

Result<> AgreementMachine::on(const agreement::Candidate& input) {
  TRY(check_value(input.value));
  if (input.value.kind == ValueKind::reject) return Errc::agreement_wrong_value_kind;
  const auto last = judged_.find(input.value);
  if (last != judged_.end()) {
    last->second.verdict = input.verdict;
    last->second.reason = input.reason;
    last->second.fees = input.fees;
    last->second.tail = input.tail;
    if (input.seen == agreement::Seen::before_cutoff) last->second.seen = input.seen;
    return done();
  }
  const auto same_source = std::count_if(judged_.begin(), judged_.end(), [&](const auto& entry) {
    return entry.second.source == input.source;
  });
  if (static_cast<std::size_t>(same_source) >= candidates_per_source) {
    return Errc::agreement_too_many_candidates;
  }
  judged_.emplace(input.value, Judged{input.fees, input.source, input.verdict, input.reason,
                                      input.seen, input.tail,
                                      static_cast<std::uint32_t>(judged_.size())});
  return done();
}

Result<> AgreementMachine::on(const agreement::LeaderGranted& input) {
  if (!is_producers_block()) return Errc::agreement_not_applicable;
  const messages::LeaderCertificate& certificate = input.certificate;
  const auto known = leaders_.find(certificate.epoch);
  if (known == leaders_.end()) {
    TRY(check_leader(certificate));
    leaders_.emplace(certificate.epoch, certificate.leader);
  } else if (known->second != certificate.leader) {
    return Errc::agreement_not_leader;
  }
  newest_epoch_ = std::max(newest_epoch_, certificate.epoch);
  if (certificate.leader == context_->self && certificate.epoch == newest_epoch_) {
    own_epoch_ = certificate;
    needed_.reset();
  }
  return done();
}

Result<> AgreementMachine::on(const agreement::CutOff&) {
  if (!is_producers_block()) return Errc::agreement_not_applicable;
  cut_off_ = true;
  return done();
}

Result<> AgreementMachine::on(const agreement::TimerFired& input) {
  const Timer& fired = input.timer;
  if (armed_ && fired == timer(is_key_instance() ? TimerKind::key_view_over : TimerKind::view_over,
                               *armed_)) {
    const bool is_over = armed_ == view_ && is_timing();
    armed_.reset();
    if (is_over) {
      ++view_.epoch;
      dirty_ = true;
    }
  } else if (proposed_ && fired == timer(TimerKind::round_over, proposed_->word.view)) {
    round_over_ = true;
  }
  return done();  // Anything else is stale.
}

Result<> AgreementMachine::on(const agreement::Signed& input) {
  TRY(check_value(input.value));
  if (input.value.kind != ValueKind::block) return Errc::agreement_wrong_value_kind;
  if (signed_.size() < messages::max_certificates && signed_.insert(input.value).second) {
    dirty_ = true;
  }
  return done();
}

Result<> AgreementMachine::on(const agreement::TermOver&) {
  over_ = true;
  return done();
}

Result<> AgreementMachine::on(const agreement::TermResumed&) {
  over_ = false;
  return done();
}

Result<> AgreementMachine::on(const agreement::Convicted& input) {
  TRY(check_member(input.member));
  convicted_.insert(input.member);
  return done();
}

// Consequences.

void AgreementMachine::settle(Instant now) {
  form_certificates();
  follow_views();
  lock_highest();
  refuse_invalid_blocks();
  propose(now);
  answer_proposal();
  // The own vote may complete a certificate.
  form_certificates();
  lock_highest();
  commit_locked();
  for (const VoteCertificate& decision : collect(commits_, Phase::commit)) {
    learn_decision(decision);
  }
  open_signing();
  want_blocks();
  forget_proposals();
  arm_timers(now);
}

std::vector<VoteCertificate> AgreementMachine::collect(const std::map<MemberIndex, Vote>& votes,
                                                       Phase phase) const {
  // Few words at a time, and this runs at every step: a list is searched faster than a tree is
  // built.
  std::vector<std::pair<std::pair<View, Value>, Weight>> weights;
  for (const auto& [member, vote] : votes) {
    const std::pair<View, Value> word{vote.view, vote.value};
    auto at = std::find_if(weights.begin(), weights.end(),
                           [&](const auto& entry) { return entry.first == word; });
    if (at == weights.end()) at = weights.insert(weights.end(), {word, Weight{0}});
    at->second += context_->set.weight(member);
  }
  std::sort(weights.begin(), weights.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<VoteCertificate> certificates;
  for (const auto& [word, weight] : weights) {
    if (!is_quorum(weight, context_->set.total())) continue;
    VoteCertificate certificate;
    certificate.phase = phase;
    certificate.instance = context_->instance;
    certificate.view = word.first;
    certificate.value = word.second;
    certificate.signers = BitVector{static_cast<std::uint16_t>(context_->set.members.size())};
    for (const auto& [member, vote] : votes) {
      if (vote.view != word.first || vote.value != word.second) continue;
      certificate.signers.set(member.value);
      certificate.signatures.push_back(vote.signature);
    }
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

void AgreementMachine::form_certificates() {
  for (const VoteCertificate& certificate : collect(prepares_, Phase::prepare)) {
    if (is_news(certificate)) learn(certificate);
  }
}

void AgreementMachine::enter(const View& view) {
  ASSERT(!current_ || *current_ <= view);  // Views only go up.
  current_ = view;
  if (view_ < view && !is_producers_block()) view_ = view;
  if (is_producers_block() && refusal_ && refusal_->view <= view) {
    refusal_.reset();  // Moot: that proposal is overtaken.
    refusals_.erase(context_->self);
  }
  promised_ = true;
  dirty_ = true;
}

void AgreementMachine::lock_highest() {
  if (over_) return;
  const VoteCertificate* top = highest_canonical();
  if (top == nullptr || (current_ && top->view < *current_)) return;
  const auto lock = locks_.find(top->value);
  if (lock != locks_.end() && lock->second >= top->view) return;
  const bool is_taken = std::any_of(locks_.begin(), locks_.end(),
                                    [&](const auto& other) { return other.second == top->view; });
  // One certificate per view while less than 34 % cheat; and one place in `known_` stays free.
  if (is_taken || (lock == locks_.end() && locks_.size() + 1 >= messages::max_certificates)) return;
  locks_.insert_or_assign(top->value, top->view);
  enter(top->view);
}

void AgreementMachine::commit_locked() {
  for (const auto& [value, view] : locks_) {
    if (!has_commit_votes(value) || !may_release(view, value)) continue;
    if (commit_ && commit_->view >= view) return;
    commit_ = sign_vote(Phase::commit, view, value);
    hear_vote(context_->self, Phase::commit, *commit_);
    promised_ = true;
    dirty_ = true;
    return;
  }
}

Vote AgreementMachine::sign_vote(Phase phase, const View& view, const Value& value) const {
  return {view, value,
          context_->notary->sign(consensus::vote_digest(context_->network_id, context_->set_hash,
                                                        phase, context_->instance, view, value))};
}

bool AgreementMachine::may_release(const View& view, const Value& value) const {
  const auto lock = locks_.find(value);
  if (over_ || lock == locks_.end() || lock->second != view || current_ != view) return false;
  if (!bitcoin_.is_canonical(value)) return false;
  // A block or key is the member's own judgement; `reject` and `retry` follow the lock alone.
  if (value.kind == ValueKind::reject || value.kind == ValueKind::retry) return true;
  const auto judged = judged_.find(value);
  return judged != judged_.end() && judged->second.verdict == agreement::Verdict::valid;
}

void AgreementMachine::open_signing() {
  if (!proposed_ || is_key_instance() || closed()) return;
  const Vote& word = proposed_->word;
  const auto lock = locks_.find(word.value);
  if (word.value.kind != ValueKind::block || lock == locks_.end() || lock->second != word.view ||
      current_ != word.view || opened_ == word.view) {
    return;
  }
  opened_ = word.view;
  order(agreement::OpenSigning{word.view, word.value, known_.at(word.value)});
}

void AgreementMachine::want(const Value& value) {
  if (value.kind == ValueKind::reject || value.kind == ValueKind::retry) return;
  if (judged_.contains(value) || wanted_.size() >= most_wanted) return;
  if (wanted_.insert(value).second) order(agreement::WantBlock{value});
}

void AgreementMachine::want_blocks() {
  if (const messages::Proposal* proposal = proposal_at_hand()) {
    want(proposal->word.value);
    if (proposal->rejected) want(*proposal->rejected);
  }
  for (const auto& [value, certificate] : known_) want(value);
  if (!leads_epoch()) return;
  for (const auto& [member, refusal] : refusals_) {
    if (refusal.better) want(*refusal.better);
  }
}

void AgreementMachine::order(agreement::Effect effect) { out_.push_back(std::move(effect)); }

// Timers.

Timer AgreementMachine::timer(TimerKind kind, const View& view) const {
  const consensus::InstanceId& instance = context_->instance;
  return {static_cast<std::uint8_t>(kind), instance.height.value,
          two_words(instance.term.value, instance.attempt), two_words(view.epoch, view.round)};
}

/// Views time out while there is something to agree on: a key, or a producer-signed block that
/// Bitcoin has not orphaned (one on a Bitcoin block not seen yet counts). Source: docs/protocol.md
/// "Stackers" (its view timer starts when it holds such a block).
bool AgreementMachine::is_timing() const {
  if (is_producers_block() || over_ || closed()) return false;
  return std::any_of(judged_.begin(), judged_.end(),
                     [&](const auto& entry) { return !bitcoin_.is_orphaned(entry.first); });
}

void AgreementMachine::arm_timers(Instant now) {
  if (armed_ == view_ || !is_timing()) return;
  armed_ = view_;
  const Duration length =
      grown(context_->timing.stacker_view_timeout, context_->timing.growth_percent, timeouts(),
            context_->timing.stacker_view_timeout_cap);
  order(ArmTimer{timer(is_key_instance() ? TimerKind::key_view_over : TimerKind::view_over, view_),
                 now + length});
}

std::uint32_t AgreementMachine::timeouts() const {
  const std::uint64_t sum = std::uint64_t{context_->earlier_timeouts} + view_.epoch;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, 1000));
}

// What is known.

std::optional<Value> AgreementMachine::closed() const {
  for (const Value& value : signed_) {
    if (bitcoin_.is_canonical(value)) return value;
  }
  for (const VoteCertificate& decision : decisions_) {
    if (bitcoin_.is_canonical(decision.value)) return decision.value;
  }
  return std::nullopt;
}

messages::AgreementState AgreementMachine::state() const {
  messages::AgreementState state;
  state.instance = context_->instance;
  state.view = is_producers_block() ? current_.value_or(View{}) : view_;
  const bool leads = is_producers_block() ? leads_epoch() && proposed_ &&
                                                proposed_->word.view.epoch == own_epoch_->epoch
                                          : proposed_ && proposed_->word.view == view_;
  if (leads) state.proposal = proposed_;
  state.prepare = prepare_;
  state.answered = answered_;
  state.commit = commit_;
  std::vector<const VoteCertificate*> others;
  std::vector<Value> orphans;
  for (const auto& [value, certificate] : known_) {
    if (!bitcoin_.is_canonical(value)) orphans.push_back(value);
    if (locks_.contains(value)) {
      state.certificates.push_back(certificate);
    } else {
      others.push_back(&certificate);
    }
  }
  state.locks = static_cast<std::uint8_t>(state.certificates.size());
  std::stable_sort(others.begin(), others.end(),
                   [](const auto* a, const auto* b) { return a->view > b->view; });
  for (const VoteCertificate* other : others) state.certificates.push_back(*other);
  state.links = links_of(orphans, 0, messages::max_burn_links);
  state.refusal = refusal_;
  if (leads && proposed_->rejected) {
    for (const auto& [member, refusal] : refusals_) {
      if (refusal.value == *proposed_->rejected) state.shown_refusals.push_back({member, refusal});
    }
  }
  for (const VoteCertificate& decision : decisions_) {
    if (!state.decided || bitcoin_.is_canonical(decision.value)) state.decided = decision;
  }
  state.closed = closed();
  return state;
}

}  // namespace quorate::actors
