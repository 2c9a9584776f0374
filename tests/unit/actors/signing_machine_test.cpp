#include "tests/unit/actors/signing_checks.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::InstanceId;
using consensus::Purpose;
using consensus::View;
using crypto::SigningSubject;

TEST_CASE("signing: all honest, one session, everybody's bit is set") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  CHECK(world.members[0].state->requests.size() == 1);
  world.exchange();
  world.exchange();
  REQUIRE(world.members[0].seals.size() == 1);
  check_seal(world, world.members[0].seals[0], 1);
  CHECK(world.members[0].seals[0].seal.bits.count() == 6);
  CHECK(world.members[0].state->requests.empty());
  check_nonces(world);
}

TEST_CASE("signing: loss and reordering delay a seal and change nothing else") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    SigningWorld world(six(), seed);
    world.boot_all();
    world.run(3, 50);
    for (std::uint64_t height = 10; height < 14; ++height) {
      const auto n = static_cast<std::uint8_t>(height);
      const std::size_t leader = height % 6;
      world.permit_all(permit(height, n));
      REQUIRE(world.tell(leader, opening(height, n)).ok());
      world.run(30, 50);
      REQUIRE(world.members[leader].seals.size() == 1);
      check_seal(world, world.members[leader].seals[0], n);
      world.members[leader].seals.clear();
      for (std::size_t p = 0; p < 6; ++p) {
        REQUIRE(world.tell(p, CloseSigning{block_instance(height)}).ok());
        CHECK(world.members[p].state->shares.empty());
      }
    }
    check_nonces(world);
    check_evidence(world, {});
  }
}

TEST_CASE("signing: no share without permission, and permission is for one subject and view") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.exchange();
  for (std::size_t p = 1; p < 6; ++p) {
    CHECK(world.members[p].state->shares.empty());
    REQUIRE(world.members[p].wanted.size() == 1);
    CHECK(world.members[p].wanted[0].subject == block(1));
  }
  CHECK(world.tell(1, permit(10, 2)).ok());           // another block
  CHECK(world.tell(2, permit(10, 1, {1, 1})).ok());   // another view
  CHECK(world.tell(3, permit(11, 1)).ok());           // another height
  for (std::size_t p = 1; p < 4; ++p) CHECK(world.members[p].state->shares.empty());
  CHECK(world.tell(4, permit(10, 1)).ok());
  CHECK(world.members[4].state->shares.size() == 1);
  CHECK(world.tell(5, permit(10, 1)).ok());
  CHECK(world.tell(1, Withdraw{block_instance(10)}).ok());
  world.exchange();
  CHECK(world.members[1].state->shares.empty());
}

TEST_CASE("signing: a member that publishes two nonces under one index is convicted") {
  SigningWorld world(six());
  bool other = false;
  world.members[2].twist = [&](messages::SigningState& state) {
    if (other) std::swap(state.nonces->nonces[0], state.nonces->nonces[1]);
  };
  world.boot_all();
  world.exchange();
  other = true;
  world.members[2].twist(*world.members[2].state);
  world.exchange();
  for (const std::size_t p : {0, 1, 3, 4, 5}) {
    CHECK(world.members[p].machine->convicted().contains(MemberIndex{2}));
    CHECK(world.members[p].evidence.size() == 1);
  }
  check_evidence(world, {2});
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.run(4);
  REQUIRE(world.members[0].seals.size() == 1);
  CHECK(world.members[0].seals[0].seal.bits.to_text() == "110111");
}

TEST_CASE("signing: a crash between log and publication repeats the same bytes or nothing") {
  for (std::size_t point = 0; point < 3; ++point) {
    CAPTURE(point);
    SigningWorld world(six());
    world.members[2].crash_after = point;
    world.boot_all();
    world.exchange();
    for (std::uint64_t height = 10; height < 13; ++height) {
      const auto n = static_cast<std::uint8_t>(height);
      world.permit_all(permit(height, n));
      REQUIRE(world.tell(0, opening(height, n)).ok());
      world.run(8);
      REQUIRE(world.members[0].seals.size() == height - 9);
      check_seal(world, world.members[0].seals.back(), n);
    }
    check_nonces(world);
    check_evidence(world, {});
  }
}

