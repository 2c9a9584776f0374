#include "runtime/simulation/scripted_burnchain.hpp"

#include <doctest/doctest.h>

#include "bitcoin/wallet.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

crypto::SecretKey key(std::uint8_t n) {
  return crypto::SecretKey::derive("quorate/test", Bytes{n});
}

struct Scene {
  crypto::SecretKey ada = key(1);
  crypto::SecretKey bob = key(2);
  ScriptedBurnchain chain{BurnHeight{100},
                          1'700'000'000,
                          {{bitcoin::wallet_script(ada), Sats{50'000}},
                           {bitcoin::wallet_script(ada), Sats{20'000}}}};

  std::vector<bitcoin::Coin> coins(const crypto::SecretKey& owner) {
    std::vector<bitcoin::Coin> out;
    const auto script = bitcoin::wallet_script(owner);
    for (const auto& row : chain.coins({script.bytes}).coins) {
      out.push_back({{row.txid, row.output}, {row.value, script}});
    }
    return out;
  }
  bitcoin::Transaction pay_bob(std::uint64_t sats) {
    auto tx = bitcoin::build_payment(coins(ada), {{Sats{sats}, bitcoin::wallet_script(bob)}},
                                     bitcoin::wallet_script(ada), Sats{500}, ada);
    REQUIRE(tx.ok());
    return std::move(tx).value();
  }
  std::uint64_t balance(const crypto::SecretKey& owner) {
    std::uint64_t sum = 0;
    for (const auto& coin : coins(owner)) sum += coin.output.value.value;
    return sum;
  }
};

}  // namespace

TEST_CASE("the first block grants coins and every block checks against its header") {
  Scene scene;
  CHECK(scene.chain.tip().height == BurnHeight{100});
  CHECK(scene.balance(scene.ada) == 70'000);
  scene.chain.mine(1'700'000'100);
  CHECK(scene.chain.tip().height == BurnHeight{101});
  for (std::uint64_t h = 100; h <= 101; ++h) {
    CHECK(bitcoin::check(scene.chain.block_at(BurnHeight{h})).ok());
  }
}

TEST_CASE("a signed payment waits, is seen as spent at once, and is mined") {
  Scene scene;
  const auto tx = scene.pay_bob(30'000);
  const auto raw = bitcoin::encode_transaction(tx);
  REQUIRE(scene.chain.submit(raw).ok());
  CHECK(scene.chain.submit(raw).ok());  // Told twice, taken once.
  CHECK(scene.chain.waiting() == 1);
  CHECK(scene.balance(scene.bob) == 30'000);
  CHECK(scene.balance(scene.ada) == 39'500);
  const auto& block = scene.chain.mine(1'700'000'100);
  CHECK(block.transactions.size() == 2);
  CHECK(scene.chain.waiting() == 0);
  CHECK(scene.chain.submit(raw).code() == Errc::coin_unknown);
}

TEST_CASE("bad payments are refused by name") {
  Scene scene;
  auto forged = scene.pay_bob(30'000);
  forged.outputs[0].value = Sats{30'001};
  CHECK_FALSE(scene.chain.submit(bitcoin::encode_transaction(forged)).ok());

  auto unknown = scene.pay_bob(30'000);
  unknown.inputs[0].previous.vout = 77;
  CHECK(scene.chain.submit(bitcoin::encode_transaction(unknown)).code() == Errc::coin_unknown);

  auto greedy = bitcoin::draft_payment({}, scene.coins(scene.ada),
                                       {{Sats{60'000}, bitcoin::wallet_script(scene.bob)}},
                                       bitcoin::wallet_script(scene.ada), Sats{500});
  REQUIRE(greedy.ok());
  greedy->tx.outputs[0].value = Sats{90'000};
  for (std::size_t i = 0; i < greedy->tx.inputs.size(); ++i) {
    REQUIRE(bitcoin::sign_input(*greedy, i, scene.ada).ok());
  }
  CHECK(scene.chain.submit(bitcoin::encode_transaction(greedy->tx)).code() ==
        Errc::output_exceeds_input);
  CHECK(scene.chain.submit(Bytes{1, 2, 3}).code() == Errc::truncated);
}

TEST_CASE("a reorganisation replaces blocks and mines their transactions again") {
  Scene scene;
  scene.chain.mine(1'700'000'100);
  REQUIRE(scene.chain.submit(bitcoin::encode_transaction(scene.pay_bob(30'000))).ok());
  scene.chain.mine(1'700'000'200);
  scene.chain.mine(1'700'000'300);
  const BurnHash old_102 = scene.chain.block_at(BurnHeight{102}).hash;
  scene.chain.reorganise(2, 1'700'000'400);
  CHECK(scene.chain.tip().height == BurnHeight{104});
  CHECK(scene.chain.block_at(BurnHeight{102}).hash != old_102);
  CHECK(scene.chain.block_at(BurnHeight{102}).parent ==
        scene.chain.block_at(BurnHeight{101}).hash);
  CHECK(scene.balance(scene.bob) == 30'000);
  CHECK(scene.chain.history().size() == 7);
}

TEST_CASE("a censored transaction stays out until the censor goes") {
  Scene scene;
  REQUIRE(scene.chain.submit(bitcoin::encode_transaction(scene.pay_bob(30'000))).ok());
  scene.chain.set_censor([](const bitcoin::Transaction&) { return true; });
  CHECK(scene.chain.mine(1'700'000'100).transactions.size() == 1);
  scene.chain.set_censor(nullptr);
  CHECK(scene.chain.mine(1'700'000'200).transactions.size() == 2);
}

TEST_CASE("a locator is answered from the highest block both know") {
  Scene scene;
  for (std::uint32_t i = 1; i <= 5; ++i) scene.chain.mine(1'700'000'000 + 100 * i);
  CHECK(scene.chain.blocks_after({}, 100).size() == 6);
  const BurnHash at_103 = scene.chain.block_at(BurnHeight{103}).hash;
  const auto after = scene.chain.blocks_after({BurnHash{}, at_103}, 100);
  REQUIRE(after.size() == 2);
  CHECK(after.front().height == BurnHeight{104});
  CHECK(scene.chain.blocks_after({at_103}, 1).size() == 1);
  CHECK(scene.chain.blocks_after({scene.chain.tip().hash}, 100).empty());
}
