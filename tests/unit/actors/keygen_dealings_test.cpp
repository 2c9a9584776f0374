#include "tests/unit/actors/keygen_checks.hpp"
#include "crypto/point.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::Value;
using consensus::ValueKind;

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
  for (const auto& entry : twists) {
    CAPTURE(entry.first);
    const Twist& twist = entry.second;
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
  world.members[1].twist_dealing = off_the_polynomial;
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

TEST_CASE("keygen: dealers whose errors cancel out are found when one of them drops out") {
  KeygenWorld world(scattered_set(six));
  const std::size_t at = 145 + 33 * 26;  // V_26
  const auto shifted = [&](bool up) {
    return [up](const SharedBytes& b) {
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
