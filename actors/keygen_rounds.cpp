// After every input: confirm when it is time, choose, finish, and publish what changed.
// Source: docs/threshold_signing.md "Rounds".
#include "actors/keygen_core.hpp"

namespace quorate::actors {

using consensus::ValueKind;
using keygen::RecordKind;
using messages::KeygenState;

void KeygenMachine::Core::advance(Effects& out) {
  if (book_->is_dealing() && !budget_.is_spent()) go_on_dealing(out);
  if (self_ && !certificate_) {
    confirm();
    write_state();
    tally_->count(*self_, state_);
  }
  choose();
  finish(out);
  Effects told = verdicts();
  tell_evidence(out);
  if (candidate_ != told_candidate_) {
    told_candidate_ = candidate_;
    told.push_back(KeygenCandidate{instance(), candidate_});
  }
  // The contents they speak of are stored and published before anybody votes for them.
  publish(out);
  out.insert(out.end(), told.begin(), told.end());
  if (std::exchange(is_busy_, false) && !std::exchange(has_asked_for_time_, true)) {
    out.push_back(KeygenBusy{});
  }
}

void KeygenMachine::Core::confirm() {
  if (!has_confirmed_ && !book_->is_complete() && !reached(deal_deadline_)) return;
  if (!is_examined()) return;
  has_confirmed_ = true;
  for (std::uint16_t p = 0; p < scene_.set.members.size(); ++p) {
    const MemberIndex dealer{p};
    if (!confirmed_.contains(dealer) && book_->counts(dealer) && confirms(dealer)) {
      confirmed_[dealer] = book_->first(dealer)->dealing->hash();
    }
  }
}

bool KeygenMachine::Core::is_examined() {
  const bool is_done = book_->examine(budget_) != keygen::DealingBook::Checked::unfinished;
  is_busy_ = is_busy_ || !is_done;
  return is_done;
}

/// A dealing that came late is confirmed only when an honest member is sure to have had it in time.
bool KeygenMachine::Core::confirms(MemberIndex dealer) const {
  if (in_time_.contains(dealer)) return true;
  return is_third(tally_->weight(dealer, book_->first(dealer)->dealing->hash()),
                  scene_.set.total());
}

void KeygenMachine::Core::write_state() {
  state_.confirmed = {};
  state_.dealing_hashes.clear();
  if (has_confirmed_) {
    state_.confirmed = BitVector{static_cast<std::uint16_t>(scene_.set.members.size())};
    for (const auto& [dealer, hash] : confirmed_) {
      state_.confirmed.set(dealer.value);
      state_.dealing_hashes.push_back(hash);
    }
  }
  state_.complaints.assign(book_->own_complaints().begin(), book_->own_complaints().end());
  state_.equivocations.assign(book_->equivocations().begin(), book_->equivocations().end());
  state_.offered.clear();
  std::vector<Hash256> ids = kept_;
  if (liked_) ids.push_back(*liked_);
  if (candidate_ && candidate_->kind == ValueKind::key) ids.insert(ids.begin(), candidate_->id);
  if (certificate_) ids = {certificate_->content.id()};
  for (const Hash256& id : ids) {
    const consensus::KeyContent* known = content(id);
    if (known == nullptr) continue;
    const auto& listed = state_.offered;
    if (std::find(listed.begin(), listed.end(), *known) == listed.end()) {
      state_.offered.push_back(*known);
    }
  }
}

void KeygenMachine::Core::publish(Effects& out) {
  if (!self_) return;
  write_state();
  if (is_published_ && state_ == published_) return;
  const bool has_news = state_.confirmed != published_.confirmed ||
                        state_.equivocations != published_.equivocations ||
                        state_.offered != published_.offered;
  if (has_news || !is_published_) {
    keygen::ProgressRecord progress;
    progress.state = state_;
    for (const auto& [dealer, word] : book_->words()) {
      if (dealer != *self_) progress.seen.push_back({dealer, word});
    }
    out.push_back(Persist{{keygen::record(prefix_, RecordKind::progress, attempt_.attempt,
                                          progress)}});
  }
  published_ = state_;
  is_published_ = true;
  out.push_back(PublishKeygen{state_});
}

void KeygenMachine::Core::tell_evidence(Effects& out) {
  for (KeygenEvidence& found : book_->take_evidence()) {
    convicted_.insert(found.member);
    out.push_back(std::move(found));
  }
}

}  // namespace quorate::actors
