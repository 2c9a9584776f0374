#include "consensus/chain.hpp"

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

TEST_CASE("chain: nothing can be produced before term 2, then its first block stands on genesis") {
  ScriptedWorld world;
  CHECK(world.told<SetPlanned>().size() == 1);
  CHECK(world.told<SetPlanned>()[0].stackers != nullptr);
  CHECK_FALSE(world.chain.position().keys_ready);
  world.start();
  const auto planned = world.told<SetPlanned>();
  REQUIRE(planned.size() == 2);
  CHECK(planned[1].producers->producers.entries.size() == 3);
  CHECK(planned[1].start == BurnHeight{111});
  CHECK(planned[1].first == BurnHeight{121});
  CHECK(planned[1].last == BurnHeight{130});
  const Position& at = world.chain.position();
  CHECK(at.term == TermNumber{2});
  CHECK(at.keys_ready);
  CHECK(at.first_of_term);
  CHECK(at.height == BlockHeight{1});
  CHECK(at.parent == world.chain.genesis_id());

  const BlockId id = world.produce({world.transfer(0, 1, 500, 0)});
  CHECK(world.chain.tip() == id);
  CHECK(world.chain.ledger().account(world.accounts[1].principal).balance ==
        MicroStx{1'000'000'500});
  CHECK(world.chain.ledger().account(world.accounts[0].principal).nonce == 1);
  CHECK(world.chain.finality(id).level == FinalityLevel::accepted);
}

}  // namespace
}  // namespace quorate::consensus
