#include "actors/agreement_machine.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/agreement_fixture.hpp"

using namespace quorate;
using namespace quorate::actors;
using agreement::Candidate;
using agreement::PeerState;
using agreement::Seen;
using agreement::Verdict;
using consensus::Phase;
using consensus::Value;
using consensus::View;

namespace {

bool persists_before_publishing(const agreement::Effects& effects) {
  bool persisted = false;
  for (const auto& effect : effects) {
    persisted = persisted || std::holds_alternative<Persist>(effect);
    if (std::holds_alternative<agreement::Publish>(effect)) return persisted;
  }
  return false;
}

}  // namespace

TEST_CASE("agreement: a block is prepared, locked and opened for signing by its leader") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x, 10);
  g.cut_off();
  g.lead(2, 0);
  CHECK(persists_before_publishing(g.effects[2]));
  CHECK(g.prepared(2) == x);
  g.read(0, 2);
  CHECK(g.prepared(0) == x);
  CHECK(persists_before_publishing(g.effects[0]));
  CHECK_FALSE(g.machines[0].may_release({0, 0}, x));  // Prepared is not locked.
  g.talk();
  for (std::size_t p = 0; p < g.size(); ++p) {
    CHECK(g.machines[p].may_release({0, 0}, x));
    CHECK_FALSE(g.machines[p].may_release({0, 1}, x));
    CHECK_FALSE(g.machines[p].may_release({0, 0}, block_at(2, g.bitcoin.root)));
  }
  CHECK(g.transcript == std::vector<std::string>{"2: signing of block 1 in (0,0)"});
}

TEST_CASE("agreement: 66 of 100 prepares are no certificate, 67 are") {
  for (const std::uint32_t weight : {66u, 67u}) {
    Group g{Mode::producers, {weight - 1, 1, 100 - weight}};
    const Value x = block_at(1, g.bitcoin.root);
    g.candidate_of_all(x);
    g.cut_off();
    g.lead(0, 0);
    g.read(1, 0);
    g.read(0, 1);
    CHECK(g.machines[0].locks().contains(x) == (weight == 67));
  }
}

TEST_CASE("agreement: the leader proposes the valid candidate with the highest fees") {
  Group g{Mode::producers};
  const Value poor = block_at(1, g.bitcoin.root), rich = block_at(2, g.bitcoin.root),
              wrong = block_at(3, g.bitcoin.root);
  g.candidate_of_all(poor, 10);
  g.candidate_of_all(rich, 20);
  g.candidate(0, wrong, 30, Verdict::refused);
  g.lead(0, 0);
  CHECK_FALSE(g.machines[0].state().proposal);  // Not before the cut-off.
  g.cut_off();
  REQUIRE(g.machines[0].state().proposal);
  CHECK(g.machines[0].state().proposal->word.value == rich);
  CHECK(g.machines[0].state().proposal->fees == MicroStx{20});
}

TEST_CASE("agreement: without a candidate the leader asks for a block, once per tip") {
  Group g{Mode::producers};
  g.cut_off();
  g.lead(0, 0);
  REQUIRE(g.ordered<agreement::NeedBlock>(0) != nullptr);
  CHECK(g.ordered<agreement::NeedBlock>(0)->burn_view == ScriptedBranches::view(g.bitcoin.root));
  g.step(0, agreement::CutOff{});
  CHECK(g.ordered<agreement::NeedBlock>(0) == nullptr);
  g.tip(0, g.bitcoin.a, {g.bitcoin.a});
  CHECK(g.ordered<agreement::NeedBlock>(0) != nullptr);
  g.candidate(0, block_at(1, g.bitcoin.a), 0, Verdict::valid, Seen::after_cutoff);
  CHECK(g.machines[0].state().proposal->word.value == block_at(1, g.bitcoin.a));
}

