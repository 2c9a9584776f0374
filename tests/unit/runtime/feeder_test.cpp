#include "runtime/simulation/feeder.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::simulation;

namespace {

constexpr Instant begin{1'000'000'000};

struct Scene {
  crypto::SecretKey ada = crypto::SecretKey::derive("quorate/test", Bytes{1});
  crypto::SecretKey bob = crypto::SecretKey::derive("quorate/test", Bytes{2});
  consensus::Genesis genesis;
  std::vector<TransferLine> lines;

  stacks::Address address(const crypto::SecretKey& key) {
    return stacks::single_key_address(
        stacks::key_hash(key.public_key(), stacks::KeyEncoding::compressed),
        stacks::Network::testnet);
  }
  void line(std::uint64_t nonce, std::uint64_t amount = 10) {
    stacks::TransferRequest request;
    request.nonce = nonce;
    request.fee = 200;
    request.amount = amount;
    request.recipient = address(bob);
    auto tx = stacks::make_transfer(request, ada);
    REQUIRE(tx.ok());
    TransferLine out;
    out.line = static_cast<std::uint32_t>(lines.size() + 1);
    out.bytes = SharedBytes{stacks::encode_transaction(*tx)};
    out.txid = stacks::txid_of(*tx);
    out.tx = std::move(tx).value();
    lines.push_back(std::move(out));
  }
  Feeder feeder() {
    genesis.balances = {{address(ada), MicroStx{1'000'000}}};
    return Feeder{lines, genesis, {begin, begin + seconds(100)}};
  }
};

std::string reason(const Feeder& feeder, std::size_t i) { return feeder.records()[i].reason; }

}  // namespace

TEST_CASE("lines come evenly over the time given") {
  Scene scene;
  for (std::uint64_t n = 0; n < 10; ++n) scene.line(n);
  Feeder feeder = scene.feeder();
  CHECK(feeder.due(begin + milliseconds(-1)).empty());
  CHECK(feeder.due(begin) == std::vector<std::size_t>{0});
  CHECK(feeder.due(begin + seconds(9)).empty());
  CHECK(feeder.due(begin + seconds(30)).size() == 3);
  CHECK(feeder.due(begin + seconds(100)).size() == 6);
}

TEST_CASE("a line too far ahead is held until its account comes near") {
  Scene scene;
  for (std::uint64_t n = 0; n <= 26; ++n) scene.line(n);
  Feeder feeder = scene.feeder();
  CHECK(feeder.due(begin + seconds(100)).size() == 26);  // Nonces 0..25.
  feeder.on_nonce(scene.address(scene.ada), 1);
  CHECK(feeder.due(begin + seconds(100)) == std::vector<std::size_t>{26});
}

TEST_CASE("a gap that no line can fill is a bad nonce") {
  Scene scene;
  scene.line(0);
  scene.line(1000);
  Feeder feeder = scene.feeder();
  CHECK(feeder.due(begin + seconds(100)).size() == 1);
  CHECK(reason(feeder, 1) == "bad_nonce");
}

TEST_CASE("refusals keep their names, repetitions are duplicates") {
  Scene scene;
  scene.line(0);
  scene.lines.push_back(scene.lines[0]);
  scene.line(1);
  Feeder feeder = scene.feeder();
  const auto due = feeder.due(begin + seconds(100));
  REQUIRE(due.size() == 3);
  for (const std::size_t i : due) feeder.offered(i, begin, 4);
  feeder.on_outcome(0, begin, true, Errc{});
  feeder.on_outcome(1, begin, true, Errc{});
  feeder.on_outcome(2, begin, false, Errc::bad_signature);
  CHECK(reason(feeder, 1) == "duplicate");
  CHECK(reason(feeder, 2) == "bad_signature");
  CHECK_FALSE(feeder.is_settled());
  feeder.on_accepted(begin + seconds(1), 4, {scene.lines[0].txid});
  feeder.on_final(begin + seconds(2), 4, {scene.lines[0].txid});
  CHECK(feeder.is_settled());
  CHECK(feeder.records()[0].final_at == begin + seconds(2));
}

TEST_CASE("without funds that may still come a line waits, without any hope it is refused") {
  Scene scene;
  scene.line(0, 2'000'000);
  scene.line(0, 900'000);
  Feeder feeder = scene.feeder();
  for (const std::size_t i : feeder.due(begin + seconds(100))) feeder.offered(i, begin, 1);
  feeder.on_outcome(0, begin, false, Errc::not_enough_funds);
  feeder.on_outcome(1, begin, false, Errc::not_enough_funds);
  CHECK(reason(feeder, 0) == "not_enough_funds");
  CHECK(feeder.records()[1].fate == Feeder::Fate::waiting);
  feeder.on_outcome(1, begin, false, Errc::not_enough_funds);
  CHECK(feeder.due(begin + seconds(4)).empty());  // Everything else is settled: no hope is left.
  CHECK(reason(feeder, 1) == "not_enough_funds");
}

TEST_CASE(
    "funds that came in time let a doubted line in; a nonce lost meanwhile keeps the reason") {
  Scene scene;
  scene.line(0, 900'000);
  scene.line(0, 20);
  scene.line(1, 30);
  Feeder feeder = scene.feeder();
  for (const std::size_t i : feeder.due(begin + seconds(100))) feeder.offered(i, begin, 1);
  feeder.on_outcome(0, begin, false, Errc::not_enough_funds);
  feeder.on_outcome(1, begin, true, Errc{});
  feeder.on_outcome(2, begin, true, Errc{});
  CHECK(feeder.due(begin + seconds(5)) == std::vector<std::size_t>{0});
  feeder.offered(0, begin + seconds(5), 1);
  feeder.on_outcome(0, begin + seconds(5), false, Errc::bad_nonce);
  CHECK(reason(feeder, 0) == "not_enough_funds");
}

TEST_CASE("what a lost node or a silent one knew is offered again") {
  Scene scene;
  scene.line(0);
  scene.line(1);
  Feeder feeder = scene.feeder();
  for (const std::size_t i : feeder.due(begin + seconds(100))) feeder.offered(i, begin, 3);
  feeder.on_outcome(0, begin, true, Errc{});
  feeder.on_node_lost(3);
  CHECK(feeder.due(begin + seconds(100)).size() == 2);
  feeder.offered(0, begin + seconds(100), 2);
  CHECK(feeder.due(begin + seconds(104)).empty());
  CHECK(feeder.due(begin + seconds(105)) == std::vector<std::size_t>{0});
}
