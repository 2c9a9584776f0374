// Rule 2: whether this member prepares what a leader proposes, and why not.
// Source: docs/protocol.md "Agreement on one block per height" (views only go up; fee rule; locks
// and Bitcoin), "Stackers" (rejections).
#include "actors/agreement_machine.hpp"

namespace quorate::actors {

using agreement::Verdict;
using consensus::Phase;
using consensus::Value;
using consensus::ValueKind;
using consensus::View;
using consensus::Vote;
using messages::Proposal;

/// The proposal that this member has to answer now: producers that of the highest view, others that
/// of the view they are in (anybody leads some view of the far future).
const Proposal* AgreementMachine::proposal_at_hand() const {
  const Proposal* at_hand = nullptr;
  for (const auto& [leader, proposal] : heard_) {
    const View view = proposal.word.view;
    if (!is_producers_block() && view != view_) continue;
    if (at_hand == nullptr || at_hand->word.view < view) at_hand = &proposal;
  }
  return at_hand;
}

void AgreementMachine::answer_proposal() {
  const Proposal* proposal = proposal_at_hand();
  if (proposal == nullptr || over_ || closed()) return;
  const View view = proposal->word.view;
  const Value value = proposal->word.value;
  // Prepared or locked in this view or a higher one: nothing more to say in it.
  if (current_ && view <= *current_) return;
  if (!bitcoin_.is_canonical(value)) return;
  Errc reason{};
  const Verdict verdict = verdict_on(*proposal, reason);
  if (verdict == Verdict::parked) return;
  if (verdict == Verdict::refused) return refuse(view, value, reason, std::nullopt);
  if (!locks_allow(value, view)) return refuse(view, value, Errc::agreement_locked, std::nullopt);
  if (locks_.size() + 1 >= messages::max_certificates && !locks_.contains(value)) {
    return refuse(view, value, Errc::agreement_too_many_locks, std::nullopt);
  }
  if (fee_rule_holds(value, view)) {
    if (judged_.at(value).tail == agreement::Tail::shorter) {
      return refuse(view, value, Errc::agreement_shorter_tail, std::nullopt);
    }
    if (const auto better = better_candidate(value)) {
      return refuse(view, value, Errc::agreement_better_candidate, better);
    }
  }
  prepare(view, value, proposal->word);
}

Verdict AgreementMachine::verdict_on(const Proposal& proposal, Errc& reason) const {
  const Value& value = proposal.word.value;
  if (value.kind == ValueKind::reject) {
    return may_reject(proposal.word.view, value, *proposal.rejected) ? Verdict::valid
                                                                     : Verdict::parked;
  }
  const auto judged = judged_.find(value);
  if (judged == judged_.end()) return Verdict::parked;
  reason = judged->second.reason;
  return judged->second.verdict;
}

/// A lock on `locked` stands against `other`. What cannot be placed on Bitcoin binds.
bool AgreementMachine::binds(const Value& locked, const Value& other) const {
  return locked != other && !bitcoin_.are_rivals(locked, other);
}

/// A certificate for another value, not a rival of the locked one, of a view between the lock's and
/// the proposal's. Certificates are facts: it does not matter who showed them.
bool AgreementMachine::is_released(const Value& locked, const View& lock_view,
                                   const View& proposed) const {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    const auto& [value, certificate] = entry;
    return value != locked && lock_view < certificate.view && certificate.view < proposed &&
           bitcoin_.are_related(value, locked);
  });
}

bool AgreementMachine::locks_allow(const Value& value, const View& view) const {
  return std::all_of(locks_.begin(), locks_.end(), [&](const auto& lock) {
    return !binds(lock.first, value) || is_released(lock.first, lock.second, view);
  });
}

/// A new block on the tip because an orphaned lock stands against what is certified.
bool AgreementMachine::is_shown_with_two(const Value& value, const View& view) const {
  if (value.burn_view != bitcoin_.tip()) return false;
  for (const auto& [certified, below] : known_) {
    if (!bitcoin_.is_canonical(certified) || !(below.view < view)) continue;
    for (const auto& [orphan, above] : known_) {
      if (bitcoin_.are_rivals(orphan, value) && bitcoin_.are_related(orphan, certified) &&
          orphan != certified && below.view < above.view && above.view < view) {
        return true;
      }
    }
  }
  return false;
}

