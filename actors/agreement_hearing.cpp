// Taking in what other members published, after it was checked. Votes and proposals are registers:
// of each member only the newest counts.
#include "actors/agreement_machine.hpp"

namespace quorate::actors {

using consensus::Phase;
using consensus::View;
using consensus::Vote;
using consensus::VoteCertificate;
using messages::AgreementState;
using messages::FaultKind;
using messages::Proposal;

namespace {

/// Leaders' words and certified leaders that are remembered, newest first.
constexpr std::size_t remembered_views = 8;
constexpr std::size_t remembered_leaders = 64;

}  // namespace

void AgreementMachine::hear_state(MemberIndex member, const AgreementState& state) {
  if (!is_producers_block() && state.view.round == 0 && state.view > View{}) {
    View& seen = views_[member];
    seen = std::max(seen, state.view);
  }
  for (const VoteCertificate& certificate : state.certificates) {
    if (!bitcoin_.is_canonical(certificate.value)) {
      bitcoin_.place(state.links, certificate.value.burn_view);
    }
    if (is_news(certificate)) learn(certificate);
  }
  if (state.proposal) hear_proposal(member, *state.proposal);
  if (state.answered) {
    if (const auto leader = leader_of(state.answered->view)) hear_word(*leader, *state.answered);
  }
  if (state.prepare) hear_vote(member, Phase::prepare, *state.prepare);
  if (state.commit) hear_vote(member, Phase::commit, *state.commit);
  if (state.refusal) {
    refusals_[member] = *state.refusal;
  } else {
    refusals_.erase(member);
  }
  for (const messages::ShownRefusal& shown : state.shown_refusals) {
    if (shown.member != context_->self) refusals_.emplace(shown.member, shown.refusal);
  }
  if (state.decided) learn_decision(*state.decided);
}

void AgreementMachine::hear_proposal(MemberIndex member, const Proposal& proposal) {
  const View view = proposal.word.view;
  if (proposal.leader) {
    leaders_.emplace(view.epoch, member);
    if (leaders_.size() > remembered_leaders) leaders_.erase(leaders_.begin());
    newest_epoch_ = std::max(newest_epoch_, view.epoch);
  }
  hear_word(member, proposal.word);
  const auto last = heard_.find(member);
  // The first word of a view counts; another one for the same view is a fault, not a correction.
  if (last != heard_.end() && last->second.word.view >= view) return;
  Proposal kept = proposal;
  kept.leader.reset();  // Remembered in `leaders_`.
  heard_.insert_or_assign(member, std::move(kept));
}

void AgreementMachine::hear_word(MemberIndex leader, const Vote& word) {
  const auto [at, is_new] = words_.emplace(word.view, std::pair{leader, word});
  if (!is_new && at->second.first == leader && at->second.second.value != word.value) {
    accuse(FaultKind::two_proposals, leader, at->second.second, word);
  }
  if (words_.size() > remembered_views) words_.erase(words_.begin());
}

void AgreementMachine::hear_vote(MemberIndex member, Phase phase, const Vote& vote) {
  auto& votes = phase == Phase::prepare ? prepares_ : commits_;
  const auto [at, is_new] = votes.emplace(member, vote);
  if (is_new) return;
  if (at->second.view == vote.view && at->second.value != vote.value) {
    accuse(phase == Phase::prepare ? FaultKind::two_prepares : FaultKind::two_commits, member,
           at->second, vote);
  }
  if (at->second.view < vote.view) at->second = vote;
}

void AgreementMachine::accuse(FaultKind kind, MemberIndex member, const Vote& first,
                              const Vote& second) {
  if (!convicted_.insert(member).second) return;
  order(agreement::FaultFound{{kind, member, context_->instance, first, second}});
}

void AgreementMachine::learn(const VoteCertificate& certificate) {
  ASSERT(is_news(certificate));
  known_.insert_or_assign(certificate.value, certificate);
  dirty_ = true;
  if (known_.size() <= messages::max_certificates) return;
  // The oldest one that is no lock goes; `lock_highest` keeps at least one place free for it.
  auto oldest = known_.end();
  for (auto at = known_.begin(); at != known_.end(); ++at) {
    if (locks_.contains(at->first)) continue;
    if (oldest == known_.end() || at->second.view < oldest->second.view) oldest = at;
  }
  ASSERT(oldest != known_.end());
  known_.erase(oldest);
}

void AgreementMachine::learn_decision(const VoteCertificate& certificate) {
  if (is_decided(certificate.value) || decisions_.size() >= messages::max_certificates) return;
  decisions_.push_back(certificate);
  promised_ = true;
  dirty_ = true;  // Who has no vote reads it here.
  order(agreement::Decided{certificate});
}

/// Proposals that can no longer be answered go; what is left is at most one per leader.
void AgreementMachine::forget_proposals() {
  std::erase_if(heard_, [this](const auto& entry) {
    const View view = entry.second.word.view;
    return (current_ && view <= *current_) || (!is_producers_block() && view < view_);
  });
}

void AgreementMachine::follow_views() {
  if (is_producers_block()) return;
  std::vector<std::pair<View, MemberIndex>> seen;
  for (const auto& [member, view] : views_) {
    if (view > view_) seen.emplace_back(view, member);
  }
  std::sort(seen.rbegin(), seen.rend());
  Weight weight{0};
  for (const auto& [view, member] : seen) {
    weight += context_->set.weight(member);
    if (!is_third(weight, context_->set.total())) continue;
    view_ = view;
    dirty_ = true;
    return;
  }
}

}  // namespace quorate::actors