TEST_CASE("agreement: a better-paying candidate seen before the cut-off is a reason to refuse") {
  Group g{Mode::producers};
  const Value poor = block_at(1, g.bitcoin.root), rich = block_at(2, g.bitcoin.root);
  for (const Seen seen : {Seen::before_cutoff, Seen::after_cutoff}) {
    g = Group{Mode::producers};
    g.candidate_of_all(poor, 10);
    g.candidate(1, rich, 20, Verdict::valid, seen);
    g.cut_off();
    g.lead(0, 0);
    g.read(1, 0);
    const auto state = g.machines[1].state();
    if (seen == Seen::after_cutoff) {
      CHECK(g.prepared(1) == poor);
      continue;
    }
    CHECK_FALSE(g.prepared(1));
    REQUIRE(state.refusal);
    CHECK(state.refusal->reason.text == "agreement_better_candidate");
    CHECK(state.refusal->better == rich);
    // The leader learns of it, fetches it, and opens the next round with it.
    g.read(0, 1);
    REQUIRE(g.ordered<agreement::WantBlock>(0) != nullptr);
    g.candidate(0, rich, 20, Verdict::valid, Seen::after_cutoff);
    CHECK(g.machines[0].state().proposal->word.view == View{0, 1});
    CHECK(g.machines[0].state().proposal->word.value == rich);
  }
}

TEST_CASE("agreement: a block that drops accepted transactions is refused in rounds 0 and 1") {
  const ScriptedBranches bitcoin;
  const Value forgetful = block_at(1, bitcoin.root), complete = block_at(2, bitcoin.root);
  for (const std::uint32_t round : {0u, 1u, 2u}) {
    Group g{Mode::producers};
    g.candidate(1, forgetful, 20, Verdict::valid, Seen::before_cutoff, agreement::Tail::shorter);
    g.show_proposal(1, g.proposal(0, {0, round}, forgetful), 0);
    CHECK(g.prepared(1).has_value() == (round == 2));
    if (round == 2) continue;
    REQUIRE(g.machines[1].state().refusal);
    CHECK(g.machines[1].state().refusal->reason.text == "agreement_shorter_tail");
  }
  // A leader proposes what names more, whatever it pays; and the other one pays no "better".
  Group g{Mode::producers};
  g.candidate(0, forgetful, 20, Verdict::valid, Seen::before_cutoff, agreement::Tail::shorter);
  g.candidate(0, complete, 10);
  g.step(0, agreement::CutOff{});
  g.lead(0, 0);
  CHECK(g.machines[0].state().proposal->word.value == complete);
  g.candidate(1, forgetful, 20, Verdict::valid, Seen::before_cutoff, agreement::Tail::shorter);
  g.candidate(1, complete, 10);
  g.read(1, 0);
  CHECK(g.prepared(1) == complete);
}

TEST_CASE("agreement: equal fees are no better; the fee rule ends with round 1") {
  Group g{Mode::producers};
  const Value poor = block_at(1, g.bitcoin.root), rich = block_at(2, g.bitcoin.root);
  g.candidate(1, poor, 10);
  g.candidate(1, rich, 10);
  g.show_proposal(1, g.proposal(0, {0, 0}, poor), 0);
  CHECK(g.prepared(1) == poor);
  for (const std::uint32_t round : {1u, 2u}) {
    g = Group{Mode::producers};
    g.candidate(1, poor, 10);
    g.candidate(1, rich, 20);
    g.show_proposal(1, g.proposal(0, {0, round}, poor), 0);
    CHECK(g.prepared(1).has_value() == (round == 2));
  }
}

TEST_CASE("agreement: the fee rule never stands against a certified block") {
  Group g{Mode::producers};
  const Value poor = block_at(1, g.bitcoin.root), rich = block_at(2, g.bitcoin.root);
  g.candidate(1, poor, 10);
  g.candidate(1, rich, 20);
  g.show_certificate(1, g.certificate(Phase::prepare, {0, 0}, poor, {0, 2, 3}), 3);
  g.show_proposal(1, g.proposal(2, {1, 0}, poor), 2);
  CHECK(g.prepared(1) == poor);
  CHECK(g.machines[1].current_view() == View{1, 0});
}

