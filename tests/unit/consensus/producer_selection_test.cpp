#include "consensus/producer_selection.hpp"

#include <set>

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

crypto::PublicKey key(std::uint32_t i) {
  return crypto::SecretKey::derive("quorate/test/selection", encode(i)).public_key();
}
crypto::VrfKey vrf(std::uint8_t i) {
  crypto::VrfKey out;
  out.bytes[0] = i;
  return out;
}
Enrollment enrollment(std::uint8_t who, std::uint64_t spend, std::uint8_t txid,
                      std::uint32_t signing) {
  Enrollment out{vrf(who), key(signing), Sats{spend}, {{BurnHeight{105}, txid}, {}}};
  out.mined.txid.bytes[0] = txid;
  return out;
}

std::optional<Selection> select(const std::vector<Enrollment>& enrollments,
                                std::uint32_t cap = 100) {
  Params params = testing::tiny_params();
  params.max_producers = cap;
  return select_producers(params, stacks::Network::testnet, TermNumber{2}, enrollments,
                          crypto::sha256({}));
}

TEST_CASE("select_producers: nobody enrolled, no set") { CHECK_FALSE(select({}).has_value()); }

TEST_CASE("select_producers: enrollments of one VRF key add up and the last signing key counts") {
  const auto selection =
      select({enrollment(1, 100, 1, 1), enrollment(2, 150, 2, 2), enrollment(1, 100, 3, 3)});
  REQUIRE(selection.has_value());
  const auto& entries = selection->set.entries;
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].spend == Sats{150});
  CHECK(entries[1].spend == Sats{200});
  CHECK(entries[1].signing_key == key(3));
  CHECK(entries[1].enrollment.txid.bytes[0] == 3);
  CHECK(entries[1].principal ==
        stacks::Principal{stacks::single_key_address(crypto::hash160(key(3).view()),
                                                     stacks::Network::testnet)});
  CHECK(selection->set.total_spend() == Sats{350});
}

TEST_CASE("select_producers: a signing key belongs to the VRF key that enrolled it first") {
  const auto selection =
      select({enrollment(1, 100, 1, 1), enrollment(2, 900, 2, 1), enrollment(2, 50, 3, 2)});
  REQUIRE(selection.has_value());
  REQUIRE(selection->conflicts.size() == 1);
  CHECK(selection->conflicts[0].mined.txid.bytes[0] == 2);
  REQUIRE(selection->set.entries.size() == 2);
  CHECK(selection->set.entries[0].spend == Sats{50});
  CHECK(selection->set.entries[1].signing_key == key(1));
}

TEST_CASE("select_producers: the cap keeps the largest spenders") {
  std::vector<Enrollment> many;
  for (std::uint8_t i = 1; i <= 5; ++i) many.push_back(enrollment(i, 10u * i, i, i));
  const auto selection = select(many, 3);
  REQUIRE(selection.has_value());
  REQUIRE(selection->set.entries.size() == 3);
  CHECK(selection->set.entries[0].spend == Sats{30});
  REQUIRE(selection->unselected.size() == 2);
  CHECK(selection->unselected[1].spend == Sats{20});
}

TEST_CASE("select_producers: ties are shuffled by the seed, whatever order they were mined in") {
  std::vector<Enrollment> tied;
  for (std::uint8_t i = 1; i <= 6; ++i) tied.push_back(enrollment(i, 100, i, i));
  const auto one = select(tied);
  std::reverse(tied.begin(), tied.end());
  const auto two = select(tied);
  REQUIRE(one.has_value());
  CHECK(one->set == two->set);
  std::vector<int> order;
  for (const auto& e : one->set.entries) order.push_back(e.enrollment.txid.bytes[0]);
  CHECK(order != std::vector<int>{1, 2, 3, 4, 5, 6});
  std::sort(order.begin(), order.end());
  CHECK(order == std::vector<int>{1, 2, 3, 4, 5, 6});
  // 100 slots over six equal spenders: the four last ones got the remainders.
  std::vector<std::size_t> slots;
  for (const auto& e : one->set.entries) slots.push_back(e.slots.size());
  CHECK(slots == std::vector<std::size_t>{16, 16, 17, 17, 17, 17});
}

TEST_CASE("signer_set: producers without slots stand beside the members, smallest first") {
  const auto selection = select({enrollment(1, 1, 1, 1), enrollment(2, 2, 2, 2),
                                 enrollment(3, 100'000, 3, 3), enrollment(4, 200'000, 4, 4)});
  REQUIRE(selection.has_value());
  const SignerSet set = signer_set(selection->set, 100);
  CHECK(set.generation == 2);
  CHECK(set.kind == GroupKind::producers);
  REQUIRE(set.zero_slot_keys.size() == 2);
  CHECK(set.zero_slot_keys[0] == key(1));
  REQUIRE(set.members.size() == 2);
  CHECK(set.members[0].key == key(3));
  CHECK(selection->set.zero_slots() == 2);
  CHECK(selection->set.member(MemberIndex{1}).signing_key == key(4));
  CHECK(set.weight(MemberIndex{0}).value + set.weight(MemberIndex{1}).value == 100);
  CHECK(selection->set.least_spend_behind(Weight{67}) == Sats{200'000});
}

TEST_CASE("continue_set: same members, weights and set hash, another generation") {
  const auto selection = select({enrollment(1, 100, 1, 1), enrollment(2, 150, 2, 2)});
  REQUIRE(selection.has_value());
  const ProducerSet next = continue_set(selection->set, TermNumber{3});
  CHECK(next.origin == SetOrigin::continued);
  CHECK(next.entries == selection->set.entries);
  CHECK(signer_set(next, 100).generation == 3);
  CHECK(signer_set(next, 100).hash(7) == signer_set(selection->set, 100).hash(7));
}

}  // namespace
}  // namespace quorate::consensus
