#include "tests/simulation/agreement/agreement_explorer.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace quorate;
using namespace quorate::exploration;
using consensus::Value;

namespace {

const Branches branches;
const BurnView root = Branches::view(branches.root);
const BurnView a = Branches::view(branches.a);
const BurnView b = Branches::view(branches.b);
const BurnView a2 = Branches::view(branches.a2);

/// The large bounds take hours and run by hand.
bool is_nightly() {
  const char* nightly = std::getenv("QUORATE_NIGHTLY");
  return nightly != nullptr && std::string{nightly} == "1";
}

void explore(World world, std::uint64_t max_states = 200'000'000) {
  const std::string name = world.name;
  Explorer explorer{std::move(world)};
  const Report report = explorer.run(max_states);
  MESSAGE(name << ": " << report.states << " states, " << report.local_states << " local states, "
               << report.decided_states << " with a decision, " << report.good_runs << " good runs"
               << std::string{report.complete ? "" : ", NOT complete"});
  CHECK_MESSAGE(report.violation.empty(), name << ": " << report.violation);
  CHECK(report.complete);
}

consensus::InstanceId producers_block() {
  consensus::InstanceId id;
  id.group = GroupKind::producers;
  id.generation = 4;
  id.term = TermNumber{4};
  id.height = BlockHeight{10};
  return id;
}

std::string pattern_name(const std::vector<std::size_t>& leaders) {
  std::string name;
  for (const std::size_t p : leaders) name += p == byzantine ? 'B' : static_cast<char>('0' + p);
  return name;
}

World world(std::string name, const std::vector<std::size_t>& leaders, std::vector<Value> values,
            std::vector<BurnView> tips) {
  World w;
  w.name = std::move(name) + " " + pattern_name(leaders);
  w.instance = producers_block();
  w.leaders = leaders;
  for (const Value& value : values) {
    if (value.kind != consensus::ValueKind::reject) w.candidates.push_back(value);
  }
  w.proposable = std::move(values);
  w.tips = std::move(tips);
  return w;
}

/// Turns a world into one of stackers or keys: the attempt is the first whose views have these
/// leaders.
World led_by_slots(World w, GroupKind group, consensus::Purpose purpose) {
  w.instance.group = group;
  w.instance.purpose = purpose;
  const SetHash set_hash = symbolic_set(group).hash(network);
  const auto fits = [&] {
    for (std::uint32_t view = 0; view < w.leaders.size(); ++view) {
      if (view_leader(set_hash, w.instance, view) != w.leaders[view]) return false;
    }
    return true;
  };
  while (!fits()) ++w.instance.attempt;
  return w;
}

World stackers(World w) {
  return led_by_slots(std::move(w), GroupKind::stackers, consensus::Purpose::block);
}
World keys(World w) {
  return led_by_slots(std::move(w), GroupKind::producers, consensus::Purpose::key);
}

const Value r1 = block(1, root), r2 = block(2, root), on_a = block(3, a), on_b = block(4, b);
constexpr std::size_t B = byzantine;

}  // namespace

TEST_CASE("exploration: producers, two blocks of one branch, a cheater leads two views") {
  explore(world("producers", {B, B, 0}, {r1, r2}, {root}));
}

TEST_CASE("exploration: producers, Bitcoin reorganises while a cheater leads") {
  explore(world("producers, reorganisation", {B, 0}, {r1, r2, on_a, on_b}, {a, b}));
  explore(world("producers, orphaned lock", {B, B}, {r1, on_a, on_b}, {a, b}));
  explore(world("producers, late tip", {B, 0}, {r1, on_a, on_b}, {root, b}));
}

TEST_CASE("exploration: stackers, a block or its rejection on either branch") {
  explore(
      stackers(world("stackers, reorganisation", {B, B, 0}, {r1, reject(a), reject(b)}, {a, b})));
}

TEST_CASE("exploration: stackers, an honest member refuses the block") {
  World w = stackers(world("stackers, refusal", {B, B, 0}, {r1, reject(a)}, {a}));
  w.refusing = {2};
  explore(w);
}

TEST_CASE("exploration: key instance, two contents and retry") {
  explore(keys(world("key", {B, 0}, {key(1), key(2), retry()}, {root})));
}

TEST_CASE("exploration: members restart from their records at any moment") {
  World w = world("producers, restarts", {B, 0}, {r1}, {root});
  w.restarts = true;
  explore(w);
  w = stackers(world("stackers, restarts", {B, B}, {r1, reject(a), reject(b)}, {a, b}));
  w.restarts = true;
  explore(w);
}

TEST_CASE("exploration, nightly: larger worlds") {
  if (!is_nightly()) return;
  for (const auto& leaders : std::vector<std::vector<std::size_t>>{
           {B, B, 0}, {B, B, B}, {B, 0, B}, {0, B, 0}, {0, B, 1}, {B, 0, 1}}) {
    explore(world("producers", leaders, {r1, r2}, {root}));
    explore(world("producers, reorganisation", leaders, {r1, on_a, on_b}, {a, b}));
    explore(world("producers, two reorganisations", leaders, {r1, on_a, on_b}, {a, b, a2}));
    explore(stackers(world("stackers", leaders, {r1, reject(a), reject(b)}, {a, b})));
    explore(stackers(
        world("stackers, two blocks", leaders, {on_a, on_b, reject(a), reject(b)}, {a, b})));
    explore(keys(world("key", leaders, {key(1), key(2), retry()}, {root})));
  }
  World w = world("producers, rounds", {B, 0}, {r1, r2}, {root});
  w.rounds = 2;
  explore(w);
  w = world("producers, restarts", {B, 0}, {r1, r2, on_b}, {root, b});
  w.restarts = true;
  explore(w);
  w = stackers(world("stackers, refusal", {B, B, 0}, {r1, reject(a)}, {a}));
  w.refusing = {2};
  explore(w);
}
