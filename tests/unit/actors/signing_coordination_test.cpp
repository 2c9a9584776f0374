#include "tests/unit/actors/signing_checks.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::InstanceId;
using consensus::Purpose;
using consensus::View;
using crypto::SigningSubject;

TEST_CASE("signing: a silent member costs one session and loses its bit") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  world.members[3].is_up = false;  // it has published nonces
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.run(8);
  REQUIRE(world.members[0].seals.size() == 1);
  check_seal(world, world.members[0].seals[0], 1);
  CHECK(world.members[0].seals[0].seal.bits.to_text() == "111011");
  CHECK(world.members[0].evidence.empty());
  check_nonces(world);
}

TEST_CASE("signing: exactly the threshold suffices, one slot less does not") {
  // 12 + 9 + 7 = 28, 12 + 9 + 5 = 26 of 27.
  for (const std::size_t third : {2, 3}) {
    SigningWorld world(six());
    world.boot(0);
    world.boot(1);
    world.boot(third);
    world.exchange();
    world.permit_all(permit(10, 1));
    REQUIRE(world.tell(0, opening(10, 1)).ok());
    world.run(8);
    CHECK(world.members[0].seals.size() == (third == 2 ? 1 : 0));
  }
}

TEST_CASE("signing: wrong shares convict their senders and the others still sign") {
  for (const bool bad_attestation : {false, true}) {
    SigningWorld world(six());
    const auto corrupt = [&](messages::SigningState& state) {
      for (auto& share : state.shares) {
        (bad_attestation ? share.attestation.bytes[9] : share.partial.bytes[9]) ^= 1;
      }
    };
    world.members[4].twist = corrupt;
    world.members[5].twist = corrupt;
    world.boot_all();
    world.exchange();
    world.permit_all(permit(10, 1));
    REQUIRE(world.tell(0, opening(10, 1)).ok());
    world.run(12);
    REQUIRE(world.members[0].seals.size() == 1);
    CHECK(world.members[0].seals[0].seal.bits.to_text().substr(4) == "00");
    CHECK(world.members[0].evidence.size() == 2);
    check_evidence(world, {4, 5});
    check_nonces(world);
  }
}

TEST_CASE("signing: a member that answers for two blocks in one view is convicted") {
  SigningWorld world(six());
  world.boot_all();
  world.run(2);
  for (std::size_t p = 0; p < 6; ++p) REQUIRE(world.tell(p, permit(9, p == 1 ? 2 : 1)).ok());
  REQUIRE(world.tell(2, opening(9, 2)).ok());  // Nobody honest answers that.
  world.exchange();
  world.exchange();
  REQUIRE(world.tell(1, permit(9, 1)).ok());
  REQUIRE(world.tell(0, opening(9, 1)).ok());
  world.run(6);
  std::size_t proofs = 0;
  for (std::size_t p : {0u, 2u, 3u, 4u, 5u}) {
    for (const SigningEvidence& evidence : world.members[p].evidence) {
      CHECK(evidence.kind == "two_shares");
      ++proofs;
    }
  }
  CHECK(proofs == 5);
  check_evidence(world, {1});
}

TEST_CASE("signing: 30 members, 100 slots, 33 % silent, lying or crashing") {
  std::vector<std::uint32_t> weights;
  for (std::uint32_t p = 0; p < 30; ++p) weights.push_back(p < 10 ? 4 : 3);
  const TestGroup group = make_group(weights);
  SigningWorld world(group, 5);
  // 4 + 4 + 4 + 3·7 = 33.
  const std::set<std::size_t> faulty{0, 1, 2, 10, 11, 12, 13, 14, 15, 16};
  for (const std::size_t p : {0, 10, 11}) {
    world.members[p].twist = [](messages::SigningState& state) {
      for (auto& share : state.shares) share.partial.bytes[20] ^= 4;
    };
  }
  for (const std::size_t p : {1, 12, 13}) {  // publish nonces, never answer
    world.members[p].twist = [](messages::SigningState& state) { state.shares.clear(); };
  }
  for (const std::size_t p : {2, 14}) {  // claim that their nonces are gone
    world.members[p].twist = [](messages::SigningState& state) {
      for (const auto& share : state.shares) {
        state.rejects.push_back({share.session, messages::RejectReason::nonce_spent});
      }
      state.shares.clear();
    };
  }
  world.members[20].crash_after = 1;
  world.boot_all();
  world.exchange();
  for (std::uint64_t height = 10; height < 12; ++height) {
    const auto n = static_cast<std::uint8_t>(height);
    world.permit_all(permit(height, n));
    REQUIRE(world.tell(25, opening(height, n)).ok());
    for (int i = 0; i < 200 && world.members[25].seals.size() < height - 9; ++i) world.run(1, 20);
    REQUIRE(world.members[25].seals.size() == height - 9);
    check_seal(world, world.members[25].seals.back(), n);
  }
  check_evidence(world, faulty);
  check_nonces(world);
}

