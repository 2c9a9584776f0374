#include <doctest/doctest.h>

#include "crypto/point.hpp"
#include "tests/unit/actors/keygen_world.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::Value;
using consensus::ValueKind;

namespace {

SharedBytes changed(const SharedBytes& bytes, std::size_t at, std::uint8_t flip = 1) {
  Bytes copy = bytes.get();
  copy[at] = static_cast<std::uint8_t>(copy[at] ^ flip);
  return SharedBytes{std::move(copy)};
}

/// Every member that is up finished with the same key and shares of it; no honest one is convicted.
void check_same_key(KeygenWorld& world, const std::set<std::size_t>& faulty = {}) {
  std::optional<Hash256> id;
  for (std::size_t p = 0; p < world.members.size(); ++p) {
    if (!world.members[p].is_up || faulty.contains(p)) continue;
    CAPTURE(p);
    const KeygenMachine& machine = *world.members[p].machine;
    REQUIRE(machine.certificate() != nullptr);
    CHECK(consensus::verify(*machine.certificate(), world.set, test_network).ok());
    if (!id) id = machine.certificate()->content.id();
    CHECK(machine.certificate()->content.id() == *id);
    REQUIRE(machine.group() != nullptr);
    CHECK(machine.group()->key() == machine.certificate()->content.group_key);
    REQUIRE(machine.key() != nullptr);
    for (const crypto::SecretShare& share : machine.key()->shares) {
      CHECK(share.value.public_key() ==
            machine.group()->public_shares()[share.id.value].serialize());
    }
    for (const MemberIndex guilty : machine.convicted()) CHECK(faulty.contains(guilty.value));
  }
}

/// Every proof found by an honest member convicts the member it names.
std::size_t check_evidence(KeygenWorld& world, const std::set<std::size_t>& faulty) {
  std::size_t found = 0;
  for (std::size_t p = 0; p < world.members.size(); ++p) {
    if (faulty.contains(p)) continue;
    for (const KeygenEvidence& evidence : world.members[p].evidence) {
      const auto fault = decode<messages::KeygenFault>(evidence.proof);
      REQUIRE(fault.ok());
      const auto verdict = messages::judge(*fault, world.scene);
      CAPTURE(evidence.kind);
      REQUIRE(verdict.ok());
      CHECK(verdict->member == evidence.member);
      CHECK(faulty.contains(verdict->member.value));
      ++found;
    }
  }
  return found;
}

/// Deal to h1, confirm to h2, decide.
void run_rounds(KeygenWorld& world, std::uint32_t loss = 0) {
  world.exchange_until_quiet(loss);
  world.advance_to(103);
  world.exchange_until_quiet(loss);
  world.advance_to(105);
  world.exchange_until_quiet(loss);
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  CHECK(certificate->value.kind == ValueKind::key);
  world.tell_decided(*certificate);
  world.exchange_until_quiet(loss);
}

const std::vector<std::uint32_t> six{12, 9, 7, 5, 4, 3};  // 40 slots, threshold 27

}  // namespace

TEST_CASE("keygen: all honest, the key is there before any deadline") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  world.exchange_until_quiet();
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  world.tell_decided(*certificate);
  check_same_key(world);
  CHECK(world.members[0].machine->certificate()->content.qualified.count() == 6);
  CHECK(world.members[2].ready);
}

TEST_CASE("keygen: lossy and reordered reads change nothing") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    KeygenWorld world(scattered_set(six), seed);
    world.boot_all();
    run_rounds(world, 60);
    check_same_key(world);
  }
}

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

