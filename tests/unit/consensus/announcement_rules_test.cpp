#include "consensus/announcement_rules.hpp"

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

/// The only reason for which anything was ignored since `events` was cleared.
Errc only_refusal(const ScriptedWorld& world) {
  const auto ignored = world.told<OperationIgnored>();
  REQUIRE(ignored.size() == 1);
  return ignored[0].reason.code;
}

bitcoin::BurnTx with(const ScriptedWorld& world, const bitcoin::BurnTx& good,
                     const std::function<void(bitcoin::Announcement&)>& change) {
  const auto tx = bitcoin::decode_transaction(good.raw.bytes);
  auto op = std::get<bitcoin::Announcement>(**bitcoin::operation_of(world.params.magic, *tx));
  change(op);
  return testing::burn_tx(op, world.params, {good.spent_scripts.begin(), good.spent_scripts.end()},
                          {{Sats{700}, world.producers[0].wallet}});
}

TEST_CASE("group_script: Taproot without a script path, another one for every key") {
  const auto one = group_script(testing::group_secret(GroupKind::producers, 2).public_key());
  const auto two = group_script(testing::group_secret(GroupKind::producers, 3).public_key());
  CHECK(one != two);
  CHECK(bitcoin::destination_of(one)->kind == bitcoin::OutputKind::p2tr);
}

TEST_CASE("judge_announcement: every way not to count has a name and does not count") {
  ScriptedWorld world;
  world.start();
  const BlockId lower = world.produce();
  const BlockId block = world.produce({world.transfer(0, 1, 5, 0)});
  const auto good = world.announcement(block);
  world.events.clear();
  SUBCASE("another term's number") {
    world.mine({with(world, good, [](auto& op) { op.term = TermNumber{3}; })});
    CHECK(only_refusal(world) == Errc::announcement_wrong_term);
  }
  SUBCASE("mined in the next term") {
    world.mine_to(BurnHeight{130});
    world.events.clear();
    world.mine({good});
    CHECK(only_refusal(world) == Errc::announcement_wrong_term);
  }
  SUBCASE("not signed by the producers") {
    auto forged = good;
    forged.spent_scripts[0] = forged.spent_scripts[1];
    world.mine({forged});
    CHECK(only_refusal(world) == Errc::announcement_wrong_signer);
  }
  SUBCASE("not signed by the stackers") {
    auto forged = good;
    forged.spent_scripts[1] = forged.spent_scripts[2];
    world.mine({forged});
    CHECK(only_refusal(world) == Errc::announcement_wrong_signer);
  }
  SUBCASE("inputs unknown") {
    auto bare = good;
    bare.spent_scripts.clear();
    world.mine({bare});
    CHECK(only_refusal(world) == Errc::announcement_inputs_missing);
  }
  SUBCASE("another height or state root") {
    world.mine({with(world, good, [](auto& op) { ++op.height; })});
    CHECK(only_refusal(world) == Errc::announcement_wrong_state);
    world.events.clear();
    world.mine({with(world, good, [](auto& op) { op.state_root.bytes[0] ^= 1; })});
    CHECK(only_refusal(world) == Errc::announcement_wrong_state);
  }
  SUBCASE("genesis, which belongs to no term") {
    world.mine({with(world, good, [&](auto& op) { op.block = world.chain.genesis_id(); })});
    CHECK(only_refusal(world) == Errc::announcement_wrong_block_term);
  }
  SUBCASE("below what was announced before") {
    world.mine({good});
    CHECK(world.told<BlockAnnounced>().size() == 1);
    world.events.clear();
    world.mine({world.announcement(lower)});
    CHECK(only_refusal(world) == Errc::announcement_not_descending);
    // The same block again is no harm.
    world.events.clear();
    world.mine({good});
    CHECK(world.told<BlockAnnounced>().size() == 1);
    return;
  }
  SUBCASE("mined in the very Bitcoin block of its burn view's rival") {
    const BurnView fork = *world.chain.burn_view_at(BurnHeight{120});
    BurnView branch = world.mine_on(fork);
    branch = world.mine_on(branch);
    world.events.clear();
    world.mine({good});
    CHECK(only_refusal(world) == Errc::announcement_off_branch);
  }
  CHECK(world.told<BlockAnnounced>().empty());
}

