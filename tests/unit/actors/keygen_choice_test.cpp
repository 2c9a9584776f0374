#include "tests/unit/actors/keygen_checks.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::Value;
using consensus::ValueKind;

TEST_CASE("keygen: nothing is proposed or agreed to before the gate opens") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  world.members[5].is_up = false;  // it has dealt but will not confirm
  world.exchange_until_quiet();
  world.advance_to(104);
  world.exchange_until_quiet();
  CHECK_FALSE(world.decide().has_value());
  for (const auto& member : world.members) CHECK_FALSE(member.candidate.has_value());
  world.advance_to(105);
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  world.tell_decided(*certificate);
  check_same_key(world);
  CHECK(world.members[0].machine->certificate()->content.qualified.count() == 6);
}

TEST_CASE("keygen: silent dealers are left out while the others reach the threshold") {
  KeygenWorld world(scattered_set(six));
  for (std::size_t p = 0; p < 4; ++p) world.boot(p);  // 33 of 40
  run_rounds(world);
  check_same_key(world);
  CHECK(world.members[0].machine->certificate()->content.qualified.to_text() == "111100");
}

TEST_CASE("keygen: a conviction does not stop what is prepared by a quorum already") {
  KeygenWorld world(scattered_set(six));
  world.members[3].twist_dealing = [](const SharedBytes& b) {
    return std::vector{changed(b, b.size() - 3)};
  };
  world.boot_all();
  world.exchange_until_quiet();
  world.advance_to(105);
  world.exchange_until_quiet();
  REQUIRE(world.members[1].machine->convicted().contains(MemberIndex{3}));
  // A content that counts on the convicted dealer, as prepared by those who had not heard yet.
  REQUIRE(world.members[0].candidate.has_value());
  consensus::KeyContent content = *world.members[0].machine->content(
      world.members[0].candidate->id);
  content.qualified.set(3);
  content.dealing_hashes.insert(content.dealing_hashes.begin() + 3,
                                crypto::sha512_256(world.members[3].dealings[0].dealing.view()));
  const Value value{ValueKind::key, content.id(), {}};
  messages::KeygenState state = *world.members[0].state;
  state.offered = {content};
  REQUIRE(world.tell(1, PeerKeygen{MemberIndex{0}, state}).ok());
  const consensus::InstanceId instance = world.members[1].machine->instance();
  (void)world.tell(1, JudgeValue{instance, value, JudgeValue::Shown::nothing});
  REQUIRE(world.members[1].verdicts.contains(value));
  CHECK(world.members[1].verdicts.at(value).code() == Errc::keygen_dealer_convicted);
  (void)world.tell(1, JudgeValue{instance, value, JudgeValue::Shown::prepare_certificate});
  CHECK(world.members[1].verdicts.at(value).ok());
}

TEST_CASE("keygen: a member that comes late takes part without having dealt in time") {
  KeygenWorld world(scattered_set(six));
  for (std::size_t p = 0; p < 5; ++p) world.boot(p);
  world.exchange_until_quiet();
  world.advance_to(104);
  world.exchange_until_quiet();
  world.boot(5);
  world.exchange_until_quiet();
  run_rounds(world);
  check_same_key(world);
  CHECK(world.members[0].machine->certificate()->content.qualified.to_text() == "111110");
}

TEST_CASE("keygen: too few dealers lead to a new attempt with fresh dealings") {
  KeygenWorld world(scattered_set(six));
  world.boot(1);
  world.boot(2);
  world.boot(3);  // 21 of 40
  world.exchange_until_quiet();
  world.advance_to(105);
  world.boot(0);
  world.boot(4);
  world.boot(5);
  world.exchange_until_quiet();
  CHECK_FALSE(world.decide().has_value());
  world.advance_to(106);
  CHECK_FALSE(world.decide().has_value());
  world.advance_to(107);
  world.exchange_until_quiet();
  const auto retry = world.decide();
  REQUIRE(retry.has_value());
  CHECK(retry->value.kind == ValueKind::retry);
  // One member hears of it late.
  for (std::size_t p = 1; p < 6; ++p) (void)world.tell(p, KeyDecided{*retry});
  world.exchange_until_quiet();
  (void)world.tell(0, KeyDecided{*retry});
  CHECK(world.members[0].machine->instance().attempt == 1);
  world.exchange_until_quiet();
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  world.tell_decided(*certificate);
  check_same_key(world);
  CHECK(world.members[0].machine->certificate()->content.attempt == 1);
  for (std::size_t p = 0; p < 6; ++p) CHECK(world.members[p].dealings.size() == 2);
}

