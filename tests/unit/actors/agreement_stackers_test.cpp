// Stackers' and key instances of the agreement machine.
#include <doctest/doctest.h>

#include "tests/unit/actors/agreement_fixture.hpp"

using namespace quorate;
using namespace quorate::actors;
using agreement::PeerState;
using agreement::Verdict;
using consensus::Phase;
using consensus::Value;
using consensus::View;

TEST_CASE("stackers: the owner of the view's slot proposes the block; all sign it") {
  Group g{Mode::stackers};
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate_of_all(x);
  const std::size_t leader = g.view_leader(0);
  for (std::size_t p = 0; p < g.size(); ++p) {
    CHECK(g.machines[p].state().proposal.has_value() == (p == leader));
  }
  g.talk();
  for (std::size_t p = 0; p < g.size(); ++p) CHECK(g.machines[p].may_release({0, 0}, x));
  CHECK(g.transcript ==
        std::vector<std::string>{std::to_string(leader) + ": signing of block 1 in (0,0)"});
}

TEST_CASE("stackers: the view timer starts with the first block, even a parked one, and grows") {
  Group g{Mode::stackers};
  CHECK(g.ordered<ArmTimer>(0) == nullptr);
  g.candidate(0, block_at(1, g.bitcoin.a), 0, Verdict::parked);
  REQUIRE(g.ordered<ArmTimer>(0) != nullptr);
  CHECK(g.ordered<ArmTimer>(0)->at == Instant{} + seconds(3));
  g.time_out(0);
  CHECK(g.machines[0].state().view == View{1, 0});
  CHECK(g.ordered<ArmTimer>(0)->at == Instant{} + milliseconds(4500));
  CHECK(g.machines[0].timeouts() == 1);
  g.step(0, agreement::TimerFired{{21, 17, std::uint64_t{3} << 32, 0}});  // View 0's, stale.
  CHECK(g.machines[0].state().view == View{1, 0});
}

TEST_CASE("stackers: 33 of 100 in higher views do not take a member along, 34 do") {
  for (const std::uint32_t above : {33u, 34u}) {
    Group g{Mode::stackers, {100 - above, above}};
    auto state = g.blank();
    state.view = {7, 0};
    g.step(0, PeerState{member(1), state});
    CHECK(g.machines[0].state().view == View{above == 34 ? 7u : 0u, 0});
  }
}

TEST_CASE("stackers: from view 2 on the attempt is rejected for the tip") {
  Group g{Mode::stackers};
  const Value x = block_at(1, g.bitcoin.root);
  // Only one member ever gets the block to run; it is invalid for nobody, just not prepared.
  for (std::size_t p = 0; p < g.size(); ++p) g.candidate(p, x, 0, Verdict::parked);
  g.time_out_all();
  g.time_out_all();
  g.talk();
  REQUIRE(g.machines[0].decisions().size() == 1);
  const auto& decision = g.machines[0].decisions()[0];
  CHECK(decision.value == reject_at(g.bitcoin.root));
  CHECK(decision.phase == Phase::commit);
  CHECK(consensus::verify(decision, g.members.set, test_network).ok());
  CHECK(g.machines[0].closed() == reject_at(g.bitcoin.root));
  CHECK(g.machines[0].state().decided.has_value());
  CHECK(g.transcript.size() == g.size());
}

TEST_CASE("stackers: in view 0 only a block refused by more than 33 of 100 is rejected") {
  for (const std::uint32_t weight : {33u, 34u}) {
    Group g{Mode::stackers, {weight, (100 - weight) / 2, 100 - weight - (100 - weight) / 2}};
    const Value x = block_at(1, g.bitcoin.root);
    while (g.view_leader(0) != 1) {
      ++g.instance.attempt;
      if (g.view_leader(0) != 1) continue;
      for (std::size_t p = 0; p < g.size(); ++p) {
        g.machines[p] = AgreementMachine{g.context(p)};
        g.tip(p, g.bitcoin.root, {g.bitcoin.root});
      }
    }
    g.candidate(0, x, 0, Verdict::refused);
    REQUIRE(g.machines[0].state().refusal);
    CHECK(g.machines[0].state().refusal->reason.text == "bad_signature");
    g.read(1, 0);
    g.candidate(1, x);
    REQUIRE(g.machines[1].state().proposal);
    const auto word = g.machines[1].state().proposal->word;
    CHECK(word.value == (weight == 34 ? reject_at(g.bitcoin.root) : x));
    CHECK(g.machines[1].state().shown_refusals.size() == (weight == 34 ? 1 : 0));
    // A third member that finds the block valid goes along because of the shown refusals.
    g.candidate(2, x);
    g.read(2, 1);
    CHECK(g.prepared(2) == word.value);
  }
}

