#include "messages/signing_proof.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/signing_world.hpp"
#include "tests/unit/messages/state_samples.hpp"

using namespace quorate;
using namespace quorate::messages;

TEST_CASE("contradict: only one batch, only where both lists speak") {
  using test::filled;
  crypto::NonceCommitments a{filled<crypto::BatchId>(1), 4, {filled<crypto::PublicNonce>(1),
                                                             filled<crypto::PublicNonce>(2)}};
  crypto::NonceCommitments b{a.batch, 5, {a.nonces[1], filled<crypto::PublicNonce>(3)}};
  CHECK_FALSE(contradict(a, b));
  CHECK_FALSE(contradict(b, a));
  b.nonces[0] = filled<crypto::PublicNonce>(9);
  CHECK(contradict(a, b));
  CHECK(contradict(b, a));
  b.batch = filled<crypto::BatchId>(2);
  CHECK_FALSE(contradict(a, b));
}

namespace {

/// Three members, requests for two blocks in one view, and what member 1 answers to both.
struct Court {
  test::TestGroup group = test::make_group({3, 2, 2});
  consensus::Params params = test::test_params();
  std::vector<crypto::NonceBatch> batches;
  std::optional<crypto::ShareSigner> signer;
  MemberIndex accused{1};
  SigningState said;

  Court() {
    for (std::uint16_t p = 0; p < 3; ++p) {
      batches.emplace_back(*group.group, group.keys[p], test::filled<Hash256>(7));
    }
    signer.emplace(group.group, std::move(group.keys[1]), test::member_key(1));
    said.cid = group.content.cid;
  }
  PostedRequest request(std::uint8_t block, std::uint32_t nonce, std::uint32_t epoch = 1) {
    PostedRequest posted{{}, {epoch, 0}, block_subject(test::filled<BlockId>(block)), {}};
    posted.instance.purpose = consensus::Purpose::block;
    posted.instance.generation = 5;
    for (std::uint16_t p = 0; p < 3; ++p) {
      const auto& list = batches[p].commitments();
      posted.entries.push_back(
          {MemberIndex{p}, list.batch, list.base + nonce, list.nonces[nonce]});
    }
    return posted;
  }
  crypto::SignatureShare answer(const PostedRequest& posted) {
    return *signer->answer(batches[1], posted.request(said.cid), {});
  }
  /// What member `by` signed, in the accused's name.
  SignedState written(std::size_t by = 1) {
    SignedState out = test::written(group.set, 1, said);
    out.word.content_hash = crypto::sha512_256(out.state.bytes.view());
    if (by != 1) out.word.signature = test::written(group.set, by, said).word.signature;
    return out;
  }
  SigningFault bad_share() {
    SigningFault fault;
    fault.cid = said.cid;
    fault.member = accused;
    fault.requests = {request(3, 0)};
    fault.shares = {answer(fault.requests[0])};
    fault.shares[0].partial.bytes[31] ^= 1;
    said.shares = {fault.shares[0]};
    fault.states = {written()};
    return fault;
  }
  Result<SigningVerdict> verdict(const SigningFault& fault) {
    return judge(fault, {params, group.set}, *group.group);
  }
};

}  // namespace

TEST_CASE("judge: a bad share convicts who signed the state it stands in") {
  Court court;
  const SigningFault fault = court.bad_share();
  REQUIRE(court.verdict(fault).ok());
  CHECK(court.verdict(fault)->member == court.accused);
  CHECK(court.verdict(fault)->offence == SigningOffence::bad_share);
  CHECK(decode<SigningFault>(encode(fault)).value() == fault);
}

TEST_CASE("judge: without the accused's signature under it a share proves nothing") {
  Court court;
  const SigningFault good = court.bad_share();
  SigningFault bad = good;
  bad.states.clear();  // Anybody could have made the share up.
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
  bad = good;
  bad.states = {court.written(2)};
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
  bad = good;
  bad.shares[0].partial.bytes[30] ^= 1;  // Not the one it published.
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
  bad = good;
  bad.states[0].word.version = ChunkVersion{2};
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
  bad = good;
  bad.states[0].word.content_hash.bytes[0] ^= 1;
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
  court.said.cid.bytes[0] ^= 1;  // Said about another key.
  bad = good;
  bad.states = {court.written()};
  CHECK(court.verdict(bad).code() == Errc::fault_unsigned);
}

TEST_CASE(
    "judge: shares for two blocks of one view convict, for one block or two views they do not") {
  Court court;
  const PostedRequest first = court.request(3, 0), rival = court.request(4, 1);
  const PostedRequest again = court.request(3, 2), later = court.request(4, 3, 2);
  const auto accuse = [&](const PostedRequest& a, const PostedRequest& b) {
    SigningFault fault;
    fault.cid = court.said.cid;
    fault.member = court.accused;
    fault.requests = {a, b};
    fault.shares = {court.answer(a), court.answer(b)};
    court.said.shares = {fault.shares[0], fault.shares[1]};
    fault.states = {court.written()};
    return fault;
  };
  const SigningFault fault = accuse(first, rival);
  REQUIRE(court.verdict(fault).ok());
  CHECK(court.verdict(fault)->offence == SigningOffence::two_shares);
  // The requests are named by the shares: others cannot be put in their place.
  SigningFault bad = fault;
  bad.requests[1].subject = block_subject(test::filled<BlockId>(9));
  CHECK(court.verdict(bad).code() == Errc::no_fault_shown);
  Court second;
  CHECK(second.verdict(accuse(again, later)).code() == Errc::no_fault_shown);
  CHECK_FALSE(are_rivals(first, again));
  CHECK_FALSE(are_rivals(rival, later));
}

TEST_CASE("judge: right answers, empty accusations and strangers convict nobody") {
  Court court;
  SigningFault fault;
  fault.cid = court.said.cid;
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
  fault.member = MemberIndex{3};
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
  fault.member = court.accused;
  fault.requests = {court.request(3, 0)};
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
  fault.shares = {court.answer(fault.requests[0])};
  court.said.shares = {fault.shares[0]};
  fault.states = {court.written()};
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
  // One for another session proves nothing about this request.
  fault.shares[0].session.bytes[0] ^= 1;
  court.said.shares = {fault.shares[0]};
  fault.states = {court.written()};
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
  fault.cid.bytes[0] ^= 1;
  CHECK(court.verdict(fault).code() == Errc::no_fault_shown);
}
