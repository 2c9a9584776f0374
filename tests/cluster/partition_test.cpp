// Links between real processes are cut and healed: who has 67 % goes on, who has not stops safely,
// and afterwards everybody holds the same blocks.
#include <algorithm>

#include "tests/cluster/processes.hpp"
#include "tests/cluster/proxies.hpp"

using namespace quorate;
using namespace quorate::stage;

namespace {

using Heights = std::map<std::string, std::uint64_t>;

Heights heights(const Processes& all) {
  Heights out;
  for (const auto& line : all.look()) out[line.name] = line.height;
  return out;
}

std::uint64_t burn_height(const Processes& all) {
  std::uint64_t out = 0;
  for (const auto& line : all.look()) out = std::max(out, line.burn_height);
  return out;
}

/// Bitcoin's feed reaches everybody all the time.
bool await_burn_blocks(const Processes& all, std::uint64_t count) {
  const std::uint64_t until = burn_height(all) + count;
  return all.await(60, [&] { return burn_height(all) >= until; });
}

bool is_every(const Processes& all, std::uint64_t least) {
  const Heights now = heights(all);
  return now.size() == 4 && std::all_of(now.begin(), now.end(), [&](const auto& node) {
           return node.second >= least;
         });
}

}  // namespace

TEST_CASE("cut links: a side with 67 % goes on, others stop, and healed they hold the same blocks") {
  // Four producers and stackers of about a quarter each.
  const std::vector<std::string> names{"n1", "n2", "n3", "n4"};
  Processes all{"quorate-partition-", 4, 22'480};
  Proxies proxies;
  all.lead_through(proxies);
  all.start_bitcoin();
  for (const auto& name : names) all.start(name);
  REQUIRE(all.await(120, [&] { return is_every(all, 3); }));

  SUBCASE("one of four, by pulled cables") {
    proxies.cut({"n4"}, Proxies::Cut::silent);
    REQUIRE(await_burn_blocks(all, 2));
    const Heights before = heights(all);
    REQUIRE(all.await(120, [&] { return heights(all).at("n1") >= before.at("n1") + 8; }));
    CHECK(heights(all).at("n4") == before.at("n4"));
  }
  SUBCASE("two and two, by closed connections") {
    proxies.cut({"n3", "n4"}, Proxies::Cut::closed);
    REQUIRE(await_burn_blocks(all, 2));
    const Heights before = heights(all);
    REQUIRE(await_burn_blocks(all, 4));
    CHECK(heights(all) == before);
    for (const auto& line : all.look()) CHECK(line.peers == 2);  // One node, and Bitcoin's feed.
  }

  const auto highest = [&] {
    std::uint64_t out = 0;
    for (const auto& [name, height] : heights(all)) out = std::max(out, height);
    return out;
  };
  const std::uint64_t at_healing = highest();
  proxies.heal();
  REQUIRE(all.await(120, [&] { return is_every(all, at_healing + 3); }));
  REQUIRE(all.await(240, [&] { return lowest_final(all.look()) > at_healing; }));
  for (const auto& line : all.look()) CHECK(line.evidence.empty());
  const std::uint64_t final_height = lowest_final(all.look());
  for (const auto& name : names) all.end(name);
  check_same_blocks(all, names, final_height);
}
