#include "actors/burnchain_follower_machine.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::messages;

namespace {

const Instant start{1'000'000};

bitcoin::BurnBlock block_on(BurnHeight height, const BurnHash& parent, std::uint32_t nonce) {
  bitcoin::Transaction coinbase;
  coinbase.inputs.push_back({});
  coinbase.outputs.push_back({});
  bitcoin::BurnTx tx;
  tx.raw.bytes = bitcoin::encode_transaction(coinbase);
  List<bitcoin::BurnTx, 20'000> transactions;
  transactions.push_back(tx);
  return bitcoin::make_burn_block(height, parent, 1000, nonce, transactions);
}

std::size_t seen(const FollowerEffects& effects) {
  std::size_t n = 0;
  for (const auto& e : effects) n += std::holds_alternative<BurnBlockSeen>(e);
  return n;
}

const BurnBlocksWanted* asked(const FollowerEffects& effects) {
  for (const auto& e : effects) {
    if (const auto* tell = std::get_if<TellFeed>(&e)) {
      if (const auto* wanted = std::get_if<BurnBlocksWanted>(&tell->message)) return wanted;
    }
  }
  return nullptr;
}

FeedMessage push(const bitcoin::BurnBlock& block) { return FeedMessage{BurnBlockPush{block}}; }

}  // namespace

TEST_CASE("follower: hands on linked blocks once and asks when a push was lost") {
  BurnchainFollowerMachine m{FollowerLimits{}};
  const auto a = block_on(BurnHeight{100}, BurnHash{}, 0);
  const auto b = block_on(BurnHeight{101}, a.hash, 1);
  const auto c = block_on(BurnHeight{102}, b.hash, 2);
  CHECK(seen(m.step(start, push(a)).value()) == 1);
  CHECK(m.step(start, push(a)).value().empty());
  const auto gap = m.step(start, push(c)).value();
  REQUIRE(asked(gap) != nullptr);
  CHECK(asked(gap)->known.front() == a.hash);
  CHECK(seen(m.step(start, push(b)).value()) == 1);
  CHECK(seen(m.step(start, push(c)).value()) == 1);
  CHECK(m.best() == c.view());
}

TEST_CASE("follower: a lost first block is asked for; a later one is not taken for it") {
  FollowerLimits limits;
  limits.first = BurnHeight{100};
  BurnchainFollowerMachine m{limits};
  const auto a = block_on(BurnHeight{100}, BurnHash{}, 0);
  const auto b = block_on(BurnHeight{101}, a.hash, 1);
  const auto gap = m.step(start, push(b)).value();
  CHECK(seen(gap) == 0);
  REQUIRE(asked(gap) != nullptr);
  CHECK(asked(gap)->known.empty());
  CHECK(seen(m.step(start, push(a)).value()) == 1);
  CHECK(seen(m.step(start, push(b)).value()) == 1);
}

TEST_CASE("follower: a rival branch is handed on too; the keeper decides") {
  BurnchainFollowerMachine m{FollowerLimits{}};
  const auto a = block_on(BurnHeight{100}, BurnHash{}, 0);
  const auto b = block_on(BurnHeight{101}, a.hash, 1);
  const auto rival = block_on(BurnHeight{101}, a.hash, 9);
  for (const auto& block : {a, b, rival}) CHECK(seen(m.step(start, push(block)).value()) == 1);
  CHECK(m.best() == b.view());
}

TEST_CASE("follower: a block that is not what its header says is refused and not remembered") {
  BurnchainFollowerMachine m{FollowerLimits{}};
  auto bad = block_on(BurnHeight{100}, BurnHash{}, 0);
  bad.time_s ^= 1;
  CHECK_FALSE(m.step(start, push(bad)).ok());
  CHECK_FALSE(m.best().has_value());
  CHECK(m.step(start, FeedMessage{CoinsWanted{}}).code() == Errc::message_not_for_us);
}

TEST_CASE("follower: an unlinked block right after asking is refused by name") {
  BurnchainFollowerMachine m{FollowerLimits{}};
  (void)m.step(start, push(block_on(BurnHeight{100}, BurnHash{}, 0))).value();
  BurnHash unknown;
  unknown.bytes[0] = 1;
  const auto orphan = block_on(BurnHeight{105}, unknown, 1);
  CHECK(asked(m.step(start, push(orphan)).value()) != nullptr);
  CHECK(m.step(start, push(orphan)).code() == Errc::burn_block_unlinked);
}

TEST_CASE("follower: a sent transaction is repeated by the poll timer until it is old") {
  FollowerLimits limits;
  BurnchainFollowerMachine m{limits};
  const auto armed = m.step(start, FollowerStart{}).value();
  (void)m.step(start, SendBurnTransaction{Bytes{1, 2}}).value();
  const auto* timer = std::get_if<ArmTimer>(&armed.back());
  REQUIRE(timer != nullptr);
  const auto submits = [](const FollowerEffects& effects) {
    std::size_t n = 0;
    for (const auto& e : effects) {
      const auto* tell = std::get_if<TellFeed>(&e);
      n += tell != nullptr && std::holds_alternative<BurnTransactionSubmit>(tell->message);
    }
    return n;
  };
  CHECK(submits(m.step(start + limits.poll, timer->timer).value()) == 0);
  CHECK(submits(m.step(start + limits.resend, timer->timer).value()) == 1);
  CHECK(submits(m.step(start + limits.outbox_age + seconds(1), timer->timer).value()) == 0);
}
