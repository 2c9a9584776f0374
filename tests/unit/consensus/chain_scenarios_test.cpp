// Longer stories on one chain: elections over several terms, operations on Bitcoin, a new cycle's
// stackers, reorganisations over a term's border.
#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

MicroStx balance(const ScriptedWorld& world, std::size_t i) {
  return world.chain.ledger().account(world.accounts[i].principal).balance;
}

/// The P2PKH script of an account's key.
bitcoin::Script script_of(const testing::Account& account) {
  return bitcoin::p2pkh_script(account.principal.address.hash);
}

/// A transaction with `operation` whose first input spends output 1 of `pre`.
bitcoin::BurnTx authorised(const ScriptedWorld& world, const bitcoin::Operation& operation,
                           const bitcoin::BurnTx& pre, const bitcoin::Script& sender,
                           const bitcoin::Script& output) {
  auto made = testing::burn_tx(operation, world.params, {sender}, {{Sats{600}, output}});
  auto tx = bitcoin::decode_transaction(made.raw.bytes);
  REQUIRE(tx.ok());
  tx->inputs[0].previous = {testing::txid_of(pre), 1};
  made.raw.bytes = bitcoin::encode_transaction(*tx);
  return made;
}

/// Opens a term: keys, one block, announced.
BlockId produce_and_announce(ScriptedWorld& world) {
  world.certify_keys();
  const BlockId id = world.produce();
  world.mine({world.announcement(id)});
  return id;
}

TEST_CASE("scenario: nine of ten Bitcoin blocks censored, the tenth still elects") {
  ScriptedWorld world;
  world.register_producers(3);
  world.mine_to(BurnHeight{109});
  world.enroll(3);  // In block 110, the last of term 0.
  world.mine_to_term(TermNumber{1});
  CHECK(world.chain.producers(TermNumber{2})->producers.entries.size() == 3);
}

TEST_CASE("scenario: an enrollment of the last window is refused in the next") {
  ScriptedWorld world;
  world.register_producers(1);
  const auto window = world.chain.term_context(TermNumber{0})->window;
  world.mine_to(BurnHeight{110});
  world.events.clear();
  world.mine({testing::enrollment_tx(world.producers[0], window, Sats{100}, world.params)});
  REQUIRE(world.told<OperationIgnored>().size() == 1);
  CHECK(world.told<OperationIgnored>()[0].reason == Errc::enrollment_wrong_anchor);
  CHECK(world.chain.producers(TermNumber{2}) == nullptr);
  CHECK(world.chain.producers(TermNumber{3}) == nullptr);
}

TEST_CASE("scenario: enrollments are anchored in the final announcement of the term before") {
  ScriptedWorld world;
  world.start();
  // Twenty recipients a term: 39 slots of cycle 0 are used up in the second window.
  CHECK(world.chain.term_context(TermNumber{0})->remaining.size() == 19);
  CHECK(world.chain.term_context(TermNumber{1})->remaining.empty());
  const BlockId one = world.produce();
  world.mine({world.announcement(one)});
  const BlockId two = world.produce();
  world.mine({world.announcement(two)});  // At 123, index 1.
  world.mine_to_term(TermNumber{3});
  const auto window = world.chain.term_context(TermNumber{3})->window;
  CHECK(window.anchor.set == bitcoin::BurnPlace{BurnHeight{123}, 1});
  CHECK(window.anchor.state_root == world.chain.header(two)->state_root);
  CHECK(window.target() == TermNumber{5});
  CHECK(std::all_of(window.outputs.begin(), window.outputs.end(), bitcoin::is_burn));
  world.enroll(2);
  produce_and_announce(world);
  world.mine_to_term(TermNumber{4});
  CHECK(world.chain.producers(TermNumber{5})->producers.entries.size() == 2);
  CHECK(world.chain.producers(TermNumber{5})->producers.origin == SetOrigin::enrolled);
  // A term without announcement anchors in its last block.
  CHECK(world.chain.producers(TermNumber{4})->producers.origin == SetOrigin::continued);
  world.mine_to_term(TermNumber{5});
  const auto quiet = world.chain.term_context(TermNumber{5})->window;
  CHECK(quiet.anchor.set == bitcoin::BurnPlace{BurnHeight{150}, 0});
  CHECK(quiet.phase == CyclePhase::prepare);
}