TEST_CASE("stackers: reject is prepared only with a block on its branch, and not against a lock") {
  Group g{Mode::stackers};
  const std::uint32_t view = 2;
  const std::size_t leader = g.view_leader(view);
  const std::size_t p = (leader + 1) % g.size();
  const auto show = [&](const Value& reject, const Value& rejected) {
    auto proposal = g.proposal(leader, {view, 0}, reject);
    proposal.rejected = rejected;
    g.show_proposal(p, proposal, leader);
  };
  const Value on_a = block_at(1, g.bitcoin.a), low = block_at(2, g.bitcoin.root);
  g.tip(p, g.bitcoin.b, {g.bitcoin.a, g.bitcoin.b});
  g.candidate(p, on_a, 0, Verdict::parked);
  g.time_out(p);
  g.time_out(p);
  show(reject_at(g.bitcoin.b), on_a);  // Of the rival branch.
  CHECK_FALSE(g.prepared(p));
  g.restart(p, {g.bitcoin.root, g.bitcoin.b});
  g.candidate(p, low);
  g.time_out(p);
  g.time_out(p);
  show(reject_at(g.bitcoin.b), low);
  CHECK(g.prepared(p) == reject_at(g.bitcoin.b));

  Group locked{Mode::stackers};
  const std::size_t q = (leader + 1) % locked.size();
  locked.candidate(q, low);
  locked.show_certificate(q, locked.certificate(Phase::prepare, {1, 0}, low, {0, 1, 2, 3}), leader);
  locked.time_out(q);
  auto proposal = locked.proposal(leader, {view, 0}, reject_at(locked.bitcoin.root));
  proposal.rejected = low;
  locked.show_proposal(q, proposal, leader);
  CHECK_FALSE(locked.prepared(q));
}

TEST_CASE("stackers: who can take a refused block later withdraws the refusal and prepares it") {
  Group g{Mode::stackers};
  const std::size_t leader = g.view_leader(0);
  const std::size_t p = (leader + 1) % g.size();
  const Value x = block_at(1, g.bitcoin.root);
  g.candidate(leader, x);
  g.candidate(p, x, 0, Verdict::refused);
  g.read(p, leader);
  CHECK_FALSE(g.prepared(p));
  CHECK(g.machines[p].state().refusal);
  g.candidate(p, x);
  CHECK_FALSE(g.machines[p].state().refusal);
  CHECK(g.prepared(p) == x);
}

TEST_CASE("stackers: a proposal of a view far ahead waits and hides no other") {
  Group g{Mode::stackers};
  const Value x = block_at(1, g.bitcoin.root);
  std::uint32_t far = 1'000'000;
  const std::size_t leader = g.view_leader(0);
  while (g.view_leader(far) == leader) ++far;
  const std::size_t cheater = g.view_leader(far);
  std::size_t p = 0;
  while (p == leader || p == cheater) ++p;
  g.candidate(p, x);
  g.show_proposal(p, g.proposal(cheater, {far, 0}, x), cheater);
  CHECK_FALSE(g.prepared(p));
  g.show_proposal(p, g.proposal(leader, {0, 0}, x), leader);
  CHECK(g.prepared(p) == x);
  CHECK(g.machines[p].current_view() == View{0, 0});
}