TEST_CASE("keygen: malformed dealings convict their dealers by themselves") {
  using Twist = std::function<std::vector<SharedBytes>(const SharedBytes&)>;
  const std::vector<std::pair<std::string, Twist>> twists{
      {"commitment", [](const SharedBytes& b) { return std::vector{changed(b, 145, 0x08)}; }},
      {"proof of possession", [](const SharedBytes& b) { return std::vector{changed(b, 80)}; }},
      {"length",
       [](const SharedBytes& b) {
         return std::vector{SharedBytes{to_bytes(b.view().first(b.size() - 1))}};
       }},
      {"index", [](const SharedBytes& b) { return std::vector{changed(b, 37)}; }},
      {"rubbish", [](const SharedBytes&) { return std::vector{SharedBytes{Bytes{1, 2, 3}}}; }},
  };
  for (const auto& [name, twist] : twists) {
    CAPTURE(name);
    KeygenWorld world(scattered_set(six));
    world.members[0].twist_dealing = twist;
    world.boot_all();
    run_rounds(world);
    check_same_key(world, {0});
    CHECK(check_evidence(world, {0}) == 5);
    CHECK_FALSE(world.members[1].machine->certificate()->content.qualified.test(0));
  }
}

TEST_CASE("keygen: a box that cannot be opened convicts its dealer through the victim") {
  KeygenWorld world(scattered_set(six));
  // The last box is that of member 5.
  world.members[0].twist_dealing = [](const SharedBytes& b) {
    return std::vector{changed(b, b.size() - 3)};
  };
  world.boot_all();
  run_rounds(world);
  check_same_key(world, {0});
  CHECK(check_evidence(world, {0}) == 5);
  CHECK_FALSE(world.members[1].machine->certificate()->content.qualified.test(0));
}

TEST_CASE("keygen: shares off the committed polynomial convict their dealer") {
  KeygenWorld world(scattered_set(six));
  const std::size_t last_commitment = 145 + 33 * 26;
  world.members[1].twist_dealing = [&](const SharedBytes& b) {
    Bytes copy = b.get();
    const auto g = crypto::Point::generator().serialize();
    std::copy(g.bytes.begin(), g.bytes.end(), copy.begin() + last_commitment);
    return std::vector{SharedBytes{std::move(copy)}};
  };
  world.boot_all();
  run_rounds(world);
  check_same_key(world, {1});
  CHECK(check_evidence(world, {1}) >= 5);
}

TEST_CASE("keygen: an equivocating dealer is excluded, whoever saw what first") {
  for (const bool mixed : {false, true}) {
    KeygenWorld world(scattered_set(six));
    const auto config = messages::keygen_config(world.set, 0, test_network);
    REQUIRE(config.ok());
    world.members[2].twist_dealing = [&](const SharedBytes& b) {
      auto other = crypto::deal(*config, MemberIndex{2}, member_key(2), crypto::sha256(b.view()));
      return std::vector{b, other->bytes};
    };
    world.show_all = false;
    world.boot_all();
    world.exchange_until_quiet();
    world.show_all = mixed;
    world.advance_to(103);
    world.exchange_until_quiet();
    world.show_all = true;
    run_rounds(world);
    check_same_key(world, {2});
    CHECK(check_evidence(world, {2}) == 5);
    CHECK_FALSE(world.members[1].machine->certificate()->content.qualified.test(2));
  }
}

TEST_CASE("keygen: one witness of both dealings convicts for everybody") {
  KeygenWorld world(scattered_set(six));
  const auto config = messages::keygen_config(world.set, 0, test_network);
  world.members[2].twist_dealing = [&](const SharedBytes& b) {
    auto other = crypto::deal(*config, MemberIndex{2}, member_key(2), crypto::sha256(b.view()));
    return std::vector{b, other->bytes};
  };
  world.show_all = false;
  world.boot_all();
  world.exchange_until_quiet();
  (void)world.tell(0, world.members[2].dealings[1]);
  (void)world.tell(0, world.members[2].dealings[0]);
  run_rounds(world);
  check_same_key(world, {2});
  CHECK(check_evidence(world, {2}) == 5);
}