TEST_CASE("agreement: at most one block is prepared per view, and never one of a lower view") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  g.candidate(1, x);
  g.candidate(1, y);
  g.show_proposal(1, g.proposal(0, {2, 0}, x), 0);
  CHECK(g.prepared(1) == x);
  g.show_proposal(1, g.proposal(0, {2, 0}, y), 0);
  CHECK(g.prepared(1) == x);
  g.show_proposal(1, g.proposal(3, {1, 5}, y), 3);
  CHECK(g.prepared(1) == x);
  g.show_proposal(1, g.proposal(3, {3, 0}, y), 3);
  CHECK(g.prepared(1) == y);
}

TEST_CASE("agreement: a lock binds until a certificate of a view in between is shown") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  g.candidate(1, x);
  g.candidate(1, y);
  g.show_certificate(1, g.certificate(Phase::prepare, {2, 0}, x, {0, 2, 3}), 3);
  CHECK(g.machines[1].locks().at(x) == View{2, 0});
  g.show_proposal(1, g.proposal(0, {3, 0}, y), 0);
  CHECK_FALSE(g.prepared(1));
  REQUIRE(g.machines[1].state().refusal);
  CHECK(g.machines[1].state().refusal->reason.text == "agreement_locked");
  CHECK(g.machines[1].state().locks == 1);
  CHECK(g.machines[1].state().certificates.at(0).value == x);
  // Not of the lock's own view, nor of the proposal's.
  auto low = g.certificate(Phase::prepare, {1, 7}, y, {0, 2, 3});
  g.show_certificate(1, low, 3);
  CHECK_FALSE(g.prepared(1));
  g.show_proposal(1, g.proposal(0, {5, 0}, y), 0);
  g.show_certificate(1, g.certificate(Phase::prepare, {4, 0}, y, {0, 2, 3}), 2);
  CHECK(g.machines[1].locks().size() == 2);
  CHECK(g.prepared(1) == y);
}

TEST_CASE("agreement: a lock moves only upwards, one per value") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  g.candidate(1, x);
  g.show_certificate(1, g.certificate(Phase::prepare, {2, 0}, x, {0, 2, 3}), 3);
  g.show_certificate(1, g.certificate(Phase::prepare, {1, 0}, y, {0, 2, 3}), 2);
  CHECK_FALSE(g.machines[1].locks().contains(y));
  CHECK(g.machines[1].certificates().contains(y));  // Known, for when it leads.
  CHECK(g.machines[1].may_release({2, 0}, x));
  g.show_certificate(1, g.certificate(Phase::prepare, {3, 1}, x, {0, 2, 3}), 2);
  CHECK(g.machines[1].locks().at(x) == View{3, 1});
  CHECK_FALSE(g.machines[1].may_release({2, 0}, x));
  CHECK(g.machines[1].may_release({3, 1}, x));
}

TEST_CASE("agreement: with 31 locks nothing more is prepared, with 30 it is") {
  for (const std::uint8_t locks : {30, 31}) {
    Group g{Mode::producers};
    for (std::uint8_t n = 1; n <= locks; ++n) {
      const Value x = block_at(n, g.bitcoin.root);
      g.candidate(1, x);
      g.show_certificate(1, g.certificate(Phase::prepare, {n, 0}, x, {0, 2, 3}), 3);
    }
    REQUIRE(g.machines[1].locks().size() == locks);
    // Certified above all locks, so that none of them stands in its way.
    const Value y = block_at(99, g.bitcoin.root);
    g.step(1, agreement::Candidate{y, {}, 2, Verdict::valid, {}, Seen::before_cutoff, {}});
    g.show_certificate(1, g.certificate(Phase::prepare, {40, 0}, y, {0, 2, 3}), 2);
    g.show_proposal(1, g.proposal(0, {41, 0}, y), 0);
    const auto& refusal = g.machines[1].state().refusal;
    if (locks == 30) {
      CHECK(g.prepared(1) == y);
      CHECK_FALSE(refusal);
    } else {
      CHECK_FALSE(g.prepared(1));
      REQUIRE(refusal);
      CHECK(refusal->reason.text == name_of(Errc::agreement_too_many_locks));
      CHECK(g.machines[1].locks().size() == 31);
      CHECK_FALSE(g.machines[1].locks().contains(y));
    }
  }
}

