// Rule 1: what a leader proposes. Always the value of the highest certificate on its canonical
// chain, unless an orphaned lock of a higher view stands against it; then something new on the tip.
// Source: docs/protocol.md "Agreement on one block per height", "Stackers", "Group keys".
#include "actors/agreement_machine.hpp"

namespace quorate::actors {

using agreement::BlockNeed;
using agreement::Seen;
using agreement::Verdict;
using consensus::Value;
using consensus::ValueKind;
using consensus::View;
using consensus::VoteCertificate;

namespace {

/// From this view on stackers' leaders propose to reject the attempt.
constexpr std::uint32_t first_reject_view = 2;
/// Rounds of an epoch that a refusal may open early; later ones only the timeout opens.
constexpr std::uint32_t early_rounds = 2;
constexpr std::uint32_t most_rounds = 1u << 16;

}  // namespace

void AgreementMachine::propose(Instant now) {
  if (over_ || closed() || !bitcoin_.tip()) {
    // A key instance needs no Bitcoin.
    if (over_ || closed() || !is_key_instance()) return;
  }
  if (is_producers_block()) {
    propose_round(now);
  } else {
    propose_view();
  }
}

bool AgreementMachine::leads_epoch() const {
  return own_epoch_ && own_epoch_->epoch >= newest_epoch_ &&
         (!current_ || current_->epoch <= own_epoch_->epoch);
}

void AgreementMachine::propose_round(Instant now) {
  if (!cut_off_ || !leads_epoch()) return;
  const Choice choice = choose_for_producers();
  const bool is_first = !proposed_ || proposed_->word.view.epoch < own_epoch_->epoch;
  if (!is_first && !may_open_round(choice)) return;
  if (!choice.value) {
    if (needed_ == bitcoin_.tip()) return;
    needed_ = bitcoin_.tip();
    return order(agreement::NeedBlock{*choice.need, *needed_});
  }
  const View view{own_epoch_->epoch, is_first ? 0 : proposed_->word.view.round + 1};
  if (current_ && view <= *current_) return;
  put_forward(view, choice);
  round_over_ = false;
  order(ArmTimer{timer(agreement::TimerKind::round_over, view),
                 now + context_->timing.round_timeout});
}

/// A further round needs a refusal of the last proposal that changes the choice, a proposal that
/// Bitcoin orphaned, or the round timeout without a certificate.
bool AgreementMachine::may_open_round(const Choice& choice) const {
  const consensus::Vote& last = proposed_->word;
  if (last.view.round + 1 >= most_rounds) return false;
  const bool is_canonical = bitcoin_.is_canonical(last.value);
  const auto certified = known_.find(last.value);
  if (is_canonical && certified != known_.end() && certified->second.view >= last.view) {
    return false;  // Certified in its view: it is being signed.
  }
  if (!is_canonical || round_over_) return true;
  if (last.view.round >= early_rounds || choice.value == last.value) return false;
  return std::any_of(refusals_.begin(), refusals_.end(), [&](const auto& entry) {
    return entry.second.view == last.view && entry.second.value == last.value;
  });
}

void AgreementMachine::propose_view() {
  if (leader_of(view_) != context_->self) return;
  if (proposed_ && proposed_->word.view >= view_) return;
  if (current_ && view_ <= *current_) return;  // Certified already, or prepared before a restart.
  const Choice choice = is_key_instance() ? choose_key() : choose_for_stackers(view_);
  if (choice.value) put_forward(view_, choice);
}

void AgreementMachine::put_forward(const View& view, const Choice& choice) {
  ASSERT(choice.value.has_value());
  ASSERT(!proposed_ || proposed_->word.view < view);  // At most one proposal per view.
  messages::Proposal proposal;
  proposal.word = {
      view, *choice.value,
      context_->notary->sign(messages::proposal_digest(context_->network_id, context_->set_hash,
                                                       context_->instance, view, *choice.value))};
  const auto judged = judged_.find(*choice.value);
  if (judged != judged_.end()) proposal.fees = judged->second.fees;
  proposal.rejected = choice.rejected;
  if (is_producers_block()) proposal.leader = own_epoch_;
  proposed_ = proposal;
  hear_proposal(context_->self, proposal);
  promised_ = true;
  dirty_ = true;
}

bool AgreementMachine::is_convicted(const Judged& judged) const {
  // Candidate slots begin with the producers that have no signer slot.
  const std::size_t first = is_key_instance() ? 0 : context_->set.zero_slot_keys.size();
  if (!is_producers_block() || judged.source < first) return false;
  return convicted_.contains(MemberIndex{static_cast<std::uint16_t>(judged.source - first)});
}

const VoteCertificate* AgreementMachine::highest_canonical() const {
  const VoteCertificate* top = nullptr;
  for (const auto& [value, certificate] : known_) {
    if (!bitcoin_.is_canonical(value)) continue;
    if (top == nullptr || top->view < certificate.view) top = &certificate;
  }
  return top;
}

/// A certificate off the canonical chain, of a higher view than `top`, that binds against it.
const VoteCertificate* AgreementMachine::highest_orphan_against(const VoteCertificate& top) const {
  const VoteCertificate* orphan = nullptr;
  for (const auto& [value, certificate] : known_) {
    if (bitcoin_.is_canonical(value) || certificate.view <= top.view) continue;
    if (!binds(value, top.value)) continue;
    if (orphan == nullptr || orphan->view < certificate.view) orphan = &certificate;
  }
  return orphan;
}

bool AgreementMachine::is_free_of_orphans(const Value& value) const {
  return std::none_of(known_.begin(), known_.end(), [&](const auto& entry) {
    return !bitcoin_.is_canonical(entry.first) && binds(entry.first, value);
  });
}

std::optional<Value> AgreementMachine::best_candidate() const {
  std::optional<Value> best;
  std::pair<bool, MicroStx> most;
  for (const auto& [value, judged] : judged_) {
    if (judged.verdict != Verdict::valid || is_convicted(judged)) continue;
    if (!bitcoin_.is_canonical(value) || !is_free_of_orphans(value)) continue;
    // What was accepted is replayed, whatever a block without it pays.
    const std::pair worth{judged.tail == agreement::Tail::longest, judged.fees};
    if (best && worth <= most) continue;
    best = value;
    most = worth;
  }
  return best;
}

std::optional<Value> AgreementMachine::best_on_tip(const Value& except) const {
  std::optional<Value> best;
  MicroStx fees{};
  for (const auto& [value, judged] : judged_) {
    if (judged.verdict != Verdict::valid || is_convicted(judged)) continue;
    if (value == except || value.burn_view != bitcoin_.tip()) continue;
    if (best && judged.fees <= fees) continue;
    best = value;
    fees = judged.fees;
  }
  return best;
}

AgreementMachine::Choice AgreementMachine::choose_for_producers() const {
  if (const VoteCertificate* top = highest_canonical()) {
    if (highest_orphan_against(*top) == nullptr) return {top->value, {}, {}};
    return {best_on_tip(top->value), {}, BlockNeed::lock_on_orphan};
  }
  return {best_candidate(), {}, BlockNeed::no_candidate};
}

/// Before `first_reject_view` a block; `reject` only if more than 33 % refuse it.
AgreementMachine::Choice AgreementMachine::choose_for_stackers(const View& view) const {
  const VoteCertificate* top = highest_canonical();
  const bool is_blocked = top != nullptr && highest_orphan_against(*top) != nullptr;
  if (top != nullptr && !is_blocked) return repeat_certified(top->value);
  if (view.epoch >= first_reject_view) return choose_rejection();
  const std::optional<Value> block = is_blocked ? best_on_tip(top->value) : best_candidate();
  if (block && !is_refused_by_third(*block)) return {block, {}, {}};
  const Choice rejection = choose_rejection();
  if (rejection.rejected && is_refused_by_third(*rejection.rejected)) return rejection;
  return {};
}

AgreementMachine::Choice AgreementMachine::repeat_certified(const Value& value) const {
  if (value.kind != ValueKind::reject) return {value, {}, {}};
  const std::optional<Value> block = block_to_reject(value.burn_view);
  if (!block) return {};
  return {value, block, {}};
}

AgreementMachine::Choice AgreementMachine::choose_rejection() const {
  const BurnView r = *bitcoin_.tip();
  const std::optional<Value> block = block_to_reject(r);
  if (!block) return {};
  return {Value{ValueKind::reject, Hash256{}, r}, block, {}};
}

/// Of the producer-signed blocks on r's branch the one that most weight refuses.
std::optional<Value> AgreementMachine::block_to_reject(const BurnView& r) const {
  std::optional<Value> block;
  for (const auto& [value, judged] : judged_) {
    if (value.kind != ValueKind::block || !bitcoin_.is_at_or_below(value.burn_view, r)) continue;
    if (!block || refusing(*block) < refusing(value)) block = value;
  }
  return block;
}

/// The certified value; else the own key, newest told; else `retry` once it is called for.
AgreementMachine::Choice AgreementMachine::choose_key() const {
  if (const VoteCertificate* top = highest_canonical()) return {top->value, {}, {}};
  std::optional<Value> choice;
  std::tuple<bool, bool, std::uint32_t> rank;
  for (const auto& [value, judged] : judged_) {
    if (judged.verdict != Verdict::valid) continue;
    const std::tuple<bool, bool, std::uint32_t> own_rank{
        value.kind == ValueKind::key, judged.source == context_->self.value, judged.order};
    if (choice && own_rank < rank) continue;
    choice = value;
    rank = own_rank;
  }
  return {choice, {}, {}};
}

}  // namespace quorate::actors
