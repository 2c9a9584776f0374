#include "messages/agreement_state.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/agreement_fixture.hpp"

using namespace quorate;
using namespace quorate::messages;
using actors::block_at;
using actors::Group;
using actors::member;
using actors::Mode;
using actors::reject_at;
using actors::test_network;
using consensus::Phase;

namespace {

/// Every field is present once.
AgreementState full_state(const Group& g) {
  const auto x = block_at(1, g.bitcoin.root);
  const auto r = reject_at(g.bitcoin.a);
  AgreementState state = g.blank();
  state.view = {2, 1};
  state.proposal = g.proposal(0, {2, 1}, r);
  state.proposal->rejected = x;
  state.proposal->fees = MicroStx{77};
  state.prepare = g.vote(0, Phase::prepare, {2, 1}, r);
  state.answered = state.proposal->word;
  state.commit = g.vote(0, Phase::commit, {1, 0}, r);
  state.locks = 1;
  state.certificates.push_back(g.certificate(Phase::prepare, {1, 0}, r, {0, 1, 2}));
  state.links.push_back(g.bitcoin.a);
  state.refusal = Refusal{{0, 0}, x, {"bad_signature"}, block_at(2, g.bitcoin.root), {}};
  state.shown_refusals.push_back({member(2), *state.refusal});
  state.decided = g.certificate(Phase::commit, {1, 0}, r, {1, 2, 3});
  state.closed = r;
  return state;
}

}  // namespace

TEST_CASE(
    "agreement state: decode(encode(x)) == x, every truncation and a trailing byte is refused") {
  const Group g{Mode::producers};
  for (const AgreementState& state : {g.blank(), full_state(g)}) {
    Bytes bytes = encode(state);
    CHECK(decode<AgreementState>(bytes).value() == state);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CHECK_FALSE(decode<AgreementState>(ByteView{bytes}.first(n)).ok());
    }
    bytes.push_back(0);
    CHECK(decode<AgreementState>(bytes).code() == Errc::trailing_bytes);
  }
}

TEST_CASE("agreement state: golden bytes of a member that has only prepared") {
  AgreementState state;
  state.instance.group = GroupKind::stackers;
  state.instance.generation = 9;
  state.instance.term = TermNumber{5};
  state.instance.height = BlockHeight{17};
  state.instance.attempt = 1;
  state.view = {2, 0};
  consensus::Vote vote;
  vote.view = {2, 0};
  vote.value.kind = consensus::ValueKind::reject;
  vote.value.burn_view.height = BurnHeight{101};
  vote.signature.bytes.fill(0xee);
  state.prepare = vote;
  const std::string zeros32(64, '0');
  CHECK(to_hex(encode(state)) ==
        "01"
        "00"
        "0000000000000009"
        "0000000000000005"
        "0000000000000011"
        "00000001"  // instance
        "00000002"
        "00000000"  // view
        "00"        // proposal
        "01"
        "00000002"
        "00000000"
        "01" +
            zeros32 + "0000000000000065" + zeros32 + to_hex(vote.signature) +  // prepare
            "00"
            "00"
            "00"
            "00000000"
            "00000000"
            "00"
            "00000000"
            "00"
            "00");
}

TEST_CASE("agreement state: counts above their limits are refused before anything is allocated") {
  Bytes bytes = encode(AgreementState{});
  // The count of certificates stands after instance (30), view (8), four absent optionals and
  // locks.
  const std::size_t count = 30 + 8 + 4 + 1;
  bytes[count + 3] = max_certificates + 1;
  CHECK(decode<AgreementState>(bytes).code() == Errc::length_out_of_bounds);
}

TEST_CASE("agreement digests: proposals, refusals and votes never share a digest") {
  const Group g{Mode::producers};
  const auto x = block_at(1, g.bitcoin.root);
  const SetHash set = g.members.hash();
  const Hash256 proposal = proposal_digest(test_network, set, g.instance, {0, 0}, x);
  CHECK(proposal !=
        consensus::vote_digest(test_network, set, Phase::prepare, g.instance, {0, 0}, x));
  CHECK(proposal != proposal_digest(test_network, set, g.instance, {0, 1}, x));
  Refusal refusal{{0, 0}, x, {"bad_signature"}, std::nullopt, {}};
  const Hash256 plain = refusal_digest(test_network, set, g.instance, refusal);
  refusal.signature.bytes[0] = 1;
  CHECK(refusal_digest(test_network, set, g.instance, refusal) == plain);
  refusal.reason.text = "bad_hex";
  CHECK(refusal_digest(test_network, set, g.instance, refusal) != plain);
  refusal.reason.text = "bad_signature";
  refusal.better = x;
  CHECK(refusal_digest(test_network, set, g.instance, refusal) != plain);
}

TEST_CASE("fault proof: convicts only with two true signatures for two values of one view") {
  const Group g{Mode::producers};
  const auto x = block_at(1, g.bitcoin.root);
  const auto y = block_at(2, g.bitcoin.root);
  const FaultProof good{FaultKind::two_prepares, member(1), g.instance,
                        g.vote(1, Phase::prepare, {0, 0}, x), g.vote(1, Phase::prepare, {0, 0}, y)};
  const auto judge = [&](const FaultProof& proof) {
    return verify(proof, g.members.set, test_network);
  };
  CHECK(judge(good).ok());
  CHECK(decode<FaultProof>(encode(good)).value() == good);
  FaultProof bad = good;
  bad.second = bad.first;
  CHECK(judge(bad).code() == Errc::fault_not_proven);
  bad = good;
  bad.second = g.vote(1, Phase::prepare, {0, 1}, y);
  CHECK(judge(bad).code() == Errc::fault_not_proven);
  bad = good;
  bad.member = member(2);
  CHECK(judge(bad).code() == Errc::fault_not_proven);
  bad.member = member(4);
  CHECK(judge(bad).code() == Errc::fault_not_proven);
  bad = good;
  bad.kind = FaultKind::two_commits;
  CHECK(judge(bad).code() == Errc::fault_not_proven);
}
