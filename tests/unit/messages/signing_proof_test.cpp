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

TEST_CASE("judge: right answers, empty accusations and strangers convict nobody") {
  test::TestGroup group = test::make_group({3, 2, 2});
  SigningFault fault;
  fault.cid = group.content.cid;
  CHECK(judge(fault, *group.group).code() == Errc::no_fault_shown);
  fault.member = MemberIndex{3};
  CHECK(judge(fault, *group.group).code() == Errc::no_fault_shown);
  // A request and a right share.
  PostedRequest posted{{}, {1, 0}, block_subject(test::filled<BlockId>(3)), {}};
  posted.instance.generation = 5;
  std::vector<crypto::NonceBatch> batches;
  for (std::uint16_t p = 0; p < 3; ++p) {
    batches.emplace_back(*group.group, group.keys[p], test::filled<Hash256>(7));
    const auto& list = batches.back().commitments();
    posted.entries.push_back({MemberIndex{p}, list.batch, list.base, list.nonces[0]});
  }
  crypto::ShareSigner signer(group.group, std::move(group.keys[1]), test::member_key(1));
  fault.request = posted;
  fault.member = MemberIndex{1};
  fault.share = *signer.answer(batches[1], posted.request(fault.cid), {});
  CHECK(judge(fault, *group.group).code() == Errc::no_fault_shown);
  // Somebody else's share, or one for another session, proves nothing about this member.
  fault.share->session.bytes[0] ^= 1;
  CHECK(judge(fault, *group.group).code() == Errc::no_fault_shown);
  fault.share->session.bytes[0] ^= 1;
  fault.share->partial.bytes[31] ^= 1;
  REQUIRE(judge(fault, *group.group).ok());
  CHECK(judge(fault, *group.group)->reason == Errc::bad_partial_signature);
  fault.cid.bytes[0] ^= 1;
  CHECK(judge(fault, *group.group).code() == Errc::no_fault_shown);
  CHECK(decode<SigningFault>(encode(fault)).value() == fault);
}