TEST_CASE("agreement: preparing in a higher view ends the release of shares for a lower one") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate(1, x);
  g.show_certificate(1, g.certificate(Phase::prepare, {2, 0}, x, {0, 2, 3}), 3);
  CHECK(g.machines[1].may_release({2, 0}, x));
  g.show_proposal(1, g.proposal(0, {3, 0}, x), 0);
  CHECK(g.prepared(1) == x);
  CHECK_FALSE(g.machines[1].may_release({2, 0}, x));
}

TEST_CASE("agreement: shares need the member's own judgement, the canonical branch and the term") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.a);
  g.tip(1, g.bitcoin.a, {g.bitcoin.a, g.bitcoin.b});
  g.show_certificate(1, g.certificate(Phase::prepare, {2, 0}, x, {0, 2, 3}), 3);
  CHECK_FALSE(g.machines[1].may_release({2, 0}, x));
  CHECK(g.ordered<agreement::WantBlock>(1) != nullptr);
  g.candidate(1, x);
  CHECK(g.machines[1].may_release({2, 0}, x));
  g.tip(1, g.bitcoin.b);
  CHECK_FALSE(g.machines[1].may_release({2, 0}, x));
  g.tip(1, g.bitcoin.a);
  CHECK(g.machines[1].may_release({2, 0}, x));
  g.step(1, agreement::TermOver{});
  CHECK_FALSE(g.machines[1].may_release({2, 0}, x));
  g.step(1, agreement::TermResumed{});
  CHECK(g.machines[1].may_release({2, 0}, x));
}

TEST_CASE("agreement: once the term is over nothing more is prepared or locked") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate(1, x);
  g.step(1, agreement::TermOver{});
  g.show_proposal(1, g.proposal(0, {0, 0}, x), 0);
  CHECK_FALSE(g.prepared(1));
  g.show_certificate(1, g.certificate(Phase::prepare, {0, 0}, x, {0, 2, 3}), 3);
  CHECK(g.machines[1].locks().empty());
}

TEST_CASE("agreement: a lock on a rival branch is void, its certificate releases nothing there") {
  Group g{Mode::producers};
  const Value on_a = block_at(1, g.bitcoin.a), on_b = block_at(2, g.bitcoin.b),
              low = block_at(3, g.bitcoin.root);
  g.tip(1, g.bitcoin.a, {g.bitcoin.a, g.bitcoin.b});
  for (const Value& value : {on_a, on_b, low}) g.candidate(1, value);
  g.show_certificate(1, g.certificate(Phase::prepare, {1, 0}, on_a, {0, 2, 3}), 3);
  REQUIRE(g.machines[1].locks().contains(on_a));
  g.tip(1, g.bitcoin.b);
  // `low` lies below both branches: the orphaned lock binds against it.
  g.show_proposal(1, g.proposal(0, {2, 0}, low), 0);
  CHECK_FALSE(g.prepared(1));
  g.show_proposal(1, g.proposal(0, {3, 0}, on_b), 0);
  CHECK(g.prepared(1) == on_b);
}

TEST_CASE("agreement: only blocks on the own canonical chain are prepared and locked") {
  Group g{Mode::producers};
  const Value on_a = block_at(1, g.bitcoin.a);
  g.candidate(1, on_a);
  g.show_proposal(1, g.proposal(0, {0, 0}, on_a), 0);
  CHECK_FALSE(g.prepared(1));
  CHECK_FALSE(g.machines[1].state().refusal);
  g.show_certificate(1, g.certificate(Phase::prepare, {0, 0}, on_a, {0, 2, 3}), 3);
  CHECK(g.machines[1].locks().empty());
  // When Bitcoin catches up the certificate it knows locks it.
  g.tip(1, g.bitcoin.a, {g.bitcoin.a});
  CHECK(g.machines[1].locks().at(on_a) == View{0, 0});
}

