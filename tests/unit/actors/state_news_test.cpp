// When a member writes its state again.
#include "actors/state_news.hpp"

#include <doctest/doctest.h>

namespace quorate::actors {
namespace {

using messages::AgreementState;
using messages::MemberState;
using messages::SigningState;

consensus::InstanceId at_height(std::uint64_t height) {
  consensus::InstanceId out;
  out.height = BlockHeight{height};
  return out;
}
AgreementState opened(std::uint64_t height) {
  AgreementState out;
  out.instance = at_height(height);
  return out;
}
SigningState with_nonces(std::uint8_t batch) {
  SigningState out;
  out.nonces.emplace();
  out.nonces->batch.bytes[0] = batch;
  return out;
}
MemberState written(const AgreementState& agreed, const SigningState& signing) {
  MemberState out;
  out.agreements.push_back(agreed);
  out.signing = signing;
  return out;
}

}  // namespace

TEST_CASE("news: an instance that only opens tells nobody anything") {
  const MemberState before = written(opened(5), {});
  CHECK(news_of(opened(6), before) == News::nothing);
  CHECK(news_of(opened(5), before) == News::nothing);
  CHECK(news_of(opened(6), MemberState{}) == News::nothing);
}

TEST_CASE("news: votes, views and decisions are awaited") {
  const MemberState before = written(opened(5), {});
  AgreementState now = opened(5);
  now.prepare.emplace();
  CHECK(news_of(now, before) == News::awaited);
  now = opened(6);
  now.view.round = 1;
  CHECK(news_of(now, before) == News::awaited);
  now = opened(5);
  now.decided.emplace();
  CHECK(news_of(now, before) == News::awaited);
  // Taken back: others must hear of it, too.
  AgreementState voted = opened(5);
  voted.prepare.emplace();
  CHECK(news_of(opened(5), written(voted, {})) == News::awaited);
}

TEST_CASE("news: certificates are useful, the links that explain them are not news alone") {
  const MemberState before = written(opened(5), {});
  AgreementState now = opened(5);
  now.links.push_back({});
  CHECK(news_of(now, before) == News::nothing);
  now.certificates.push_back({});
  CHECK(news_of(now, before) == News::useful);
}

TEST_CASE("news: requests, shares and refusals are awaited; taking them back is not news") {
  SigningState full = with_nonces(1);
  full.shares.push_back({});
  full.rejects.push_back({});
  full.requests.push_back({});
  CHECK(news_of(with_nonces(1), written({}, full)) == News::nothing);
  CHECK(news_of(full, written({}, with_nonces(1))) == News::awaited);
  SigningState one_more = full;
  one_more.shares.push_back({});
  one_more.shares[1].session.bytes[0] = 1;
  CHECK(news_of(one_more, written({}, full)) == News::awaited);
  CHECK(news_of(full, MemberState{}) == News::awaited);
}

TEST_CASE("news: fresh nonces are useful") {
  CHECK(news_of(with_nonces(2), written({}, with_nonces(1))) == News::useful);
  SigningState announcing = with_nonces(1);
  announcing.announce_nonces.emplace();
  CHECK(news_of(announcing, written({}, with_nonces(1))) == News::useful);
}

TEST_CASE("audience: agreements and block shares are for members, all else may be for others") {
  using messages::Audience;
  const auto share = [](std::uint8_t session, bool is_attested) {
    crypto::SignatureShare out;
    out.session.bytes[0] = session;
    out.attestation.bytes[0] = is_attested ? 1 : 0;
    return out;
  };
  SigningState signing = with_nonces(1);
  signing.shares.push_back(share(1, false));
  const MemberState before = written(opened(5), signing);
  CHECK(audience_of(written(opened(6), signing), before) == Audience::members);
  signing.shares.push_back(share(2, true));
  signing.nonces->batch.bytes[0] = 2;
  signing.requests.emplace_back();
  CHECK(audience_of(written(opened(5), signing), before) == Audience::members);
  signing.shares.push_back(share(3, false));
  CHECK(audience_of(written(opened(5), signing), before) == Audience::everybody);

  MemberState now = before;
  now.signing->announce_nonces.emplace();
  CHECK(audience_of(now, before) == Audience::everybody);
  now = before;
  now.signing->rejects.emplace_back();
  CHECK(audience_of(now, before) == Audience::everybody);
  now = before;
  now.offer.emplace();
  CHECK(audience_of(now, before) == Audience::everybody);
  CHECK(audience_of(before, now) == Audience::everybody);
  now = before;
  now.foreign_requests.emplace_back();
  CHECK(audience_of(now, before) == Audience::everybody);
  now = before;
  now.keygen.emplace();
  CHECK(audience_of(now, before) == Audience::members);
  now.agreements[0].decided.emplace();  // A key, or a rejection, which ends the others' attempt.
  CHECK(audience_of(now, before) == Audience::everybody);
  CHECK(audience_of(now, now) == Audience::members);
}

TEST_CASE("pace: what is awaited is due at once, what is useful after a wait, nothing never") {
  const Instant now{seconds(100).us};
  StatePace pace;
  pace.note(News::nothing);
  CHECK_FALSE(pace.is_due(now));
  CHECK_FALSE(pace.begin_wait(now).has_value());

  pace.note(News::useful);
  CHECK_FALSE(pace.is_due(now));
  const auto at = pace.begin_wait(now);
  REQUIRE(at == now + StatePace::lazy_wait);
  CHECK_FALSE(pace.begin_wait(now + seconds(1)).has_value());
  CHECK_FALSE(pace.is_due(*at - microseconds(1)));
  CHECK(pace.is_due(*at));

  pace.written();
  CHECK_FALSE(pace.is_due(*at));
  pace.note(News::awaited);
  pace.note(News::nothing);
  CHECK(pace.is_due(now));
}

}  // namespace quorate::actors