TEST_CASE("judge_announcement: without producers there is nothing to announce") {
  ScriptedWorld world;
  const bitcoin::Announcement op{TermNumber{0}, {}, {}, BlockHeight{1}};
  const auto wallet = world.producers[0].wallet;
  world.events.clear();
  world.mine({testing::burn_tx(op, world.params, {wallet, wallet}, {{Sats{700}, wallet}})});
  CHECK(only_refusal(world) == Errc::announcement_without_set);
}

TEST_CASE("judge_announcement: undecided while the block is unknown, but a false key is refused") {
  ScriptedWorld world;
  world.start();
  const BlockId block = world.produce();
  const auto good = world.announcement(block);
  const auto late = [&](bool with_keys) {
    auto made = Chain::create(world.params, world.genesis);
    REQUIRE(made.ok());
    for (const auto& item : world.history) {
      if (const auto* b = std::get_if<bitcoin::BurnBlock>(&item)) {
        REQUIRE(made->add_burn_block(*b).ok());
      }
    }
    if (with_keys) {
      const auto context = world.chain.term_context(TermNumber{2});
      REQUIRE(
          made->learn_key(testing::certify(context->producers->signers, world.params.network_id))
              .ok());
      REQUIRE(made->learn_key(testing::certify(context->stackers->signers, world.params.network_id))
                  .ok());
    }
    return std::move(made).value();
  };
  const BurnView tip = *world.chain.burn_tip();
  auto forged = good;
  forged.spent_scripts[0] = forged.spent_scripts[1];
  const auto next = [&](const bitcoin::BurnTx& tx) {
    return bitcoin::make_burn_block(tip.height + 1, tip.hash, 1, 1, {tx});
  };
  const auto decided = [&](Chain& chain, const bitcoin::BurnBlock& mined) {
    auto events = chain.add_burn_block(mined);
    REQUIRE(events.ok());
    for (const auto& event : *events) {
      if (std::holds_alternative<OperationIgnored>(event) ||
          std::holds_alternative<BlockAnnounced>(event)) {
        return true;
      }
    }
    return false;
  };
  Chain bare = late(false);
  CHECK_FALSE(decided(bare, next(good)));
  Chain other = late(false);
  CHECK_FALSE(decided(other, next(forged)));  // Nothing to compare with yet.
  Chain keyed = late(true);
  CHECK_FALSE(decided(keyed, next(good)));
  Chain keyed_too = late(true);
  CHECK(decided(keyed_too, next(forged)));
  // Once the block arrives everything is decided.
  CHECK(bare.last_announced(tip.height + 1) == std::nullopt);
  for (const auto& item : world.history) {
    if (const auto* sealed = std::get_if<SealedBlock>(&item)) REQUIRE(bare.accept(*sealed).ok());
  }
  CHECK(bare.last_announced(tip.height + 1)->block == block);
}

TEST_CASE(
    "judge_announcement: undecided is only what nothing but the missing block speaks against") {
  ScriptedWorld world;
  world.start();
  const auto tx = world.announcement(world.produce());
  const bitcoin::Announcement op{TermNumber{2}, {}, {}, BlockHeight{1}};
  const bitcoin::MinedOperation mined{
      {}, {}, op, {}, {tx.spent_scripts.begin(), tx.spent_scripts.end()}};
  const auto producers = testing::group_secret(GroupKind::producers, 2).public_key();
  const auto stackers = testing::group_secret(GroupKind::stackers, 0).public_key();
  const BurnChain burn{world.params};
  BurnNode mined_in;
  AnnouncementView view{burn, mined_in, TermNumber{2}};
  CHECK(judge_announcement(view, mined, op).code() == Errc::announcement_undecided);
  view.producer_key = &producers;
  view.stacker_key = &stackers;
  CHECK(judge_announcement(view, mined, op).code() == Errc::announcement_undecided);
  view.producer_key = &stackers;
  CHECK(judge_announcement(view, mined, op).code() == Errc::announcement_wrong_signer);
  view.producer_key = &producers;
  view.mined_term = TermNumber{3};
  CHECK(judge_announcement(view, mined, op).code() == Errc::announcement_wrong_term);
}

}  // namespace
}  // namespace quorate::consensus