/// Whether the proposal is measured against what else this member knows. Only in rounds 0 and 1, so
/// that nobody can stall the set by showing candidates selectively.
bool AgreementMachine::fee_rule_holds(const Value& value, const View& view) const {
  if (!is_producers_block() || view.round > 1) return false;
  const auto certified = known_.find(value);
  if (certified != known_.end() && certified->second.view < view) return false;
  return !is_shown_with_two(value, view);
}

/// A better-paying valid candidate seen before the cut-off, against which nothing binds.
std::optional<Value> AgreementMachine::better_candidate(const Value& value) const {
  std::optional<Value> best;
  MicroStx fees = judged_.at(value).fees;
  for (const auto& entry : judged_) {
    const Value& candidate = entry.first;
    const Judged& judged = entry.second;
    if (judged.verdict != Verdict::valid || judged.seen != agreement::Seen::before_cutoff ||
        judged.tail == agreement::Tail::shorter || judged.fees <= fees || is_convicted(judged) ||
        !bitcoin_.is_canonical(candidate)) {
      continue;
    }
    const bool is_bound = std::any_of(known_.begin(), known_.end(), [&](const auto& certified) {
      return binds(certified.first, candidate);
    });
    if (is_bound) continue;
    best = candidate;
    fees = judged.fees;
  }
  return best;
}

/// Source: docs/protocol.md "Stackers": `reject` from view 2 on, or of what one refuses oneself, or
/// of what more than 33 % refuse; always of a producer-signed block on the same branch.
bool AgreementMachine::may_reject(const View& view, const Value& reject, const Value& block) const {
  const auto judged = judged_.find(block);
  if (block.kind != ValueKind::block || judged == judged_.end() ||
      !bitcoin_.is_at_or_below(block.burn_view, reject.burn_view)) {
    return false;
  }
  return view.epoch >= 2 || judged->second.verdict == Verdict::refused ||
         is_refused_by_third(block);
}

Weight AgreementMachine::refusing(const Value& block) const {
  Weight weight{0};
  for (const auto& [member, refusal] : refusals_) {
    // "Locked" and "better candidate" say nothing about the block.
    const bool is_about_block = refusal.reason.text != name_of(Errc::agreement_locked) &&
                                refusal.reason.text != name_of(Errc::agreement_better_candidate) &&
                                refusal.reason.text != name_of(Errc::agreement_too_many_locks);
    if (refusal.value == block && is_about_block) weight += context_->set.weight(member);
  }
  return weight;
}

bool AgreementMachine::is_refused_by_third(const Value& block) const {
  return std::uint64_t{100} * refusing(block).value >
         std::uint64_t{33} * context_->set.total().value;
}

void AgreementMachine::prepare(const View& view, const Value& value, const Vote& word) {
  ASSERT(!prepare_ || prepare_->view < view);  // At most one value per view.
  ASSERT(!current_ || *current_ < view);
  ASSERT(!over_);
  ASSERT(locks_allow(value, view));
  prepare_ = sign_vote(Phase::prepare, view, value);
  answered_ = word;
  hear_vote(context_->self, Phase::prepare, *prepare_);
  enter(view);
}

void AgreementMachine::refuse(const View& view, const Value& value, Errc reason,
                              const std::optional<Value>& better) {
  // A stacker's refusal is about the block, whoever proposed it when; locks show themselves.
  if (is_stackers_block() && reason == Errc::agreement_locked) return;
  const std::string name{name_of(reason)};
  const bool is_same_view = is_stackers_block() || (refusal_ && refusal_->view == view);
  if (refusal_ && is_same_view && refusal_->value == value && refusal_->reason.text == name &&
      refusal_->better == better) {
    return;
  }
  messages::Refusal refusal{view, value, {name.substr(0, Text<64>::max_size)}, better, {}};
  refusal.signature = context_->notary->sign(messages::refusal_digest(
      context_->network_id, context_->set_hash, context_->instance, refusal));
  refusal_ = refusal;
  refusals_[context_->self] = refusal;
  dirty_ = true;
}

/// Stackers say what they think of a block as soon as they have tried it.
void AgreementMachine::refuse_invalid_blocks() {
  if (!is_stackers_block() || over_) return;
  if (refusal_) {
    const auto judged = judged_.find(refusal_->value);
    if (judged != judged_.end() && judged->second.verdict == Verdict::refused) return;
    refusal_.reset();  // It can take the block now.
    refusals_.erase(context_->self);
    dirty_ = true;
  }
  for (const auto& [value, judged] : judged_) {
    if (judged.verdict != Verdict::refused || !bitcoin_.is_canonical(value)) continue;
    return refuse(view_, value, judged.reason, std::nullopt);
  }
}

}  // namespace quorate::actors
