#include "consensus/chain.hpp"

#include <map>

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

/// Balance of one of the world's accounts at the tip.
MicroStx balance(const ScriptedWorld& world, std::size_t i) {
  return world.chain.ledger().account(world.accounts[i].principal).balance;
}

stacks::Principal payee(const testing::Producer& producer) {
  return stacks::single_key_address(crypto::hash160(producer.signing_key.public_key().view()),
                                    stacks::Network::testnet);
}

MicroStx earned(const ScriptedWorld& world, std::size_t i) {
  return world.chain.ledger().account(payee(world.producers[i])).balance;
}

TEST_CASE("chain: nothing can be produced before term 2, then its first block stands on genesis") {
  ScriptedWorld world;
  CHECK(world.told<SetPlanned>().size() == 1);
  CHECK(world.told<SetPlanned>()[0].stackers != nullptr);
  CHECK_FALSE(world.chain.position().keys_ready);
  CHECK(world.build().code() == Errc::burn_view_outside_term);
  world.start();
  const auto planned = world.told<SetPlanned>();
  REQUIRE(planned.size() == 3);
  REQUIRE(planned[1].producers != nullptr);
  CHECK(planned[2].producers->producers.origin == SetOrigin::continued);  // Term 3, so far.
  CHECK(planned[1].producers->producers.entries.size() == 3);
  CHECK(planned[1].start == BurnHeight{111});
  CHECK(planned[1].first == BurnHeight{121});
  CHECK(planned[1].last == BurnHeight{130});
  CHECK(world.told<EnrollmentCounted>().size() == 3);
  CHECK(world.told<KeyRegistered>().size() == 3);
  CHECK(world.told<OperationIgnored>().empty());
  const Position& at = world.chain.position();
  CHECK(at.term == TermNumber{2});
  CHECK(at.keys_ready);
  CHECK(at.first_of_term);
  CHECK(at.height == BlockHeight{1});
  CHECK(at.parent == world.chain.genesis_id());

  const BlockId id = world.produce({world.transfer(0, 1, 500, 0)});
  CHECK(world.chain.tip() == id);
  CHECK(balance(world, 1) == MicroStx{1'000'000'500});
  CHECK(world.chain.ledger().account(world.accounts[0].principal).nonce == 1);
  CHECK(world.chain.finality(id).level == FinalityLevel::accepted);
  CHECK(world.told<BlockStored>().size() == 1);
  CHECK(world.told<BlockJoined>().size() == 1);
  CHECK_FALSE(world.chain.position().first_of_term);
  CHECK(world.chain.position().height == BlockHeight{2});
}

TEST_CASE("chain: a known Bitcoin or sealed block is accepted again silently") {
  ScriptedWorld world;
  world.start();
  world.produce();
  world.events.clear();
  for (const auto& item : world.history) {
    const auto again = std::holds_alternative<SealedBlock>(item)
                           ? world.chain.accept(std::get<SealedBlock>(item))
                           : world.chain.add_burn_block(std::get<bitcoin::BurnBlock>(item));
    REQUIRE(again.ok());
    CHECK(again->empty());
  }
}

TEST_CASE("chain: the coinbase is split by sats at the first block, fees by the sealed bits") {
  ScriptedWorld world;
  world.start();
  const BlockId first = world.produce({world.transfer(0, 1, 500, 0, 601)});
  // 10 heights of 1000 STX over 100, 200 and 300 sats per output.
  const auto coinbase = world.chain.coinbase_statement(TermNumber{2});
  REQUIRE(coinbase != nullptr);
  CHECK(coinbase->purse == MicroStx{10'000'000'000});
  CHECK(earned(world, 0) == MicroStx{1'666'666'666});
  CHECK(earned(world, 1) == MicroStx{3'333'333'333});
  CHECK(earned(world, 2) == MicroStx{5'000'000'001});
  CHECK(world.chain.fee_statement(first) == nullptr);
  world.produce();
  const auto fees = world.chain.fee_statement(first);
  REQUIRE(fees != nullptr);
  CHECK(fees->purse == MicroStx{601});
  CHECK(earned(world, 0) == MicroStx{1'666'666'666 + 100});
  CHECK(earned(world, 1) == MicroStx{3'333'333'333 + 200});
  CHECK(earned(world, 2) == MicroStx{5'000'000'001 + 301});
}

TEST_CASE("chain: a child may carry another valid seal of its parent; its bits earn the fees") {
  ScriptedWorld world;
  world.start();
  auto built = world.build({world.transfer(0, 1, 500, 0, 600)});
  REQUIRE(built.ok());
  SealedBlock sealed = world.seal(built->block);
  REQUIRE(world.accept(sealed).ok());
  auto child = world.build();
  REQUIRE(child.ok());
  const auto plan = world.chain.producers(TermNumber{2});
  const auto key = world.chain.key(GroupKind::producers, 2);
  REQUIRE(key != nullptr);
  // Member 0 is the smallest spender: without it 83 of 100 slots signed.
  child->block.parent_seal->producers = testing::group_seal_without(
      plan->signers, key->content, sealed.block.id(), world.params, {0});
  Block& block = child->block;
  CHECK(world.chain.try_block(block, Instant{}).reason == Errc::parent_seal_mismatch);
  CHECK(world.chain.try_block(world.build()->block, Instant{}).kind == Verdict::Kind::valid);
  block.header.parent_seal = block.parent_seal->hash();
  block.header.certificates = block.certificates_hash();
  // The state differs: the fee now goes to the other two.
  CHECK(world.chain.try_block(block, Instant{}).reason == Errc::state_root_mismatch);
}

TEST_CASE("chain: an announcement counts, becomes final, and the next term builds on it") {
  ScriptedWorld world;
  world.start();
  const BlockId first = world.produce();
  world.mine();
  const BlockId announced = world.produce({world.transfer(0, 1, 500, 0)});
  world.mine({world.announcement(announced)});
  auto counted = world.told<BlockAnnounced>();
  REQUIRE(counted.size() == 1);
  CHECK(counted[0].announcement.block == announced);
  CHECK(world.chain.finality(first).level == FinalityLevel::announced);
  CHECK(world.chain.finality(announced).announced_at == BurnHeight{123});
  world.mine();
  CHECK(world.told<BlockFinal>().empty());
  world.mine();
  REQUIRE(world.told<BlockFinal>().size() == 1);
  CHECK(world.told<BlockFinal>()[0].block == announced);
  CHECK(world.chain.finality(first).level == FinalityLevel::final);
  CHECK(world.chain.last_final() == announced);
  CHECK(world.chain.last_announced(BurnHeight{122}) == std::nullopt);
  CHECK(world.chain.last_announced(BurnHeight{123})->block == announced);
}

TEST_CASE("chain: without enrollment the set continues, gets a key of its own and no coinbase") {
  ScriptedWorld world;
  world.start();
  const BlockId block = world.produce({world.transfer(0, 1, 500, 0, 600)});
  world.mine({world.announcement(block)});
  const MicroStx before = earned(world, 2);
  world.mine_to_term(TermNumber{3});
  const auto plan = world.chain.producers(TermNumber{3});
  REQUIRE(plan != nullptr);
  CHECK(plan->producers.origin == SetOrigin::continued);
  CHECK(plan->hash == world.chain.producers(TermNumber{2})->hash);
  CHECK_FALSE(world.chain.position().keys_ready);
  CHECK(world.build().code() == Errc::keys_missing);
  world.certify_keys();
  CHECK(world.chain.position().keys_ready);
  CHECK(world.chain.key(GroupKind::producers, 3)->content.generation == 3);
  world.produce();
  CHECK(world.chain.coinbase_statement(TermNumber{3}) == nullptr);
  CHECK(world.chain.ledger().carried_purse() == MicroStx{10'000'000'000});
  CHECK(earned(world, 2) == before + MicroStx{300});  // Only the fees of the block before.
}

TEST_CASE("chain: the purse of a term without blocks goes to the next enrolled term") {
  ScriptedWorld world;
  world.register_producers(2);
  world.enroll(2);  // For term 2.
  world.mine_to(BurnHeight{112});
  world.enroll(2);  // For term 3.
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  world.produce();
  const auto statement = world.chain.coinbase_statement(TermNumber{3});
  REQUIRE(statement != nullptr);
  CHECK(statement->purse == MicroStx{20'000'000'000});
  CHECK(world.chain.coinbase_statement(TermNumber{2}) == nullptr);
}

TEST_CASE("chain: an unannounced tail is dropped at the end of its term and replayed first") {
  ScriptedWorld world;
  world.start();
  const BlockId announced = world.produce({world.transfer(0, 1, 100, 0)});
  world.mine({world.announcement(announced)});
  const BlockId tail1 = world.produce({world.transfer(0, 1, 200, 1), world.transfer(2, 3, 50, 0)});
  const BlockId tail2 = world.produce({world.transfer(0, 1, 300, 2)});
  CHECK(balance(world, 1) == MicroStx{1'000'000'600});
  world.mine_to(BurnHeight{130});
  CHECK(world.told<BlocksDropped>().empty());
  world.mine();
  REQUIRE(world.told<BlocksDropped>().size() == 1);
  CHECK(world.told<BlocksDropped>()[0].blocks == std::vector<BlockId>{tail2, tail1});
  CHECK(world.chain.tip() == announced);
  CHECK(balance(world, 1) == MicroStx{1'000'000'100});
  CHECK(world.chain.position().replay_pending);
  world.certify_keys();

  auto built = world.build({world.transfer(4, 5, 10, 0)});
  REQUIRE(built.ok());
  CHECK(built->block.header.dropped_tip == tail2);
  CHECK(built->block.transactions.size() == 5);  // Coinbase, three replays, one fresh.
  CHECK(built->fees == MicroStx{4000});
  CHECK(built->block.header.term_cost == transfer_cost());  // Replay is not charged.
  SUBCASE("a block that starts with anything else is refused") {
    std::swap(built->block.transactions[1], built->block.transactions[4]);
    CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::replay_expected);
  }
  SUBCASE("naming the parent as dropped tip is valid, though not the longest") {
    Block block = built->block;
    block.header.dropped_tip = announced;
    CHECK_FALSE(world.chain.names_longest_tail(block));
    CHECK(world.chain.names_longest_tail(built->block));
  }
  SUBCASE("naming nothing, or something unknown, or elsewhere is not") {
    Block block = built->block;
    block.header.dropped_tip = {};
    CHECK(world.chain.try_block(block, Instant{}).reason == Errc::dropped_tip_missing);
    block.header.dropped_tip.bytes[0] = 1;
    CHECK(world.chain.try_block(block, Instant{}).reason == Errc::dropped_tip_unknown);
    CHECK(world.chain.try_block(block, Instant{}).kind == Verdict::Kind::parked);
    block.header.dropped_tip = world.chain.genesis_id();
    CHECK(world.chain.try_block(block, Instant{}).reason == Errc::dropped_tip_not_descending);
  }
  SUBCASE("the replay gives the same balances") {
    REQUIRE(world.accept(world.seal(built->block)).ok());
    CHECK(balance(world, 1) == MicroStx{1'000'000'600});
    CHECK(balance(world, 3) == MicroStx{1'000'000'050});
    CHECK_FALSE(world.chain.position().replay_pending);
    const auto outcomes = world.chain.outcomes(world.chain.tip());
    REQUIRE(outcomes.size() == 5);
    CHECK(outcomes[1].replayed);
    CHECK_FALSE(outcomes[4].replayed);
    CHECK(outcomes[1].runtime_error == std::nullopt);
    // A new node that gets only the sealed chain in the order of `blocks_after` arrives at the
    // same.
    const auto ids = world.chain.blocks_after({world.chain.genesis_id()}, 100);
    CHECK(ids == std::vector<BlockId>{announced, tail1, tail2, world.chain.tip()});
  }
}

TEST_CASE(
    "chain: a replayed transaction that no longer applies is a runtime error, not a bad block") {
  ScriptedWorld world;
  world.start();
  const BlockId announced = world.produce();
  world.mine({world.announcement(announced)});
  // 0 pays 1 almost everything, 1 passes it on: without the first the second cannot be paid.
  world.produce({world.transfer(0, 1, 900'000'000, 0), world.transfer(1, 2, 1'500'000'000, 0)});
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  auto built = world.build();
  REQUIRE(built.ok());
  CHECK(built->block.transactions.size() == 3);
  REQUIRE(world.accept(world.seal(built->block)).ok());
  CHECK(balance(world, 2) == MicroStx{2'500'000'000});  // In order, both still apply.
}

TEST_CASE(
    "chain: after a Bitcoin reorganisation the orphaned blocks are replayed on the new branch") {
  ScriptedWorld world;
  world.start();
  const BlockId kept = world.produce({world.transfer(0, 1, 100, 0)});
  const BurnView fork = *world.chain.burn_tip();
  world.mine();
  const BlockId orphan1 = world.produce({world.transfer(0, 1, 200, 1)});
  world.mine();
  const BlockId orphan2 = world.produce({world.transfer(0, 1, 300, 2)});
  world.events.clear();
  BurnView branch = world.mine_on(fork);
  branch = world.mine_on(branch);
  CHECK(world.told<BurnTipChanged>().empty());  // Equally long: the first seen stays.
  CHECK(world.chain.tip() == orphan2);
  branch = world.mine_on(branch);
  REQUIRE(world.told<BurnTipChanged>().size() == 1);
  CHECK(world.told<BurnTipChanged>()[0].reorganised);
  CHECK(world.told<BurnTipChanged>()[0].links.size() == 3);
  REQUIRE(world.told<BlocksDropped>().size() == 1);
  CHECK(world.told<BlocksDropped>()[0].blocks == std::vector<BlockId>{orphan2, orphan1});
  CHECK(world.chain.tip() == kept);
  CHECK(world.chain.position().replay_pending);
  CHECK_FALSE(world.chain.position().first_of_term);

  auto built = world.build({world.transfer(2, 3, 10, 0)});
  REQUIRE(built.ok());
  CHECK(built->block.header.dropped_tip == orphan2);
  CHECK(built->block.transactions.size() == 3);
  const SealedBlock replacement = world.seal(built->block);
  REQUIRE(world.accept(replacement).ok());
  CHECK(balance(world, 1) == MicroStx{1'000'000'600});
  CHECK(world.chain.tip_height() == BlockHeight{2});

  SUBCASE("the old branch comes back: its blocks are canonical again") {
    world.events.clear();
    BurnView old = world.chain.header(orphan2)->burn_view;
    old = world.mine_on(old);
    old = world.mine_on(old);
    CHECK(world.chain.tip() == orphan2);
    CHECK(world.told<BlocksDropped>()[0].blocks == std::vector<BlockId>{replacement.block.id()});
    CHECK(world.told<BlockJoined>().size() == 2);
    CHECK(balance(world, 3) == MicroStx{1'000'000'000});
  }
  SUBCASE("a block that drops blocks of its own history is refused") {
    auto next = world.build();
    REQUIRE(next.ok());
    Block block = next->block;
    CHECK(block.header.dropped_tip.is_zero());
    block.header.dropped_tip = block.header.parent;
    CHECK(world.chain.try_block(block, Instant{}).reason == Errc::dropped_tip_not_orphaned);
  }
}

TEST_CASE("chain: a node that never saw the orphaned Bitcoin blocks arrives at the same chain") {
  ScriptedWorld world;
  world.start();
  world.produce({world.transfer(0, 1, 100, 0)});
  const BurnView fork = *world.chain.burn_tip();
  world.mine();
  world.produce({world.transfer(0, 1, 200, 1)});
  BurnView branch = world.mine_on(fork);
  branch = world.mine_on(branch);
  const BlockId tip = world.produce({world.transfer(2, 3, 10, 0)});
  world.mine({world.announcement(tip)});
  world.mine_to_term(TermNumber{3});

  auto late = Chain::create(world.params, world.genesis);
  REQUIRE(late.ok());
  std::map<BurnHash, const bitcoin::BurnBlock*> burn;
  std::map<BlockId, const SealedBlock*> sealed;
  for (const auto& item : world.history) {
    if (const auto* block = std::get_if<bitcoin::BurnBlock>(&item)) burn[block->hash] = block;
    if (const auto* block = std::get_if<SealedBlock>(&item)) sealed[block->block.id()] = block;
  }
  std::vector<const bitcoin::BurnBlock*> canonical{burn.at(world.chain.burn_tip()->hash)};
  while (burn.contains(canonical.back()->parent)) {
    canonical.push_back(burn.at(canonical.back()->parent));
  }
  for (auto block = canonical.rbegin(); block != canonical.rend(); ++block) {
    REQUIRE(late->add_burn_block(**block).ok());
  }
  CHECK(late->position().keys_ready == false);
  for (const BlockId& id : world.chain.blocks_after(late->locator(), 100)) {
    const auto accepted = late->accept(*sealed.at(id));
    REQUIRE_MESSAGE(accepted.ok(), accepted.error().message());
  }
  CHECK(late->tip() == world.chain.tip());
  CHECK(late->ledger() == world.chain.ledger());
  CHECK(late->last_final() == world.chain.last_final());
  CHECK(late->position().parent == world.chain.position().parent);
}

TEST_CASE("chain: a block tried before Bitcoin forgot its branch is a witness when it comes sealed") {
  ScriptedWorld world;
  world.start();
  const BlockId announced = world.produce({world.transfer(0, 1, 100, 0)});
  const BurnView fork = *world.chain.burn_tip();
  world.mine();
  const auto built = world.build({world.transfer(0, 1, 50, 1)});
  REQUIRE(built.ok());
  CHECK(world.chain.try_block(built->block, Instant{}).kind == Verdict::Kind::valid);
  const SealedBlock late = world.seal(built->block);
  // The other branch finalises a block, so this one's nodes are erased.
  BurnView branch = world.mine_on(fork, {world.announcement(announced)});
  for (int i = 0; i < 2; ++i) branch = world.mine_on(branch);
  REQUIRE(world.chain.burn_tip() == branch);
  REQUIRE(world.chain.last_final() == announced);
  CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::burn_view_unknown);
  const auto accepted = world.accept(late);
  REQUIRE_MESSAGE(accepted.ok(), accepted.error().message());
  CHECK(world.chain.knows(late.block.id()));
  CHECK(world.chain.tip() == announced);
  const auto next = world.build();
  REQUIRE(next.ok());
  CHECK(next->block.header.dropped_tip == late.block.id());
  REQUIRE(world.accept(world.seal(next->block)).ok());
  CHECK(balance(world, 1) == MicroStx{1'000'000'150});
}

TEST_CASE("chain: a later attempt needs the rejection of the one before, on its own branch") {
  ScriptedWorld world;
  world.start();
  world.produce();
  CHECK(world.build({}, 1).code() == Errc::rejection_missing);
  const BurnView r = *world.chain.burn_tip();
  const auto learned =
      world.chain.learn_rejection(world.rejection(TermNumber{2}, BlockHeight{2}, 0, r));
  REQUIRE(learned.ok());
  CHECK(world.chain.position().attempt == 1);
  auto built = world.build({}, 1);
  REQUIRE(built.ok());
  CHECK(built->block.rejection.has_value());

  SUBCASE("accepted with it") {
    CHECK(world.accept(world.seal(built->block)).ok());
    CHECK(world.chain.position().attempt == 0);
  }
  SUBCASE("refused without it") {
    built->block.rejection.reset();
    CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::attempt_without_rejection);
  }
  SUBCASE("refused on a first attempt") {
    built->block.header.attempt = 0;
    CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::rejection_superfluous);
  }
  SUBCASE("refused when it is another attempt's") {
    built->block.rejection = world.rejection(TermNumber{2}, BlockHeight{2}, 1, r);
    CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::rejection_mismatch);
  }
  SUBCASE("refused when it is forged") {
    built->block.rejection->signatures[0].bytes[5] ^= 1;
    CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::certificate_bad_signature);
  }
  SUBCASE("refused when its Bitcoin block is a rival of the block's, or only follows it") {
    const BurnView rival = world.mine_on(*world.chain.burn_view_at(BurnHeight{120}));
    const BurnView above = world.mine();
    REQUIRE(world.chain.burn_view_at(r.height) == r);
    for (const BurnView& other : {rival, above}) {
      built->block.rejection = world.rejection(TermNumber{2}, BlockHeight{2}, 0, other);
      CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::rejection_off_branch);
    }
    CHECK(world.chain.position().attempt == 1);
    built->block.rejection = world.rejection(TermNumber{2}, BlockHeight{2}, 0, r);
    CHECK(world.accept(world.seal(built->block)).ok());
  }
  SUBCASE("void after its Bitcoin block is orphaned") {
    BurnView branch = world.mine_on(*world.chain.burn_view_at(BurnHeight{120}));
    branch = world.mine_on(branch);
    CHECK(world.chain.position().attempt == 0);
  }
}

TEST_CASE("chain: what cannot be judged yet is parked, and accepted once it can") {
  ScriptedWorld world;
  world.start();
  const BlockId first = world.produce();
  world.mine();
  world.produce({world.transfer(0, 1, 100, 0)});
  world.mine();
  world.mine({world.announcement(world.chain.tip())});
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  const BlockId third = world.produce();

  auto late = Chain::create(world.params, world.genesis);
  REQUIRE(late.ok());
  std::vector<SealedBlock> blocks;
  for (const auto& item : world.history) {
    if (const auto* block = std::get_if<SealedBlock>(&item)) blocks.push_back(*block);
  }
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0].block.id() == first);
  CHECK(late->accept(blocks[0]).code() == Errc::burn_view_unknown);
  CHECK(is_parked(late->accept(blocks[0]).code()));
  for (const auto& item : world.history) {
    if (const auto* block = std::get_if<bitcoin::BurnBlock>(&item)) {
      REQUIRE(late->add_burn_block(*block).ok());
    }
  }
  CHECK(late->last_announced(BurnHeight{130}) == std::nullopt);
  CHECK(late->accept(blocks[2]).code() == Errc::term_undecided);
  CHECK(late->accept(blocks[1]).code() == Errc::parent_unknown);
  CHECK(late->position().keys_ready == false);
  REQUIRE(late->accept(blocks[0]).ok());
  REQUIRE(late->accept(blocks[1]).ok());
  CHECK(late->last_announced(BurnHeight{130})->block == blocks[1].block.id());
  REQUIRE(late->accept(blocks[2]).ok());
  CHECK(late->tip() == third);
  CHECK(late->ledger() == world.chain.ledger());
}

TEST_CASE("chain: a bad seal is refused and leaves the chain as it was") {
  ScriptedWorld world;
  world.start();
  auto built = world.build();
  REQUIRE(built.ok());
  const SealedBlock good = world.seal(built->block);
  SealedBlock bad = good;
  bad.seal.producers.signature.bytes[3] ^= 1;
  CHECK(world.chain.accept(bad).code() == Errc::seal_bad_signature);
  bad = good;
  bad.seal.stackers.attestations[1].bytes[3] ^= 1;
  CHECK(world.chain.accept(bad).code() == Errc::seal_bad_attestation);
  bad = good;
  bad.seal.stackers.attestations.pop_back();
  CHECK(world.chain.accept(bad).code() == Errc::seal_wrong_shape);
  // Members 1 and 2 hold 83 slots, 0 and 1 only 50.
  const auto plan = world.chain.producers(TermNumber{2});
  const auto key = world.chain.key(GroupKind::producers, 2);
  bad.seal = good.seal;
  bad.seal.producers =
      testing::group_seal_without(plan->signers, key->content, good.block.id(), world.params, {2});
  CHECK(world.chain.accept(bad).code() == Errc::seal_too_light);
  CHECK(world.chain.tip() == world.chain.genesis_id());
  CHECK_FALSE(world.chain.knows(good.block.id()));
  CHECK(world.accept(good).ok());
}

TEST_CASE("chain: a second sealed block in one place of one Bitcoin history is refused") {
  ScriptedWorld world;
  world.start();
  auto one = world.build();
  auto two = world.build({world.transfer(0, 1, 5, 0)});
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  REQUIRE(world.accept(world.seal(one->block)).ok());
  CHECK(world.accept(world.seal(two->block)).code() == Errc::rival_sealed_block);
}

TEST_CASE("chain: a timestamp too far ahead of the clock is parked, not refused") {
  ScriptedWorld world;
  world.start();
  auto built = world.build();
  REQUIRE(built.ok());
  const std::int64_t at = static_cast<std::int64_t>(built->block.header.timestamp_ms) * 1000;
  const auto lead = world.params.max_clock_lead;
  CHECK(world.chain.try_block(built->block, Instant{at} - lead).kind == Verdict::Kind::valid);
  const Verdict early = world.chain.try_block(built->block, Instant{at} - lead - milliseconds(1));
  CHECK(early.kind == Verdict::Kind::parked);
  CHECK(early.reason == Errc::timestamp_ahead);
}

TEST_CASE("chain: the builder leaves out, by name, what cannot be applied") {
  ScriptedWorld world;
  world.start();
  stacks::Transaction forged = world.transfer(2, 3, 1, 0);
  forged.signature.bytes[10] ^= 1;
  auto built =
      world.build({world.transfer(0, 1, 5, 7), world.transfer(0, 1, 5, 0),
                   world.transfer(0, 1, 5, 0), world.transfer(1, 2, 2'000'000'000, 0), forged});
  REQUIRE(built.ok());
  REQUIRE(built->skipped.size() == 4);
  CHECK(built->skipped[0].reason == Errc::bad_nonce);
  CHECK(built->skipped[1].index == 2);
  CHECK(built->skipped[1].reason == Errc::transaction_twice);
  CHECK(built->skipped[2].reason == Errc::not_enough_funds);
  CHECK(built->skipped[3].reason == Errc::bad_signature);
  CHECK(world.accept(world.seal(built->block)).ok());
}

TEST_CASE("chain: what is final is kept short: states below it go, released bytes too") {
  ScriptedWorld world;
  world.start();
  const BlockId first = world.produce();
  const BlockId second = world.produce();
  world.mine();
  world.mine({world.announcement(second)});
  CHECK(world.chain.ledger_at(first) != nullptr);
  world.mine();
  world.mine();
  CHECK(world.chain.ledger_at(first) == nullptr);
  CHECK(world.chain.ledger_at(second) != nullptr);
  CHECK(world.chain.block(first) != nullptr);
  world.chain.release(first);
  world.chain.release(second);
  CHECK(world.chain.block(first) == nullptr);
  CHECK(world.chain.block(second) != nullptr);  // The next term may build on it.
  CHECK(world.chain.header(first)->height == BlockHeight{1});
  // A Bitcoin branch below the final announcement is refused by name.
  bitcoin::BurnBlock fork;
  for (const auto& item : world.history) {
    const auto* block = std::get_if<bitcoin::BurnBlock>(&item);
    if (block != nullptr && block->height == BurnHeight{123}) fork = *block;
  }
  const auto deep = bitcoin::make_burn_block(BurnHeight{90}, fork.parent, 1, 1, fork.transactions);
  CHECK(world.chain.add_burn_block(deep).code() == Errc::burn_block_below_final);
}

TEST_CASE("chain: below the final block nothing is built on any more, not even what was valid") {
  ScriptedWorld world;
  world.start();
  world.produce();
  const auto rival = world.build({world.transfer(0, 1, 7, 0)});
  const auto judged = world.build({world.transfer(2, 3, 7, 0)});
  REQUIRE(rival.ok());
  REQUIRE(judged.ok());
  const BlockId second = world.produce();
  const SealedBlock late = world.seal(rival->block);
  CHECK(world.chain.accept(late).code() == Errc::rival_sealed_block);
  // This one's verdict is remembered from before.
  CHECK(world.chain.try_block(judged->block, Instant{}).kind == Verdict::Kind::valid);
  world.mine();
  world.mine({world.announcement(second)});
  world.mine();
  CHECK(world.chain.accept(late).code() == Errc::rival_sealed_block);
  world.mine();
  REQUIRE(world.chain.last_final() == second);
  CHECK(world.chain.accept(late).code() == Errc::parent_below_final);
  CHECK(world.chain.accept(world.seal(judged->block)).code() == Errc::parent_below_final);
  CHECK(world.chain.tip() == second);
  CHECK_FALSE(world.chain.knows(rival->block.id()));
  CHECK_FALSE(world.chain.knows(judged->block.id()));
  world.produce();  // On the final block itself it goes on.
}

TEST_CASE("chain: a key of a set that nobody planned waits until Bitcoin plans it") {
  ScriptedWorld world;
  world.start();
  const KeyCertificate certificate =
      testing::certify(world.chain.producers(TermNumber{2})->signers, world.params.network_id);
  auto late = Chain::create(world.params, world.genesis);
  REQUIRE(late.ok());
  CHECK(late->learn_key(certificate).code() == Errc::set_unknown);
  CHECK(is_parked(Errc::set_unknown));
  CHECK(late->key(GroupKind::producers, 2) == nullptr);
  for (const auto& item : world.history) {
    const auto* block = std::get_if<bitcoin::BurnBlock>(&item);
    if (block != nullptr) REQUIRE(late->add_burn_block(*block).ok());
  }
  KeyCertificate beyond = certificate;
  beyond.content.generation = 9;
  CHECK(late->learn_key(beyond).code() == Errc::set_unknown);
  REQUIRE(late->learn_key(certificate).ok());
  CHECK(late->key(GroupKind::producers, 2) != nullptr);
}

TEST_CASE("chain: a term on an old parent holds replay and coinbase only") {
  ScriptedWorld world;
  world.start();
  world.produce({world.transfer(0, 1, 100, 0)});  // Never announced.
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  auto third = world.build({world.transfer(2, 3, 5, 0)});
  REQUIRE(third.ok());
  CHECK(third->skipped.empty());  // Genesis stands for term 1: still close enough.
  world.mine_to_term(TermNumber{4});
  world.certify_keys();
  auto fourth = world.build({world.transfer(2, 3, 5, 0)});
  REQUIRE(fourth.ok());
  REQUIRE(fourth->skipped.size() == 1);
  CHECK(fourth->skipped[0].reason == Errc::term_is_replay_only);
  CHECK(fourth->block.transactions.size() == 2);  // Coinbase and the replay.
  const BlockId recovered = world.produce();
  world.mine({world.announcement(recovered)});
  world.mine_to_term(TermNumber{5});
  world.certify_keys();
  CHECK(world.build({world.transfer(2, 3, 5, 0)})->skipped.empty());
}

}  // namespace
}  // namespace quorate::consensus