TEST_CASE("keygen: a false complaint convicts the complainer and excludes nobody") {
  KeygenWorld world(scattered_set(six));
  const auto config = messages::keygen_config(world.set, 0, test_network);
  world.members[4].twist_state = [&](messages::KeygenState& state) {
    if (world.members[0].dealings.empty()) return;
    const auto dealing = crypto::parse_dealing(*config, world.members[0].dealings[0].dealing);
    const auto lie = crypto::complain(*config, **dealing, MemberIndex{4}, member_key(4), {});
    state.complaints.push_back(
        {MemberIndex{0}, (*dealing)->hash(), lie->shared_point, lie->proof});
  };
  world.boot_all();
  run_rounds(world);
  check_same_key(world, {4});
  CHECK(check_evidence(world, {4}) >= 4);
  CHECK(world.members[1].machine->certificate()->content.qualified.test(0));
}

TEST_CASE("keygen: a complaint without proof proves nothing to others") {
  KeygenWorld world(scattered_set(six));
  world.members[4].twist_state = [&](messages::KeygenState& state) {
    if (world.members[0].dealings.empty()) return;
    const Hash256 hash = crypto::sha512_256(world.members[0].dealings[0].dealing.view());
    state.complaints.push_back({MemberIndex{0}, hash, member_key(9).public_key(), {}});
    state.complaints.push_back({MemberIndex{1}, Hash256{}, member_key(9).public_key(), {}});
  };
  world.boot_all();
  run_rounds(world);
  check_same_key(world, {4});
  CHECK(check_evidence(world, {4}) == 0);
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

TEST_CASE("keygen: dealers whose errors cancel out are found when one of them drops out") {
  KeygenWorld world(scattered_set(six));
  const std::size_t at = 145 + 33 * 26;  // V_26
  const auto shifted = [&](bool up) {
    return [up, at](const SharedBytes& b) {
      Bytes copy = b.get();
      const crypto::Point v = *crypto::Point::parse(b.view().subspan(at, 33));
      const crypto::Point g = crypto::Point::generator();
      const auto moved = (up ? v + g : v - g).serialize();
      std::copy(moved.bytes.begin(), moved.bytes.end(), copy.begin() + at);
      return std::vector{SharedBytes{std::move(copy)}};
    };
  };
  world.members[3].twist_dealing = shifted(true);
  world.members[4].twist_dealing = shifted(false);
  for (const std::size_t p : {3, 4}) {  // they do not accuse each other, and confirm nothing
    world.members[p].twist_state = [](messages::KeygenState& state) {
      state.complaints.clear();
      state.confirmed = {};
      state.dealing_hashes.clear();
    };
  }
  world.boot_all();
  world.exchange_until_quiet();
  world.advance_to(105);
  world.exchange_until_quiet();
  for (const std::size_t p : {0, 1, 2, 5}) {
    CHECK(world.members[p].machine->state().confirmed.count() == 6);
    CHECK(world.members[p].machine->convicted().empty());
  }
  // One of the two deals again and is convicted; what is left must still be checked.
  const SharedBytes other{Bytes{1, 2, 3}};
  world.members[4].dealings.push_back(
      {MemberIndex{4}, sign_word(world.scene, 4, ChunkVersion{1}, other), other, {}});
  run_rounds(world);
  check_same_key(world, {3, 4});
  CHECK(world.members[0].machine->certificate()->content.qualified.to_text() == "111001");
  CHECK(check_evidence(world, {3, 4}) >= 8);
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

TEST_CASE("keygen: a crash after any persist changes no published byte and loses no key") {
  for (std::size_t victim = 0; victim < 2; ++victim) {
    for (std::size_t point = 0; point < 7; ++point) {
      CAPTURE(victim);
      CAPTURE(point);
      KeygenWorld world(scattered_set(six), point + 1);
      world.members[victim].crash_after = point;
      world.boot_all();
      run_rounds(world, 30);
      world.exchange_until_quiet();
      check_same_key(world);
      CHECK(world.members[victim].dealings.size() == 1);
    }
  }
}

TEST_CASE("keygen: a finished member comes back with its key from its own records") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  run_rounds(world);
  const auto id = world.members[0].machine->certificate()->content.id();
  world.members[0].ready = false;
  world.boot(0);
  CHECK(world.members[0].ready);
  REQUIRE(world.members[0].machine->certificate() != nullptr);
  CHECK(world.members[0].machine->certificate()->content.id() == id);
  check_same_key(world);
}

TEST_CASE("keygen: an observer learns the public shares from a certificate and the dealings") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  run_rounds(world);
  KeygenSetup setup;
  setup.set = world.set;
  setup.db = KeygenWorld::db();
  setup.network_id = test_network;
  setup.start = BurnHeight{100};
  auto observer = KeygenMachine::make(std::move(setup));
  REQUIRE(observer.ok());
  (void)observer->start(BurnHeight{110});
  REQUIRE(observer->step({}, KeyCertified{*world.members[0].machine->certificate()}).ok());
  CHECK(observer->group() == nullptr);
  for (const auto& member : world.members) {
    REQUIRE(observer->step({}, member.dealings[0]).ok());
  }
  REQUIRE(observer->group() != nullptr);
  CHECK(observer->group()->key() == world.members[0].machine->group()->key());
  CHECK(observer->key() == nullptr);
}