TEST_CASE("scenario: operations on Bitcoin are applied once, on every branch anew") {
  ScriptedWorld world;
  world.start();
  world.produce();
  const BurnView fork = *world.chain.burn_tip();
  const auto sender = script_of(world.accounts[0]);
  const auto pre = testing::burn_tx(bitcoin::PreStx{}, world.params, {world.producers[0].wallet},
                                    {{Sats{600}, sender}});
  const auto transfer = authorised(world, bitcoin::TransferStx{MicroStx{777}, {}}, pre, sender,
                                   script_of(world.accounts[1]));
  world.mine({pre, transfer});
  world.produce();
  CHECK(balance(world, 1) == MicroStx{1'000'000'777});
  world.mine();
  world.produce();
  CHECK(balance(world, 1) == MicroStx{1'000'000'777});
  // The branch that replaces it has the PreStx, and the transfer twice: the second finds the funds.
  BurnView branch = world.mine_on(fork, {pre});
  branch = world.mine_on(branch);
  world.mine_on(branch, {transfer});
  CHECK(balance(world, 1) == MicroStx{1'000'000'000});
  world.produce();
  CHECK(balance(world, 1) == MicroStx{1'000'000'777});
}

TEST_CASE("scenario: an operation without a PreStx changes nothing") {
  ScriptedWorld world;
  world.start();
  world.produce();
  const auto sender = script_of(world.accounts[0]);
  const auto pre = testing::burn_tx(bitcoin::PreStx{}, world.params, {world.producers[0].wallet},
                                    {{Sats{600}, sender}});
  world.mine({authorised(world, bitcoin::TransferStx{MicroStx{777}, {}}, pre, sender,
                         script_of(world.accounts[1]))});
  world.produce();
  CHECK(balance(world, 1) == MicroStx{1'000'000'000});
}

TEST_CASE("scenario: who stacked by the snapshot signs in the next cycle, under a key of its own") {
  ScriptedWorld world;
  world.start();
  world.certify_keys();
  world.produce();
  const auto sender = script_of(world.accounts[5]);
  const auto pre = testing::burn_tx(bitcoin::PreStx{}, world.params, {world.producers[0].wallet},
                                    {{Sats{600}, sender}});
  bitcoin::StackStx stack;
  stack.amount = MicroStx{5'000'000'000'000};
  stack.cycles = 2;
  stack.signer_key = world.genesis.signers[1].signing_key;
  world.mine({pre, authorised(world, stack, pre, sender, sender)});
  const BlockId stacked = world.produce();
  CHECK(world.chain.ledger().pox_entries(CycleNumber{1}).size() == 1);
  world.mine({world.announcement(stacked)});
  world.mine_to(BurnHeight{139});
  CHECK(world.chain.stackers(CycleNumber{1}) == nullptr);
  world.events.clear();
  world.mine();  // 140: the snapshot.
  const auto plan = world.chain.stackers(CycleNumber{1});
  REQUIRE(plan != nullptr);
  REQUIRE(plan->signers.members.size() == 1);
  CHECK(plan->signers.members[0].key == world.genesis.signers[1].signing_key);
  CHECK(plan->signers.total_slots == 38);
  const auto planned = world.told<SetPlanned>();
  REQUIRE(planned.size() >= 1);
  const auto cycle = std::find_if(planned.begin(), planned.end(),
                                  [](const SetPlanned& p) { return p.stackers != nullptr; });
  REQUIRE(cycle != planned.end());
  CHECK(cycle->start == BurnHeight{141});
  CHECK(cycle->first == BurnHeight{161});
  CHECK(cycle->last == BurnHeight{220});
  for (std::uint64_t term = 4; term <= 6; ++term) {
    world.mine_to_term(TermNumber{term});
    const BlockId id = produce_and_announce(world);
    const auto block = world.chain.block(id);
    CHECK(block->block.stacker_key.has_value() == (term == 6));
  }
  CHECK(world.chain.tip_height() == BlockHeight{5});
  CHECK(world.chain.term_context(TermNumber{6})->remaining.size() == 18);
}

TEST_CASE("scenario: a reorganisation over a term's border changes what the term builds on") {
  Params params = testing::tiny_params();
  params.confirmations = 6;
  ScriptedWorld world(params);
  world.start();
  world.certify_keys();
  world.mine_to(BurnHeight{127});
  const BlockId block = world.produce({world.transfer(0, 1, 100, 0)});
  const BurnView fork = world.mine();
  world.mine({world.announcement(block)});
  world.mine_to_term(TermNumber{3});
  CHECK(world.chain.position().parent == block);
  const auto before = world.chain.term_context(TermNumber{3})->window;
  // On the other branch the announcement never happened.
  world.events.clear();
  BurnView branch = fork;
  for (int i = 0; i < 4; ++i) branch = world.mine_on(branch);
  CHECK(branch.height == BurnHeight{132});
  CHECK(world.chain.last_announced(BurnHeight{132}) == std::nullopt);
  CHECK(world.chain.tip() == world.chain.genesis_id());
  REQUIRE(world.told<TermStarted>().size() == 1);
  CHECK(world.told<TermStarted>()[0].parent == world.chain.genesis_id());
  CHECK(world.told<EnrollmentOpen>().size() == 1);
  CHECK(world.chain.term_context(TermNumber{3})->window != before);
  CHECK(world.chain.position().replay_pending);
  world.certify_keys();
  auto built = world.build();
  REQUIRE(built.ok());
  CHECK(built->block.header.dropped_tip == block);
  CHECK(built->block.transactions.size() == 2);
  REQUIRE(world.accept(world.seal(built->block)).ok());
  CHECK(balance(world, 1) == MicroStx{1'000'000'100});
  // Both purses: term 2 left no block on this branch.
  CHECK(world.chain.ledger().carried_purse() == MicroStx{20'000'000'000});
}

TEST_CASE("scenario: what is final is not reorganised, its confirmations are") {
  ScriptedWorld world;
  world.start();
  const BlockId block = world.produce();
  world.mine({world.announcement(block)});
  const BurnView at = *world.chain.burn_tip();
  world.mine();
  world.mine();
  CHECK(world.chain.last_final() == block);
  BurnView branch = at;
  for (int i = 0; i < 3; ++i) branch = world.mine_on(branch);
  CHECK(world.chain.burn_tip() == branch);
  CHECK(world.chain.last_final() == block);
  CHECK(world.chain.finality(block).level == FinalityLevel::final);
  const auto below = world.chain.burn_view_at(BurnHeight{at.height.value - 1});
  REQUIRE(below.has_value());
  bitcoin::BurnBlock any;
  for (const auto& item : world.history) {
    if (const auto* one = std::get_if<bitcoin::BurnBlock>(&item)) any = *one;
  }
  const auto deep = bitcoin::make_burn_block(at.height, below->hash, 7, 7, any.transactions);
  CHECK(world.chain.add_burn_block(deep).code() == Errc::burn_block_below_final);
}

TEST_CASE(
    "scenario: a reorganisation above what is final in mid term falls back to the final block") {
  ScriptedWorld world;
  world.start();
  world.certify_keys();
  const BlockId announced = world.produce({world.transfer(0, 1, 100, 0)});
  world.mine({world.announcement(announced)});
  world.mine();
  const BurnView fork = world.mine();
  CHECK(world.chain.last_final() == announced);
  world.mine();
  const BlockId orphaned = world.produce({world.transfer(0, 1, 50, 1)});
  // The states between the term's base and the final block are forgotten by now.
  CHECK(world.chain.ledger_at(world.chain.genesis_id()) == nullptr);
  BurnView branch = fork;
  for (int i = 0; i < 2; ++i) branch = world.mine_on(branch);
  CHECK(world.chain.burn_tip() == branch);
  CHECK(world.chain.tip() == announced);
  CHECK(balance(world, 1) == MicroStx{1'000'000'100});
  auto built = world.build();
  REQUIRE(built.ok());
  CHECK(built->block.header.dropped_tip == orphaned);
  REQUIRE(world.accept(world.seal(built->block)).ok());
  CHECK(balance(world, 1) == MicroStx{1'000'000'150});
}

TEST_CASE("scenario: a reorganisation replaces the enrollments of a window and plans again") {
  ScriptedWorld world;
  world.register_producers(3);
  const BurnView fork = *world.chain.burn_tip();
  world.enroll(2);
  world.mine_to(BurnHeight{111});
  const auto first = world.chain.producers(TermNumber{2});
  REQUIRE(first->producers.entries.size() == 2);
  world.events.clear();
  BurnView branch = fork;
  const auto window = world.chain.term_context(TermNumber{0})->window;
  std::vector<bitcoin::BurnTx> txs;
  for (int i = 0; i < 3; ++i) {
    txs.push_back(testing::enrollment_tx(world.producers[i], window, Sats{50}, world.params));
  }
  branch = world.mine_on(branch, txs);
  while (branch.height < BurnHeight{112}) branch = world.mine_on(branch);
  CHECK(world.chain.producers(TermNumber{2})->producers.entries.size() == 3);
  const auto planned = world.told<SetPlanned>();
  REQUIRE(planned.size() == 1);
  CHECK(planned[0].hash() != first->hash);
  CHECK(world.told<EnrollmentCounted>().size() == 3);
}

TEST_CASE("scenario: replay goes on over several blocks and nothing overtakes it") {
  Params params = testing::tiny_params();
  params.max_block_bytes = 3500;
  ScriptedWorld world(params);
  world.start();
  world.certify_keys();
  for (std::uint64_t n = 0; n < 40; n += 10) {
    std::vector<stacks::Transaction> txs;
    for (std::uint64_t k = n; k < n + 5; ++k) txs.push_back(world.transfer(0, 1, 10, k - n / 2));
    world.produce(txs);
  }
  CHECK(balance(world, 1) == MicroStx{1'000'000'200});
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  int blocks = 0;
  while (world.chain.position().replay_pending) {
    auto built = world.build({world.transfer(2, 3, 5, 0)});
    REQUIRE(built.ok());
    const bool over = built->skipped.empty();
    if (!over && built->skipped[0].reason != Errc::block_too_big) {
      CHECK(built->skipped[0].reason == Errc::replay_expected);
    }
    REQUIRE(world.accept(world.seal(built->block)).ok());
    REQUIRE(++blocks < 10);
  }
  CHECK(blocks >= 2);
  CHECK(balance(world, 1) == MicroStx{1'000'000'200});
  CHECK(world.chain.ledger().account(world.accounts[0].principal).nonce == 20);
}

}  // namespace
}  // namespace quorate::consensus