TEST_CASE("keygen: who missed the decision to retry follows members that honest ones are among") {
  KeygenWorld world(scattered_set(six));
  world.boot(1);
  world.boot(2);
  world.boot(3);
  world.advance_to(107);
  world.boot(0);
  world.boot(4);
  world.boot(5);
  world.exchange_until_quiet();
  const auto retry = world.decide();
  REQUIRE(retry.has_value());
  // 12 of 40 in attempt 1 move nobody; 12 + 7 do.
  REQUIRE(world.tell(0, KeyDecided{*retry}).ok());
  world.exchange();
  CHECK(world.members[1].machine->instance().attempt == 0);
  REQUIRE(world.tell(2, KeyDecided{*retry}).ok());
  world.exchange_until_quiet();
  for (const auto& member : world.members) CHECK(member.machine->instance().attempt == 1);
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  world.tell_decided(*certificate);
  check_same_key(world);
}

TEST_CASE("keygen: 30 members, 100 slots, every kind of fault within 33 %") {
  const std::uint64_t seed = 11;
  MESSAGE("seed ", seed);
  std::vector<std::uint32_t> weights;
  for (std::uint32_t p = 0; p < 30; ++p) weights.push_back(p < 10 ? 4 : 3);
  KeygenWorld world(scattered_set(weights), seed);
  const auto config = *messages::keygen_config(world.set, 0, test_network);
  const auto equivocate = [&](std::uint16_t p) {
    return [&config, p](const SharedBytes& b) {
      auto other = crypto::deal(config, MemberIndex{p}, member_key(p), crypto::sha256(b.view()));
      return std::vector{b, other->bytes};
    };
  };
  // 4 + 4 + 4 + 3·7 = 33 of 100.
  const std::set<std::size_t> faulty{0, 1, 2, 10, 11, 12, 13, 14, 15, 16};
  world.members[0].twist_dealing = [](const SharedBytes& b) {
    return std::vector{changed(b, b.size() - 40)};
  };
  world.members[1].twist_dealing = equivocate(1);
  world.members[2].twist_dealing = [](const SharedBytes& b) {
    return std::vector{changed(b, 145, 0x08)};
  };
  world.members[10].twist_dealing = equivocate(10);
  world.members[11].twist_dealing = [](const SharedBytes&) { return std::vector<SharedBytes>{}; };
  world.members[12].twist_state = [&](messages::KeygenState& state) {
    if (world.members[20].dealings.empty()) return;
    const auto dealing = crypto::parse_dealing(config, world.members[20].dealings[0].dealing);
    const auto lie = crypto::complain(config, **dealing, MemberIndex{12}, member_key(12), {});
    state.complaints.push_back(
        {MemberIndex{20}, (*dealing)->hash(), lie->shared_point, lie->proof});
  };
  // Vouches for nobody, and for dealings nobody has.
  world.members[13].twist_state = [](messages::KeygenState& state) {
    if (state.has_confirmed()) state.confirmed = BitVector{30};
    state.dealing_hashes.clear();
  };
  world.members[14].twist_state = [](messages::KeygenState& state) {
    for (Hash256& hash : state.dealing_hashes) hash.bytes[0] ^= 1;
  };
  for (const std::size_t p : {15, 16}) {
    world.members[p].twist_dealing = [](const SharedBytes& b) {
      return std::vector{changed(b, 80)};
    };
  }
  world.members[25].crash_after = 1;
  world.members[26].crash_after = 2;
  world.show_all = false;
  world.boot_all();
  world.exchange(40);
  world.exchange(40);
  world.show_all = true;
  run_rounds(world, 40);
  check_same_key(world, faulty);
  CHECK(check_evidence(world, faulty) > 100);
  const BitVector qualified = world.members[20].machine->certificate()->content.qualified;
  for (const std::size_t p : {0, 1, 2, 10, 11, 15, 16}) CHECK_FALSE(qualified.test(p));
  for (std::size_t p = 17; p < 30; ++p) CHECK(qualified.test(p));
}

TEST_CASE("keygen: a new attempt is refused while the dealers reach the threshold") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  world.members[5].is_up = false;  // no unanimity, so the gate opens at h2
  world.exchange_until_quiet();
  const consensus::InstanceId instance = world.members[0].machine->instance();
  const Value retry{ValueKind::retry, {}, {}};
  world.advance_to(106);
  CHECK_FALSE(world.vote(retry, instance).has_value());
  CHECK_FALSE(world.members[0].verdicts.contains(retry));  // not before the certify deadline
  world.advance_to(107);
  CHECK_FALSE(world.vote(retry, instance).has_value());
  REQUIRE(world.members[0].verdicts.contains(retry));
  CHECK(world.members[0].verdicts.at(retry).code() == Errc::keygen_dealers_suffice);
  // What a quorum prepared binds everybody.
  CHECK(world.vote(retry, instance, JudgeValue::Shown::prepare_certificate).has_value());
}