TEST_CASE("signing: a restarted member publishes its logged shares and another batch") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.exchange();
  const auto before = *world.members[3].state;
  REQUIRE(before.shares.size() == 1);
  world.boot(3);
  const auto after = *world.members[3].state;
  CHECK(after.shares == before.shares);
  CHECK(after.nonces->batch != before.nonces->batch);
  CHECK(after.announce_nonces->batch != before.announce_nonces->batch);
}

TEST_CASE("signing: batches are renewed in time, over many blocks") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  std::set<crypto::BatchId> batches;
  for (std::uint64_t height = 10; height < 70; ++height) {
    const auto n = static_cast<std::uint8_t>(height);
    world.permit_all(permit(height, n));
    REQUIRE(world.tell(height % 6, opening(height, n)).ok());
    world.exchange();
    world.exchange();
    REQUIRE(world.members[height % 6].seals.size() == 1);
    CHECK(world.members[height % 6].seals[0].seal.bits.count() == 6);
    world.members[height % 6].seals.clear();
    for (std::size_t p = 0; p < 6; ++p) {
      REQUIRE(world.tell(p, CloseSigning{block_instance(height)}).ok());
      batches.insert(world.members[p].state->nonces->batch);
    }
    world.permits.clear();
  }
  CHECK(batches.size() >= 12);
  check_nonces(world);
}

TEST_CASE("signing: a block and an announcement at once do not contend for nonces") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  InstanceId id = block_instance(9);
  id.purpose = Purpose::announce;
  const SigningSubject subject = messages::announcement_subject(
      crypto::sha256(as_bytes("x")), world.group->content.group_key);
  world.permit_all({id, {1, 0}, subject});
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(6, OpenSigning{id, {1, 0}, subject}).ok());
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.exchange();
  world.exchange();
  CHECK(world.members[6].signatures.size() == 1);
  CHECK(world.members[0].seals.size() == 1);
}

TEST_CASE("signing: a coordinator that burns nonces is cut off") {
  SigningWorld world(six());
  world.boot(0);
  world.boot(1);
  world.exchange();
  REQUIRE(world.tell(1, permit(10, 1)).ok());
  std::size_t answered = 0;
  for (std::uint8_t i = 0; i < 40; ++i) {
    // Requests that differ in another member's nonce only.
    messages::PostedRequest request{block_instance(10), {1, 0}, block(1), {}};
    const auto& nonces = *world.members[1].state->nonces;
    for (std::uint16_t p = 0; p < 6; ++p) {
      const auto& own = *world.members[0].state->nonces;
      crypto::RequestEntry entry{MemberIndex{p}, {}, i, own.nonces[0]};
      if (p == 1) entry = {MemberIndex{p}, nonces.batch, nonces.base, nonces.nonces[0]};
      request.entries.push_back(entry);
    }
    REQUIRE(world.tell(1, RequestSeen{member_key(9).public_key(), request}).ok());
    answered = world.members[1].state->shares.size();
  }
  CHECK(answered == 7);  // members + 1
  CHECK(world.members[1].state->rejects.back().reason == messages::RejectReason::too_many);
}

TEST_CASE("signing: one nonce never answers a second session") {
  SigningWorld world(six());
  world.boot(0);
  world.boot(1);
  REQUIRE(world.tell(1, permit(10, 1)).ok());
  const auto nonces = *world.members[1].state->nonces;
  messages::PostedRequest request{block_instance(10), {1, 0}, block(1), {}};
  for (std::uint16_t p = 0; p < 6; ++p) {
    request.entries.push_back({MemberIndex{p}, {}, 0, world.members[0].state->nonces->nonces[p]});
  }
  request.entries[1] = {MemberIndex{1}, nonces.batch, nonces.base, nonces.nonces[0]};
  const crypto::PublicKey from = member_key(0).public_key();
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].state->shares.size() == 1);
  const auto share = world.members[1].state->shares[0];
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].state->shares.size() == 1);
  CHECK(world.members[1].state->shares[0] == share);
  request.entries[0].index = 1;  // another session
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].state->shares.size() == 1);
  REQUIRE(world.members[1].state->rejects.size() == 1);
  CHECK(world.members[1].state->rejects[0].reason == messages::RejectReason::nonce_spent);
  request.entries[1].batch = {};
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].state->rejects[1].reason == messages::RejectReason::unknown_nonce);
  // A foreign nonce under the own index is not signed with, either.
  request.entries[1] = {MemberIndex{1}, nonces.batch, nonces.base + 1, nonces.nonces[5]};
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].state->shares.size() == 1);
  CHECK(world.members[1].state->rejects[2].reason == messages::RejectReason::unknown_nonce);
}

