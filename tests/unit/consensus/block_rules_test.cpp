#include "consensus/block_rules.hpp"

#include "scripted_world.hpp"
#include "stacks/merkle.hpp"

namespace quorate::consensus {
namespace {

using testing::ScriptedWorld;

/// A world in which block 1 is accepted and block 2, with two transfers, is built and valid.
struct Case {
  ScriptedWorld world;
  Block block;

  Case() {
    world.start();
    world.produce();
    auto built = world.build({world.transfer(0, 1, 5, 0), world.transfer(2, 3, 5, 0)});
    REQUIRE(built.ok());
    block = built->block;
    REQUIRE(world.chain.try_block(block, Instant{}).kind == Verdict::Kind::valid);
  }
  /// Makes header and body agree again after a change to the body.
  void rebind() {
    block.header.certificates = block.certificates_hash();
    std::vector<Txid> txids;
    for (const auto& tx : block.transactions) txids.push_back(stacks::txid_of(tx.bytes));
    block.header.transactions_root = stacks::merkle_root(txids);
  }
  Errc refusal() {
    const Verdict verdict = world.chain.try_block(block, Instant{});
    CHECK(verdict.kind == Verdict::Kind::refused);
    return verdict.reason.code;
  }
  Errc parked() {
    const Verdict verdict = world.chain.try_block(block, Instant{});
    CHECK(verdict.kind == Verdict::Kind::parked);
    return verdict.reason.code;
  }
};

TEST_CASE("place_block: header fields") {
  Case c;
  BlockHeader& header = c.block.header;
  SUBCASE("version") {
    header.version = 2;
    CHECK(c.refusal() == Errc::header_bad_version);
  }
  SUBCASE("height") {
    ++header.height;
    CHECK(c.refusal() == Errc::block_wrong_height);
  }
  SUBCASE("term") {
    ++header.term;
    CHECK(c.refusal() == Errc::burn_view_outside_term);
  }
  SUBCASE("unknown burn view") {
    header.burn_view.hash.bytes[0] ^= 1;
    CHECK(c.parked() == Errc::burn_view_unknown);
  }
  SUBCASE("burn view with another height") {
    ++header.burn_view.height;
    CHECK(c.refusal() == Errc::burn_view_mismatch);
  }
  SUBCASE("unknown parent") {
    header.parent.bytes[0] ^= 1;
    CHECK(c.parked() == Errc::parent_unknown);
  }
  SUBCASE("timestamp not later than the parent's") {
    header.timestamp_ms = c.world.chain.header(header.parent)->timestamp_ms;
    CHECK(c.refusal() == Errc::timestamp_not_later);
  }
}

TEST_CASE("place_block: a burn view below the parent's, or on another branch, is refused") {
  ScriptedWorld world;
  world.start();
  const BurnView low = *world.chain.burn_tip();
  world.mine();
  world.produce();
  auto built = world.build();
  REQUIRE(built.ok());
  built->block.header.burn_view = low;
  CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::burn_view_off_branch);
  built->block.header.burn_view = world.mine_on(low);
  CHECK(world.chain.try_block(built->block, Instant{}).reason == Errc::burn_view_off_branch);
}

TEST_CASE("place_block: a term's first block stands on what the term before announced last") {
  ScriptedWorld world;
  world.start();
  const BlockId announced = world.produce();
  world.mine({world.announcement(announced)});
  world.produce();
  world.mine_to_term(TermNumber{3});
  world.certify_keys();
  auto built = world.build();
  REQUIRE(built.ok());
  CHECK(built->block.header.parent == announced);
  Block wrong = built->block;
  wrong.header.parent = world.chain.genesis_id();
  wrong.header.height = BlockHeight{1};
  CHECK(world.chain.try_block(wrong, Instant{}).reason == Errc::wrong_term_parent);
}

TEST_CASE("place_block: nobody enrolled, no block") {
  ScriptedWorld world;
  world.mine_to_term(TermNumber{2});
  CHECK(world.build().code() == Errc::term_without_producers);
}

TEST_CASE("check_block: body against header") {
  Case c;
  SUBCASE("another body under the same header is not covered by its verdict") {
    c.block.transactions.pop_back();
    CHECK(c.refusal() == Errc::transactions_root_mismatch);
  }
  SUBCASE("certificates") {
    c.block.header.certificates.bytes[0] ^= 1;
    CHECK(c.refusal() == Errc::certificates_mismatch);
  }
  SUBCASE("cost") {
    ++c.block.header.term_cost.read_count;
    CHECK(c.refusal() == Errc::term_cost_mismatch);
  }
  SUBCASE("state root") {
    c.block.header.state_root.bytes[0] ^= 1;
    CHECK(c.refusal() == Errc::state_root_mismatch);
  }
  SUBCASE("transactions root") {
    c.block.header.transactions_root.bytes[0] ^= 1;
    CHECK(c.refusal() == Errc::transactions_root_mismatch);
  }
  SUBCASE("a transaction twice") {
    c.block.transactions.push_back(c.block.transactions.back());
    c.rebind();
    CHECK(c.refusal() == Errc::transaction_twice);
  }
  SUBCASE("a coinbase in mid-term") {
    c.block.transactions.push_back(
        {c.world.chain.block(c.world.chain.tip())->block.transactions[0].bytes});
    c.rebind();
    CHECK(c.refusal() == Errc::coinbase_misplaced);
  }
  SUBCASE("a transaction that cannot be applied") {
    c.block.transactions.push_back(
        {stacks::encode_transaction(c.world.transfer(4, 5, 5'000'000'000, 0))});
    c.rebind();
    CHECK(c.refusal() == Errc::not_enough_funds);
  }
  SUBCASE("bytes that are no transaction") {
    c.block.transactions.push_back({{1, 2, 3}});
    c.rebind();
    CHECK(c.refusal() == Errc::bad_tx_version);
  }
}

TEST_CASE("check_block: certificates stand exactly where a generation opens") {
  Case c;
  const auto producers = c.world.chain.key(GroupKind::producers, 2);
  const auto stackers = c.world.chain.key(GroupKind::stackers, 0);
  SUBCASE("superfluous") {
    c.block.producer_key = *producers;
    c.rebind();
    CHECK(c.refusal() == Errc::key_certificate_superfluous);
  }
  SUBCASE("superfluous for the cycle") {
    c.block.stacker_key = *stackers;
    c.rebind();
    CHECK(c.refusal() == Errc::key_certificate_superfluous);
  }
  c.block = c.world.chain.block(c.world.chain.tip())->block;
  SUBCASE("missing") {
    c.block.producer_key.reset();
    c.rebind();
    CHECK(c.refusal() == Errc::key_certificate_missing);
  }
  SUBCASE("missing for the cycle") {
    c.block.stacker_key.reset();
    c.rebind();
    CHECK(c.refusal() == Errc::key_certificate_missing);
  }
  SUBCASE("forged") {
    c.block.producer_key->votes.signatures[0].bytes[0] ^= 1;
    c.rebind();
    CHECK(c.refusal() == Errc::certificate_bad_signature);
  }
  SUBCASE("of another generation") {
    c.block.producer_key->content.generation = 3;
    c.rebind();
    CHECK(c.refusal() == Errc::key_certificate_mismatch);
  }
  SUBCASE("coinbase missing or another one") {
    c.block.transactions[0].bytes.back() ^= 1;
    c.rebind();
    CHECK(c.refusal() == Errc::coinbase_missing);
    c.block.transactions.clear();
    c.rebind();
    CHECK(c.refusal() == Errc::coinbase_missing);
  }
  SUBCASE("a parent seal on genesis") {
    c.block.parent_seal = Seal{};
    c.rebind();
    CHECK(c.refusal() == Errc::parent_seal_missing);
  }
}

TEST_CASE("check_block: the parent's seal is carried and verified") {
  Case c;
  SUBCASE("missing") {
    c.block.parent_seal.reset();
    c.rebind();
    CHECK(c.refusal() == Errc::parent_seal_missing);
  }
  SUBCASE("not the one the header names") {
    c.block.parent_seal->producers.signature.bytes[0] ^= 1;
    c.rebind();
    CHECK(c.refusal() == Errc::parent_seal_mismatch);
  }
  SUBCASE("forged") {
    c.block.parent_seal->stackers.signature.bytes[0] ^= 1;
    c.block.header.parent_seal = c.block.parent_seal->hash();
    c.rebind();
    CHECK(c.refusal() == Errc::seal_bad_signature);
  }
}

TEST_CASE("check_block: size limit from both sides") {
  ScriptedWorld world;
  world.start();
  const auto built = world.build();
  REQUIRE(built.ok());
  const auto size = static_cast<std::uint32_t>(encode(built->block).size());
  for (const std::uint32_t limit : {size, size - 1}) {
    Params params = testing::tiny_params();
    params.max_block_bytes = limit;
    ScriptedWorld other(params);
    other.start();
    REQUIRE(other.chain.burn_tip() == world.chain.burn_tip());
    const Verdict verdict = other.chain.try_block(built->block, Instant{});
    if (limit == size) {
      CHECK(verdict.kind == Verdict::Kind::valid);
      CHECK(other.build({other.transfer(0, 1, 5, 0)})->skipped.at(0).reason == Errc::block_too_big);
    } else {
      CHECK(verdict.reason == Errc::block_too_big);
    }
  }
}

TEST_CASE("check_block: the term's cost limit is a limit") {
  Params params = testing::tiny_params();
  params.term_cost_factor = 0;
  ScriptedWorld world(params);
  world.start();
  auto built = world.build({world.transfer(0, 1, 5, 0)});
  REQUIRE(built.ok());
  REQUIRE(built->skipped.size() == 1);
  CHECK(built->skipped[0].reason == Errc::term_cost_exceeded);
}

}  // namespace
}  // namespace quorate::consensus