TEST_CASE("keygen: refusals leave the machine as it was") {
  KeygenWorld world(scattered_set(six));
  world.boot_all();
  world.exchange_until_quiet();
  KeygenMachine& machine = *world.members[0].machine;
  const messages::KeygenState before = machine.state();
  const auto refused = [&](const KeygenInput& input) { return machine.step({}, input).code(); };
  CHECK(refused(DealingSeen{MemberIndex{6}, {ChunkVersion{1}, {}, {}}, {}, {}}) ==
        Errc::keygen_unknown_member);
  CHECK(refused(DealingSeen{MemberIndex{1}, {ChunkVersion{0}, {}, {}}, {}, {}}) ==
        Errc::keygen_other_attempt);
  CHECK(refused(PeerKeygen{MemberIndex{6}, before}) == Errc::keygen_unknown_member);
  messages::KeygenState other = before;
  other.cid = {};
  CHECK(refused(PeerKeygen{MemberIndex{1}, other}) == Errc::keygen_other_instance);
  other = before;
  other.dealing_hashes.pop_back();
  CHECK(refused(PeerKeygen{MemberIndex{1}, other}) == Errc::keygen_state_wrong_shape);
  consensus::InstanceId elsewhere = machine.instance();
  elsewhere.attempt = 3;
  CHECK(refused(JudgeValue{elsewhere, {}, {}}) == Errc::keygen_other_instance);
  CHECK(refused(JudgeValue{machine.instance(), {ValueKind::block, {}, {}}, {}}) ==
        Errc::agreement_wrong_value_kind);
  consensus::VoteCertificate certificate;
  certificate.instance = elsewhere;
  CHECK(refused(KeyDecided{certificate}) == Errc::keygen_other_instance);
  CHECK(machine.state() == before);
  for (std::uint8_t i = 0; i < 255; ++i) {
    Value value{ValueKind::key, {}, {}};
    value.id.bytes[0] = i;
    CHECK(machine.step({}, JudgeValue{machine.instance(), value, {}}).ok());
  }
  CHECK(refused(JudgeValue{machine.instance(), {ValueKind::key, Hash256::from(Bytes(32, 0xff)), {}},
                           {}}) == Errc::keygen_too_many_values);
}

TEST_CASE("keygen: records that cannot be read are refused by name") {
  KeygenSetup setup;
  setup.set = scattered_set(six);
  setup.network_id = test_network;
  setup.records = {{Bytes(37, 9), Bytes{1}}};
  CHECK(KeygenMachine::make(std::move(setup)).code() == Errc::keygen_bad_record);
}