TEST_CASE("signing: requests of another group, kind or form are ignored") {
  SigningWorld world(six());
  world.boot(1);
  messages::PostedRequest request{block_instance(10), {1, 0}, block(1), {}};
  const crypto::PublicKey from = member_key(0).public_key();
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());  // nobody named
  for (std::uint16_t p = 0; p < 6; ++p) request.entries.push_back({MemberIndex{p}, {}, 0, {}});
  messages::PostedRequest other = request;
  other.instance.generation = 6;
  REQUIRE(world.tell(1, RequestSeen{from, other}).ok());
  other = request;
  other.instance.purpose = Purpose::announce;
  REQUIRE(world.tell(1, RequestSeen{from, other}).ok());
  other = request;
  std::swap(other.entries[0], other.entries[1]);
  REQUIRE(world.tell(1, RequestSeen{from, other}).ok());
  other = request;
  other.entries[5].party = MemberIndex{0xffff};  // nobody
  REQUIRE(world.tell(1, RequestSeen{from, other}).ok());
  other = request;
  other.entries.resize(2);  // 21 of 27
  REQUIRE(world.tell(1, RequestSeen{from, other}).ok());
  CHECK(world.members[1].wanted.empty());
  REQUIRE(world.tell(1, RequestSeen{from, request}).ok());
  CHECK(world.members[1].wanted.size() == 1);
}

TEST_CASE("signing: where the view's leader is known nobody else is answered, whoever comes first") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  // Member 1 wants the same signed, and repeats what the leader asks before it is heard.
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  REQUIRE(world.tell(1, opening(10, 1)).ok());
  const messages::PostedRequest asked = world.members[0].state->requests[0];
  world.note_nonces(*world.members[0].state);
  const crypto::PublicKey rival = member_key(1).public_key();
  for (std::size_t p = 2; p < 6; ++p) REQUIRE(world.tell(p, RequestSeen{rival, asked}).ok());
  world.exchange();
  Permit only_leader = permit(10, 1);
  only_leader.leader = member_key(0).public_key();
  world.permit_all(only_leader);
  world.run(4);
  REQUIRE(world.members[0].seals.size() == 1);
  check_seal(world, world.members[0].seals[0], 1);
  CHECK(world.members[0].seals[0].seal.bits.count() == 6);
  CHECK(world.members[0].asked.begin()->second.size() == 1);
  for (std::size_t p = 2; p < 6; ++p) CHECK(world.members[p].state->shares.size() == 1);
  check_nonces(world);
}

TEST_CASE("signing: refusals by name leave the machine as it was") {
  SigningWorld world(six());
  world.boot(0);
  SigningMachine& machine = *world.members[0].machine;
  const messages::SigningState before = machine.state();
  const auto refused = [&](const SigningInput& input) { return machine.step({}, input).code(); };
  messages::SigningState state = before;
  CHECK(refused(PeerSigning{MemberIndex{6}, state, {}}) == Errc::signing_unknown_member);
  CHECK(refused(ExcludeSigner{MemberIndex{6}}) == Errc::signing_unknown_member);
  state.cid = {};
  CHECK(refused(PeerSigning{MemberIndex{1}, state, {}}) == Errc::signing_other_group);
  OpenSigning open = opening(10, 1, {2, 0});
  open.instance.generation = 4;
  CHECK(refused(open) == Errc::signing_other_group);
  CHECK(machine.step({}, opening(10, 1, {2, 0})).ok());
  CHECK(refused(opening(10, 1, {1, 7})) == Errc::signing_view_over);
  for (std::uint64_t h = 11; h < 18; ++h) CHECK(machine.step({}, opening(h, 1)).ok());
  CHECK(refused(opening(18, 1)) == Errc::signing_too_many_openings);
  CHECK(machine.state() == before);
}

TEST_CASE("signing: a log that cannot be read is refused by name") {
  SigningSetup setup;
  setup.set = six().set;
  setup.content = six().content;
  setup.group = six().group;
  setup.records = {{Bytes(64, 1), Bytes{1, 2}}};
  CHECK(SigningMachine::make(std::move(setup)).code() == Errc::nonce_log_corrupt);
}