TEST_CASE("agreement: a leader facing an orphaned lock asks for a new block on the tip") {
  Group g{Mode::producers};
  const Value on_a = block_at(1, g.bitcoin.a), low = block_at(3, g.bitcoin.root);
  g.tip_of_all(g.bitcoin.a, {g.bitcoin.a, g.bitcoin.b});
  g.candidate_of_all(low, 10);
  g.cut_off();
  g.tip(0, g.bitcoin.b);
  g.show_certificate(0, g.certificate(Phase::prepare, {0, 0}, low, {1, 2, 3}), 3);
  g.show_certificate(0, g.certificate(Phase::prepare, {1, 0}, on_a, {1, 2, 3}), 2);
  g.lead(0, 2);
  REQUIRE(g.ordered<agreement::NeedBlock>(0) != nullptr);
  CHECK(g.ordered<agreement::NeedBlock>(0)->why == agreement::BlockNeed::lock_on_orphan);
  CHECK(g.ordered<agreement::NeedBlock>(0)->burn_view == ScriptedBranches::view(g.bitcoin.b));
  const Value fresh = block_at(4, g.bitcoin.b);
  g.candidate(0, fresh, 1, Verdict::valid, Seen::after_cutoff);
  REQUIRE(g.machines[0].state().proposal);
  CHECK(g.machines[0].state().proposal->word.value == fresh);
  // A member locked on both takes it, although `low` pays more: both certificates are shown.
  g.show_certificate(1, g.certificate(Phase::prepare, {0, 0}, low, {1, 2, 3}), 3);
  g.show_certificate(1, g.certificate(Phase::prepare, {1, 0}, on_a, {1, 2, 3}), 2);
  CHECK(g.machines[1].locks().size() == 2);
  g.tip(1, g.bitcoin.b);
  g.candidate(1, fresh, 1, Verdict::valid, Seen::after_cutoff);
  g.read(1, 0);
  CHECK(g.prepared(1) == fresh);
}

TEST_CASE("agreement: certificates of an unseen branch bind until its headers are shown") {
  Group g{Mode::producers};
  const Value on_a2 = block_at(1, g.bitcoin.a2), on_b = block_at(2, g.bitcoin.b);
  g.tip(1, g.bitcoin.a2, {g.bitcoin.a, g.bitcoin.a2});
  g.show_certificate(1, g.certificate(Phase::prepare, {1, 0}, on_a2, {0, 2, 3}), 3);
  REQUIRE(g.machines[1].locks().contains(on_a2));
  // A restart from disk, on the other branch: the record itself places the lock.
  g.restart(1, {g.bitcoin.root, g.bitcoin.b});
  CHECK(g.machines[1].locks().contains(on_a2));
  g.candidate(1, on_b);
  g.show_proposal(1, g.proposal(0, {2, 0}, on_b), 0);
  CHECK(g.prepared(1) == on_b);

  // A leader that never saw branch A: unplaced, the certificate keeps it from what it may bind
  // against.
  g.tip(0, g.bitcoin.b, {g.bitcoin.b});
  g.candidate(0, on_b);
  g.show_certificate(0, g.certificate(Phase::prepare, {1, 0}, on_a2, {1, 2, 3}), 3);
  g.step(0, agreement::CutOff{});
  g.lead(0, 3);
  CHECK_FALSE(g.machines[0].state().proposal);
  auto junk = ScriptedBranches::link(101, 77, g.bitcoin.root.hash());
  g.show_certificate(0, g.certificate(Phase::prepare, {1, 0}, on_a2, {1, 2, 3}), 3,
                     {junk, g.bitcoin.a2});
  CHECK_FALSE(g.machines[0].state().proposal);
  g.show_certificate(0, g.certificate(Phase::prepare, {1, 0}, on_a2, {1, 2, 3}), 2,
                     {g.bitcoin.a, g.bitcoin.a2});
  REQUIRE(g.machines[0].state().proposal);
  CHECK(g.machines[0].state().proposal->word.value == on_b);
  CHECK(g.machines[0].state().links.size() == 2);  // Passed on.
}

