#include "tests/unit/actors/keygen_checks.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::Value;
using consensus::ValueKind;

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

TEST_CASE("keygen: cut into small slices it ends with the same key, and others go on meanwhile") {
  std::optional<Hash256> whole;
  for (const std::uint64_t units : {crypto::slice_units, std::uint64_t{500}, std::uint64_t{40}}) {
    CAPTURE(units);
    KeygenWorld world(scattered_set(six), 7);
    world.slice_units = units;
    world.boot_all();
    run_rounds(world);
    world.finish_work();
    check_same_key(world);
    CHECK((world.pauses > 0) == (units < crypto::slice_units));
    if (units == 40) CHECK(world.pauses > 100);
    // The same dealers with the same randomness: the key does not depend on the cuts.
    const auto key = Hash256::from(
        world.members[0].machine->certificate()->content.group_key.view().subspan(1));
    if (!whole) whole = key;
    CHECK(key == *whole);
  }
}

TEST_CASE("keygen: cut into slices, a bad dealing among many is found by halving") {
  // 40 members of one slot; what the last one deals does not fit its commitments.
  KeygenWorld world(scattered_set(std::vector<std::uint32_t>(40, 1)), 3);
  world.slice_units = 2'000;
  for (const std::size_t bad : {7u, 39u}) world.members[bad].twist_dealing = off_the_polynomial;
  world.boot_all();
  run_rounds(world);
  world.finish_work();
  check_same_key(world, {7, 39});
  CHECK(check_evidence(world, {7, 39}) >= 38);
  CHECK(world.pauses > 40);
}

TEST_CASE("keygen: a crash between slices deals the same bytes again") {
  KeygenWorld world(scattered_set(six));
  world.slice_units = 40;
  world.has_given_time = true;  // Nobody gets on.
  world.boot_all();
  CHECK(world.members[0].dealings.empty());
  for (std::size_t p = 0; p < world.members.size(); ++p) world.boot(p);
  world.has_given_time = false;
  world.finish_work();
  run_rounds(world);
  world.finish_work();
  check_same_key(world);
  for (const auto& member : world.members) CHECK(member.dealings.size() == 1);
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
  // A node with both roles has the member's records in the same store: nothing of them may be
  // overwritten by who only watches.
  const Bytes of_member = keygen_record_prefix(world.set, test_network);
  std::size_t written = 0;
  const auto check_keys = [&](const KeygenEffects& effects) {
    for (const auto& effect : effects) {
      const auto* persist = std::get_if<Persist>(&effect);
      if (persist == nullptr) continue;
      for (const auto& write : persist->writes) {
        ++written;
        CHECK_FALSE(std::equal(of_member.begin(), of_member.end(), write.key.begin()));
      }
    }
  };
  check_keys(observer->start(BurnHeight{110}));
  const auto certified = observer->step({}, KeyCertified{*world.members[0].machine->certificate()});
  REQUIRE(certified.ok());
  check_keys(*certified);
  CHECK(observer->group() == nullptr);
  for (const auto& member : world.members) {
    const auto read = observer->step({}, member.dealings[0]);
    REQUIRE(read.ok());
    check_keys(*read);
  }
  CHECK(written > 0);
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
