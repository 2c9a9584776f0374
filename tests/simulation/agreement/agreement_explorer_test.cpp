#include "tests/simulation/agreement/agreement_explorer.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace quorate;
using namespace quorate::exploration;

namespace {

const Branches branches;
const BurnView root = Branches::view(branches.root);
const BurnView a = Branches::view(branches.a);
const BurnView b = Branches::view(branches.b);

/// The large bounds take hours and run by hand.
[[maybe_unused]] bool is_nightly() {
  const char* nightly = std::getenv("QUORATE_NIGHTLY");
  return nightly != nullptr && std::string{nightly} == "1";
}

void explore(World world, std::uint64_t max_states = 200'000'000) {
  const std::string name = world.name;
  Explorer explorer{std::move(world)};
  const Report report = explorer.run(max_states);
  MESSAGE(name << ": " << report.states << " states, " << report.local_states
               << " local states, " << report.decided_states << " with a decision, "
               << report.good_runs << " good runs" << (report.complete ? "" : ", NOT complete"));
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

World producers(const std::vector<std::size_t>& leaders, std::vector<BurnView> tips) {
  World w;
  w.name = "producers " + pattern_name(leaders);
  w.instance = producers_block();
  w.leaders = leaders;
  w.candidates = {block(1, root), block(2, root), block(3, a), block(4, b)};
  w.proposable = w.candidates;
  w.tips = std::move(tips);
  return w;
}

}  // namespace

TEST_CASE("agreement: producers never sign two comparable blocks and never get stuck, no reorganisation") {
  for (const auto& leaders : std::vector<std::vector<std::size_t>>{
           {byzantine, byzantine, 0}, {byzantine, 0, byzantine}, {0, byzantine, 1}, {0, byzantine, 0}}) {
    World w = producers(leaders, {root});
    w.candidates = w.proposable = {block(1, root), block(2, root)};
    explore(w);
  }
}
