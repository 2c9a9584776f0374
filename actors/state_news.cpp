#include "actors/state_news.hpp"

#include <algorithm>

namespace quorate::actors {

namespace {

bool is_awaited(const messages::AgreementState& now, const messages::AgreementState& before) {
  return before.view != now.view || before.proposal != now.proposal ||
         before.prepare != now.prepare || before.commit != now.commit ||
         before.refusal != now.refusal || before.decided != now.decided;
}

template <class Items>
bool has_new(const Items& now, const Items& before) {
  return std::any_of(now.begin(), now.end(), [&](const auto& item) {
    return std::find(before.begin(), before.end(), item) == before.end();
  });
}

/// Whether `now` shows a decision that `before` does not.
bool has_decision(const messages::MemberState& now, const messages::MemberState& before) {
  return std::any_of(now.agreements.begin(), now.agreements.end(), [&](const auto& agreed) {
    return agreed.decided &&
           std::none_of(before.agreements.begin(), before.agreements.end(),
                        [&](const auto& other) { return other.decided == agreed.decided; });
  });
}

}  // namespace

News news_of(const messages::AgreementState& now, const messages::MemberState& written) {
  messages::AgreementState before;
  before.instance = now.instance;
  for (const auto& agreed : written.agreements) {
    if (agreed.instance == now.instance) before = agreed;
  }
  if (is_awaited(now, before)) return News::awaited;
  // Links only explain certificates.
  before.links = now.links;
  return now == before ? News::nothing : News::useful;
}

News news_of(const messages::SigningState& now, const messages::MemberState& written) {
  if (!written.signing) return News::awaited;
  const messages::SigningState& before = *written.signing;
  if (has_new(now.requests, before.requests) || has_new(now.shares, before.shares) ||
      has_new(now.rejects, before.rejects)) {
    return News::awaited;
  }
  const bool same_nonces =
      now.nonces == before.nonces && now.announce_nonces == before.announce_nonces;
  return same_nonces ? News::nothing : News::useful;
}

messages::Audience audience_of(const messages::MemberState& now,
                               const messages::MemberState& written) {
  using messages::Audience;
  if (has_decision(now, written) || now.offer != written.offer ||
      now.foreign_requests != written.foreign_requests) {
    return Audience::everybody;
  }
  if (!now.signing) return Audience::members;
  const messages::SigningState none;
  const messages::SigningState& before = written.signing ? *written.signing : none;
  // Only shares of sighashes come without an attestation.
  const bool has_share =
      std::any_of(now.signing->shares.begin(), now.signing->shares.end(), [&](const auto& share) {
        return share.attestation.is_zero() &&
               std::find(before.shares.begin(), before.shares.end(), share) == before.shares.end();
      });
  const bool is_for_announcer = has_share || has_new(now.signing->rejects, before.rejects) ||
                                now.signing->announce_nonces != before.announce_nonces;
  return is_for_announcer ? Audience::everybody : Audience::members;
}

bool StatePace::is_due(Instant now) const {
  return standing_ == News::awaited || (lazy_at_ && *lazy_at_ <= now);
}

std::optional<Instant> StatePace::begin_wait(Instant now) {
  if (standing_ == News::nothing || lazy_at_) return std::nullopt;
  lazy_at_ = now + lazy_wait;
  return lazy_at_;
}

void StatePace::written() {
  standing_ = News::nothing;
  lazy_at_.reset();
}

}  // namespace quorate::actors