TEST_CASE("stackers: a rejection of a branch that Bitcoin left opens the attempt again") {
  Group g{Mode::stackers};
  const Value x = block_at(1, g.bitcoin.root);
  g.tip_of_all(g.bitcoin.a, {g.bitcoin.a, g.bitcoin.b});
  for (std::size_t p = 0; p < g.size(); ++p) g.candidate(p, x, 0, Verdict::parked);
  g.time_out_all();
  g.time_out_all();
  g.talk();
  CHECK(g.machines[0].closed() == reject_at(g.bitcoin.a));
  g.tip_of_all(g.bitcoin.b);
  CHECK_FALSE(g.machines[0].closed());
  // On branch B x itself is bound by the orphaned rejection; a rejection for B is not.
  for (std::uint32_t view = 3; view < 6 && !g.machines[0].closed(); ++view) {
    g.time_out_all();
    g.talk();
  }
  CHECK(g.machines[0].closed() == reject_at(g.bitcoin.b));
  CHECK(g.machines[0].decisions().size() == 2);
}

TEST_CASE("key instance: the leader's content is prepared, locked and committed by all") {
  Group g{Mode::key};
  g.candidate_of_all(key_value(1));
  g.talk();
  for (std::size_t p = 0; p < g.size(); ++p) {
    REQUIRE(g.machines[p].decisions().size() == 1);
    CHECK(g.machines[p].closed() == key_value(1));
    CHECK(consensus::verify(g.machines[p].decisions()[0], g.members.set, test_network).ok());
  }
}

TEST_CASE("key instance: who finds the key invalid does not certify it") {
  Group g{Mode::key};
  for (std::size_t p = 0; p < 3; ++p) g.candidate(p, key_value(1));
  g.candidate(3, key_value(1), 0, Verdict::refused);
  for (std::uint32_t view = 0; view < 8 && !g.machines[0].closed(); ++view) {
    g.talk();
    g.time_out_all();
  }
  CHECK(g.machines[3].closed() == key_value(1));  // The others suffice.
  CHECK_FALSE(g.machines[3].state().prepare);
  CHECK_FALSE(g.machines[3].state().commit);
}

TEST_CASE("key instance: retry is decided when members call for it and no key is certified") {
  Group g{Mode::key};
  g.candidate_of_all(retry_value());
  g.talk();
  CHECK(g.machines[0].closed() == retry_value());

  // A certified key goes before it.
  Group k{Mode::key};
  for (std::size_t p = 0; p < k.size(); ++p) {
    k.show_certificate(p, k.certificate(Phase::prepare, {0, 0}, key_value(1), {0, 1, 2}),
                       (p + 1) % k.size());
  }
  k.candidate_of_all(key_value(1));
  k.candidate_of_all(retry_value());
  k.talk();
  CHECK(k.machines[0].closed() == key_value(1));
}

TEST_CASE("key instance: of several own contents the newest is proposed, a key before retry") {
  Group g{Mode::key};
  const std::size_t leader = g.view_leader(1);
  g.candidate(leader, retry_value());
  g.candidate(leader, key_value(1));
  g.candidate(leader, key_value(2));
  g.time_out(leader);
  REQUIRE(g.machines[leader].state().proposal);
  CHECK(g.machines[leader].state().proposal->word.value == key_value(2));
}

TEST_CASE("stackers: a commit vote needs the lock of the current view and happens once per view") {
  Group g{Mode::stackers};
  const Value x = block_at(1, g.bitcoin.root), r = reject_at(g.bitcoin.root);
  g.candidate(0, x);
  g.show_certificate(0, g.certificate(Phase::prepare, {2, 0}, r, {1, 2, 3}), 3);
  REQUIRE(g.machines[0].state().commit);
  CHECK(g.machines[0].state().commit->view == View{2, 0});
  g.restart(0, {g.bitcoin.root});
  CHECK(g.machines[0].state().commit->view == View{2, 0});
  g.show_certificate(0, g.certificate(Phase::prepare, {4, 0}, r, {1, 2, 3}), 3);
  CHECK(g.machines[0].state().commit->view == View{4, 0});
  CHECK(g.machines[0].state().view == View{4, 0});  // A certificate takes it along.
}
