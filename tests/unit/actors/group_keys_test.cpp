// Which sets and keys a role remembers. Terms and cycles are counted apart.
#include "actors/group_keys.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/members_fixture.hpp"

namespace quorate::actors {
namespace {

messages::SetPlanned plan(GroupKind kind, std::uint64_t generation,
                          const std::vector<std::uint32_t>& weights = {60, 40}) {
  messages::SetPlanned planned;
  planned.set = Members{weights, kind, generation}.set;
  return planned;
}

messages::KeyLearned learned(const messages::SetPlanned& planned, std::uint8_t mark) {
  messages::KeyLearned out;
  out.set = planned.set.hash(test_network);
  out.certificate.content.kind = planned.set.kind;
  out.certificate.content.generation = planned.set.generation;
  out.certificate.content.shares_root.bytes[0] = mark;
  out.certificate.content.group_key = planned.set.members[0].key;
  return out;
}

TEST_CASE("group keys: the running cycle is remembered however many terms it has") {
  GroupKeys keys{test_network};
  const auto cycle = plan(GroupKind::stackers, 5);
  keys.apply(cycle);
  keys.apply(learned(cycle, 1));
  for (std::uint64_t term = 1'000; term < 1'210; ++term) {
    const auto planned = plan(GroupKind::producers, term);
    keys.apply(planned);
    keys.apply(learned(planned, 2));
  }
  REQUIRE(keys.find(GroupKind::stackers, 5) != nullptr);
  CHECK(keys.find(GroupKind::stackers, 5)->content.shares_root.bytes[0] == 1);
  CHECK(keys.script(GroupKind::stackers, 5) ==
        consensus::group_script(cycle.set.members[0].key));
}

TEST_CASE("group keys: 32 terms are remembered, the oldest gives way to the 33rd") {
  GroupKeys keys{test_network};
  for (std::uint64_t term = 1; term <= 32; ++term) {
    keys.apply(plan(GroupKind::producers, term));
  }
  CHECK(keys.set(GroupKind::producers, 1) != nullptr);
  keys.apply(plan(GroupKind::producers, 33));
  CHECK(keys.set(GroupKind::producers, 1) == nullptr);
  CHECK(keys.set(GroupKind::producers, 2) != nullptr);
  CHECK(keys.set(GroupKind::producers, 33) != nullptr);
  CHECK(keys.set(GroupKind::stackers, 33) == nullptr);
}

TEST_CASE("group keys: the key that counts is the planned set's") {
  GroupKeys keys{test_network};
  const auto first = plan(GroupKind::producers, 4),
             second = plan(GroupKind::producers, 4, {50, 50});
  keys.apply(first);
  keys.apply(learned(first, 1));
  keys.apply(second);
  CHECK(keys.find(GroupKind::producers, 4) == nullptr);
  CHECK_FALSE(keys.script(GroupKind::producers, 4));
  keys.apply(learned(second, 2));
  CHECK(keys.find(GroupKind::producers, 4)->content.shares_root.bytes[0] == 2);
  keys.apply(first);  // Bitcoin came back.
  CHECK(keys.find(GroupKind::producers, 4)->content.shares_root.bytes[0] == 1);
}

}  // namespace
}  // namespace quorate::actors
