// Real processes: killed at any moment they come back, never contradict themselves, and everybody
// ends with the same blocks; a node that comes late gets there too.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/cluster/processes.hpp"

using namespace quorate;
using namespace quorate::stage;

namespace {

/// As many kills as QUORATE_KILLS says, for long runs.
int kills() {
  const char* asked = std::getenv("QUORATE_KILLS");
  return asked == nullptr ? 20 : std::max(1, std::atoi(asked));
}

std::uint64_t lowest(const std::vector<cluster::NodeLine>& lines) {
  std::uint64_t out = ~std::uint64_t{0};
  for (const auto& line : lines) out = std::min(out, line.height);
  return out;
}
std::uint64_t highest(const std::vector<cluster::NodeLine>& lines) {
  std::uint64_t out = 0;
  for (const auto& line : lines) out = std::max(out, line.height);
  return out;
}

}  // namespace

TEST_CASE("killed nodes come back, a late one catches up, all end with the same blocks") {
  const std::vector<std::string> names{"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
  Processes all{"quorate-kill-", 8, 22'440};
  all.start_bitcoin();
  for (const auto& name : names) all.start(name);
  REQUIRE(all.await(120, [&] { return lowest(all.look()) >= 3; }));

  const std::uint32_t seed = std::random_device{}();
  MESSAGE("seed " << seed << ", " << kills() << " kills");
  std::mt19937 random{seed};
  for (int i = 0; i < kills(); ++i) {
    const std::string victim = names[random() % names.size()];
    INFO("kill " << i << " of " << victim);
    // At any moment of a height: proposing, voting, signing.
    const std::uint64_t before = highest(all.look());
    static_cast<void>(all.await(1, [&, left = random() % 8]() mutable { return left-- == 0; }));
    all.kill(victim);
    all.start(victim);
    REQUIRE(all.await(120, [&] {
      const auto line = all.look(victim);
      return line.is_alive && line.height > before && line.lag <= 1;
    }));
  }

  all.add_observer("late", 22'449, "n2");
  REQUIRE(all.await(60, [&] {
    const auto line = all.look("late");
    return line.is_alive && line.height > 0 && line.lag <= 1;
  }));
  MESSAGE("the late node holds height " << all.look("late").height);

  // Everything becomes final, and the accounts hold what they must, on every node.
  REQUIRE(all.await(300, [&] {
    const auto lines = all.look();
    return std::all_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.name == "late" || line.as_expected.value_or(false);
    });
  }));
  const auto last = all.look();
  for (const auto& line : last) {
    INFO(line.name);
    // Two votes in one view, or two shares, would be proven by whoever saw both.
    CHECK(line.evidence.empty());
  }
  const std::uint64_t final_height = lowest_final(last);
  CHECK(final_height > 0);
  std::vector<std::string> everybody = names;
  everybody.push_back("late");
  for (const auto& name : everybody) all.end(name);
  check_same_blocks(all, everybody, final_height);
}