TEST_CASE("agreement: two prepares and two proposals of one view convict, provably") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  auto state = g.blank();
  state.prepare = g.vote(3, Phase::prepare, {0, 0}, x);
  g.step(0, PeerState{member(3), state});
  state.prepare = g.vote(3, Phase::prepare, {0, 0}, y);
  g.step(0, PeerState{member(3), state});
  REQUIRE(g.ordered<agreement::FaultFound>(0) != nullptr);
  const auto proof = g.ordered<agreement::FaultFound>(0)->proof;
  CHECK(proof.kind == messages::FaultKind::two_prepares);
  CHECK(messages::verify(proof, g.members.set, test_network).ok());

  g.show_proposal(1, g.proposal(2, {0, 0}, x), 2);
  g.show_proposal(1, g.proposal(2, {0, 0}, y), 2);
  REQUIRE(g.ordered<agreement::FaultFound>(1) != nullptr);
  CHECK(g.ordered<agreement::FaultFound>(1)->proof.kind == messages::FaultKind::two_proposals);
  CHECK(messages::verify(g.ordered<agreement::FaultFound>(1)->proof, g.members.set, test_network)
            .ok());
}

TEST_CASE("agreement: two proposals shown to two members convict through the words they answered") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  for (const std::size_t p : {0u, 1u}) {
    g.candidate(p, x);
    g.candidate(p, y);
  }
  g.show_proposal(0, g.proposal(3, {0, 0}, x), 3);
  g.show_proposal(1, g.proposal(3, {0, 0}, y), 3);
  g.read(0, 1);
  CHECK(g.ordered<agreement::FaultFound>(0) != nullptr);
}

TEST_CASE("agreement: a convicted producer's candidates count no more") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  g.candidate(0, x, 10);
  g.step(0, Candidate{y, MicroStx{20}, 3, Verdict::valid, {}, Seen::before_cutoff});
  g.step(0, agreement::Convicted{member(3)});
  g.step(0, agreement::CutOff{});
  g.lead(0, 0);
  CHECK(g.machines[0].state().proposal->word.value == x);
}

TEST_CASE("agreement: a signed block closes the instance until Bitcoin orphans it") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.a);
  g.tip_of_all(g.bitcoin.a, {g.bitcoin.a, g.bitcoin.b});
  g.candidate_of_all(x);
  g.step(1, agreement::Signed{{0, 0}, x});
  CHECK(g.machines[1].closed() == x);
  g.show_proposal(1, g.proposal(0, {1, 0}, x), 0);
  CHECK_FALSE(g.prepared(1));
  g.tip(1, g.bitcoin.b);
  CHECK_FALSE(g.machines[1].closed());
  const Value y = block_at(2, g.bitcoin.b);
  g.candidate(1, y);
  g.show_proposal(1, g.proposal(0, {2, 0}, y), 0);
  CHECK(g.prepared(1) == y);
}

TEST_CASE("agreement: a round opens after its timeout, not while its block is certified") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x);
  g.cut_off();
  g.lead(0, 0);
  g.round_over(0, 0, 5);  // Not the round that runs.
  CHECK(g.machines[0].state().proposal->word.view == View{0, 0});
  g.round_over(0, 0, 0);
  CHECK(g.machines[0].state().proposal->word.view == View{0, 1});
  g.talk({0, 1, 2});
  CHECK(g.machines[0].locks().at(x) == View{0, 1});
  g.round_over(0, 0, 1);
  CHECK(g.machines[0].state().proposal->word.view == View{0, 1});
}

