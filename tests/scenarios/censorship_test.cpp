// Bitcoin miners cannot keep a producer set from being elected unless they censor a whole window.
// Source: SIP "Producer Set Enrollments".
#include <doctest/doctest.h>

#include <map>

#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

TEST_CASE("a set is elected although nine of the ten blocks of its window carry no enrollment") {
  // From shortly after the last block of term 0 until shortly after the ninth of term 1: only the
  // tenth is open to the enrollments that elect term 3.
  const Finished done = run_held({{FaultKind::censor, 0, 10, "", 9, 0}});
  CHECK(done.world->counters().at("fault.censor") == 1);

  std::uint64_t blocks_of_term_3 = 0;
  std::size_t paid = 0;
  for (const auto& [id, block] : done.world->chronicle().all()) {
    if (block.term != TermNumber{3}) continue;
    ++blocks_of_term_3;
    if (block.coinbase_split) paid = block.coinbase_split->lines.size();
  }
  CHECK(blocks_of_term_3 > 0);
  CHECK(paid == done.world->scenario().producers.size());
}

TEST_CASE("when a whole window is censored the last set goes on, without a coinbase for it") {
  Scenario scenario = small_scenario();
  scenario.producing_terms = 3;
  scenario.faults = {{FaultKind::censor, 0, 10, "", 10, 0}};
  const Finished done = run(std::move(scenario));
  CHECK_MESSAGE(done.findings.failures.empty(), joined(done.findings.failures));
  // Nobody enrolled for term 3: its coinbase is not split, not even into nothing, and its purse
  // goes to the next term that somebody was elected for.
  std::uint64_t blocks_of_term_3 = 0;
  std::map<TermNumber, MicroStx> purses;
  for (const auto& [id, block] : done.world->chronicle().all()) {
    if (block.term == TermNumber{3}) ++blocks_of_term_3;
    if (block.coinbase_split) purses[block.term] = block.coinbase_split->purse;
  }
  CHECK(blocks_of_term_3 > 0);
  CHECK_FALSE(purses.contains(TermNumber{3}));
  REQUIRE(purses.contains(TermNumber{2}));
  REQUIRE(purses.contains(TermNumber{4}));
  CHECK(purses.at(TermNumber{4}).value == 2 * purses.at(TermNumber{2}).value);
}