TEST_CASE("signing: nonces that are no points convict their publisher") {
  SigningWorld world(six());
  world.members[1].twist = [](messages::SigningState& state) {
    for (auto& nonce : state.nonces->nonces) nonce.bytes.fill(0x05);
  };
  world.boot_all();
  world.exchange();
  world.permit_all(permit(10, 1));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.run(6);
  REQUIRE(world.members[0].seals.size() == 1);
  CHECK(world.members[0].seals[0].seal.bits.to_text() == "101111");
  check_evidence(world, {1});
}

TEST_CASE("signing: a leader that dies is replaced in the next view, with fresh nonces") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  world.permit_all(permit(10, 1, {1, 0}));
  REQUIRE(world.tell(0, opening(10, 1, {1, 0})).ok());
  world.exchange();
  world.members[0].is_up = false;
  world.permit_all(permit(10, 1, {2, 0}));
  REQUIRE(world.tell(1, opening(10, 1, {2, 0})).ok());
  world.run(8);
  REQUIRE(world.members[1].seals.size() == 1);
  check_seal(world, world.members[1].seals[0], 1);
  check_nonces(world);
}

TEST_CASE("signing: two leaders that ask for the same nonces both get their seals") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  world.permit_all(permit(10, 1));
  world.permit_all(permit(11, 2));
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  REQUIRE(world.tell(1, opening(11, 2)).ok());
  world.run(40);
  REQUIRE(world.members[0].seals.size() == 1);
  check_seal(world, world.members[0].seals[0], 1);
  REQUIRE(world.members[1].seals.size() == 1);
  check_seal(world, world.members[1].seals[0], 2);
  check_nonces(world);
  check_evidence(world, {});
}

TEST_CASE("signing: a coordinator outside the group gets an announcement signed") {
  SigningWorld world(six());
  world.boot_all();
  world.exchange();
  InstanceId id = block_instance(10);
  id.purpose = Purpose::announce;
  const Hash256 sighash = crypto::sha256(as_bytes("sighash"));
  const SigningSubject subject =
      messages::announcement_subject(sighash, world.group->content.group_key);
  world.permit_all({id, {1, 0}, subject});
  REQUIRE(world.tell(6, OpenSigning{id, {1, 0}, subject}).ok());
  world.run(4);
  REQUIRE(world.members[6].signatures.size() == 1);
  const SignatureReady& ready = world.members[6].signatures[0];
  CHECK(ready.sighash == sighash);
  const auto output = crypto::taproot_output_key(
      crypto::x_only(world.group->content.group_key), {});
  REQUIRE(output.ok());
  CHECK(crypto::verify_schnorr(output->key, sighash.view(), ready.signature));
  CHECK_FALSE(world.members[6].state->nonces.has_value());
  check_nonces(world);
}

TEST_CASE("signing: old requests give way to newer ones within the budget") {
  SigningWorld world(six());
  world.request_budget = 1000;  // one request of six entries is 568 bytes
  world.boot_all();
  world.exchange();
  REQUIRE(world.tell(0, opening(10, 1)).ok());
  world.run(6);
  CHECK(world.members[0].state->requests.size() == 1);
}