TEST_CASE("agreement: a leader whose epoch is over proposes no more") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x);
  g.lead(0, 0);
  g.step(0, agreement::LeaderGranted{g.leader(1, 2)});
  g.cut_off();
  CHECK_FALSE(g.machines[0].state().proposal);
}

TEST_CASE("agreement: wrong states are refused by name and change nothing") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x);
  const Bytes before = g.machines[0].fingerprint();
  const auto refusal = [&](const messages::AgreementState& state, std::size_t by = 3) {
    const auto result = g.try_step(0, PeerState{member(by), state});
    REQUIRE_FALSE(result.ok());
    CHECK(g.machines[0].fingerprint() == before);
    return result.code();
  };
  auto state = g.blank();
  CHECK(refusal(state, 4) == Errc::agreement_unknown_member);
  ++state.instance.attempt;
  CHECK(refusal(state) == Errc::agreement_other_instance);

  state = g.blank();
  state.locks = 1;
  CHECK(refusal(state) == Errc::agreement_bad_state);

  state = g.blank();
  state.prepare = g.vote(2, Phase::prepare, {0, 0}, x);
  CHECK(refusal(state) == Errc::agreement_bad_signature);
  state.prepare = g.vote(3, Phase::prepare, {0, 0}, reject_at(g.bitcoin.root));
  CHECK(refusal(state) == Errc::agreement_wrong_value_kind);

  state = g.blank();
  state.commit = g.vote(3, Phase::commit, {0, 0}, x);
  CHECK(refusal(state) == Errc::agreement_bad_state);

  state = g.blank();
  state.certificates.push_back(g.certificate(Phase::prepare, {0, 0}, x, {0, 2}));
  CHECK(refusal(state) == Errc::certificate_too_light);
  state.certificates[0] = g.certificate(Phase::commit, {0, 0}, x, {0, 2, 3});
  CHECK(refusal(state) == Errc::agreement_bad_state);
  state.certificates[0] = g.certificate(Phase::prepare, {0, 0}, x, {0, 2, 3});
  state.certificates[0].signatures[2].bytes[9] ^= 1;
  CHECK(refusal(state) == Errc::certificate_bad_signature);
  state.certificates[0].signatures.pop_back();
  CHECK(refusal(state) == Errc::certificate_wrong_shape);

  state = g.blank();
  state.proposal = g.proposal(2, {0, 0}, x);
  CHECK(refusal(state) == Errc::agreement_not_leader);
  state.proposal = g.proposal(3, {0, 0}, x);
  state.proposal->word.view = {1, 0};
  CHECK(refusal(state) == Errc::agreement_not_leader);
  state.proposal = g.proposal(3, {0, 0}, x);
  state.proposal->word.view = {0, 1};
  CHECK(refusal(state) == Errc::agreement_bad_signature);
  state.proposal = g.proposal(3, {0, 0}, x);
  state.proposal->leader.reset();
  CHECK(refusal(state) == Errc::agreement_bad_state);

  CHECK(g.try_step(0, agreement::Signed{{0, 0}, reject_at(g.bitcoin.root)}).code() ==
        Errc::agreement_wrong_value_kind);
  CHECK(g.try_step(0, agreement::Restored{}).code() == Errc::agreement_already_started);
  CHECK(g.try_step(0, agreement::BurnMoved{{}, BurnHash{}}).code() == Errc::burn_header_unknown);
  CHECK(g.machines[0].fingerprint() == before);
}

TEST_CASE("agreement: one source cannot fill the book of candidates") {
  Group g{Mode::producers};
  for (std::uint8_t n = 1; n <= 32; ++n) g.candidate(0, block_at(n, g.bitcoin.root));
  const Candidate next{block_at(33, g.bitcoin.root), {}, 0, Verdict::valid, {}, Seen::after_cutoff};
  CHECK(g.try_step(0, next).code() == Errc::agreement_too_many_candidates);
  g.candidate(0, block_at(32, g.bitcoin.root), 5, Verdict::refused);  // A known one may change.
  Candidate other = next;
  other.source = 1;
  CHECK(g.try_step(0, other).ok());
}

TEST_CASE("agreement: inputs of other modes are refused") {
  Group g{Mode::stackers};
  CHECK(g.try_step(0, agreement::CutOff{}).code() == Errc::agreement_not_applicable);
  CHECK(g.try_step(0, agreement::LeaderGranted{}).code() == Errc::agreement_not_applicable);
  CHECK(g.try_step(0, Candidate{key_value(1), {}, 0, Verdict::valid, {}, {}}).code() ==
        Errc::agreement_wrong_value_kind);
  Group k{Mode::key};
  CHECK(
      k.try_step(0, Candidate{block_at(1, k.bitcoin.root), {}, 0, Verdict::valid, {}, {}}).code() ==
      Errc::agreement_wrong_value_kind);
}

TEST_CASE("agreement: a state already read costs nothing and orders nothing") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x);
  g.cut_off();
  g.lead(0, 0);
  g.read(1, 0);
  g.read(1, 0);
  CHECK(g.effects[1].empty());
}

TEST_CASE("agreement: the sets of two Bitcoin branches keep their promises apart") {
  Group one{Mode::producers}, other{Mode::producers, {40, 30, 30, 10}};
  REQUIRE(one.instance == other.instance);
  std::set<Bytes> keys;
  for (Group* g : {&one, &other}) {
    g->candidate_of_all(block_at(1, g->bitcoin.root));
    g->show_proposal(1, g->proposal(0, {0, 0}, block_at(1, g->bitcoin.root)), 0);
    REQUIRE(g->prepared(1));
    for (const auto& effect : g->effects[1]) {
      if (const auto* kept = std::get_if<Persist>(&effect)) keys.insert(kept->writes.at(0).key);
    }
  }
  CHECK(keys.size() == 2);
  CHECK(keys.contains(AgreementMachine::record_key(one.members.hash(), one.instance)));
}

TEST_CASE("agreement: after a restart in any phase nothing is said twice") {
  Group g{Mode::producers};
  const Value x = block_at(1, g.bitcoin.root), y = block_at(2, g.bitcoin.root);
  g.candidate_of_all(x, 5);
  g.cut_off();
  g.lead(0, 0);
  g.read(1, 0);
  const auto prepare = g.machines[1].state().prepare;
  g.restart(1, {g.bitcoin.root});
  CHECK(g.machines[1].state().prepare == prepare);
  g.candidate(1, y);
  g.show_proposal(1, g.proposal(0, {0, 0}, y), 0);
  CHECK(g.prepared(1) == x);

  // The leader: its word of (0,0) stands, the next round follows.
  g.restart(0, {g.bitcoin.root});
  g.candidate(0, y, 9);
  g.step(0, agreement::CutOff{});
  g.lead(0, 0);
  REQUIRE(g.machines[0].state().proposal);
  CHECK(g.machines[0].state().proposal->word.view == View{0, 1});

  // Locked: the lock stands, and so does what it binds against.
  g.show_certificate(2, g.certificate(Phase::prepare, {0, 0}, x, {0, 1, 3}), 3);
  g.restart(2, {g.bitcoin.root});
  CHECK(g.machines[2].locks().at(x) == View{0, 0});
  CHECK_FALSE(g.machines[2].may_release({0, 0}, x));  // Not judged again yet.
  g.candidate(2, x);
  CHECK(g.machines[2].may_release({0, 0}, x));
  g.candidate(2, y);
  g.show_proposal(2, g.proposal(3, {1, 0}, y), 3);
  CHECK_FALSE(g.prepared(2));

  CHECK(AgreementMachine{g.context(0)}.step({}, agreement::Restored{{1, 2, 3}}).code() ==
        Errc::agreement_bad_record);
}
