#include "actors/enroller_machine.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::actors;

namespace {

const Instant start{1'000'000};

struct World {
  EnrollerConfig config{{'X', '2'}, Sats{21'000}};
  EnrollerMachine machine{config, crypto::SecretKey::derive("quorate/test", as_bytes("wallet")),
                          crypto::vrf_key_of_seed(Hash256{})};

  WalletEffects tell(const messages::ChainEvent& event) { return machine.step(start, event); }
  WalletEffects burn(std::uint64_t height) {
    messages::BurnTipChanged moved;
    moved.tip.height = BurnHeight{height};
    return tell(moved);
  }
  WalletEffects pay() {
    messages::Coins coins;
    coins.script = {machine.script().bytes};
    coins.coins.push_back({BurnTxid{}, 7, Sats{1'000'000}});
    return machine.step(start, CoinsSeen{coins});
  }
  void registered() {
    messages::KeyRegistered event{{crypto::vrf_key_of_seed(Hash256{}).bytes}, BurnHeight{101}, 3};
    (void)tell(event);
  }
  messages::EnrollmentOpen window(std::uint32_t set_block, std::size_t outputs) {
    messages::EnrollmentOpen open;
    open.target = TermNumber{2};
    open.opened = BurnHeight{101};
    open.set_block = set_block;
    for (std::size_t i = 0; i < outputs; ++i)
      open.outputs.push_back({bitcoin::burn_script().bytes});
    return open;
  }
};

std::optional<bitcoin::Transaction> sent(const WalletEffects& effects) {
  for (const auto& effect : effects) {
    if (const auto* send = std::get_if<SendBurnTransaction>(&effect)) {
      return bitcoin::decode_transaction(send->raw).value();
    }
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("enroller: registers once, output 1 carries the script that enrollments spend") {
  World world;
  CHECK(std::holds_alternative<WantCoins>(world.burn(101).at(0)));
  const auto tx = sent(world.pay());
  REQUIRE(tx.has_value());
  CHECK(tx->outputs[1].script == world.machine.script());
  const auto operation = bitcoin::operation_of({'X', '2'}, *tx).value();
  CHECK(std::holds_alternative<bitcoin::VrfRegistration>(*operation));
  CHECK_FALSE(sent(world.pay()).has_value());
  CHECK(world.burn(102).empty());
}

TEST_CASE("enroller: waits three blocks into the window, then enrolls once with equal outputs") {
  World world;
  world.registered();
  (void)world.tell(world.window(0, 20));
  CHECK(world.burn(102).empty());
  CHECK_FALSE(world.burn(103).empty());
  const auto tx = sent(world.pay());
  REQUIRE(tx.has_value());
  const auto operation = bitcoin::operation_of({'X', '2'}, *tx).value();
  const auto& enrollment = std::get<bitcoin::Enrollment>(*operation);
  CHECK(enrollment.key == bitcoin::BurnPlace{BurnHeight{101}, 3});
  for (std::size_t i = 1; i <= 20; ++i) CHECK(tx->outputs[i].value == Sats{1'050});
  CHECK_FALSE(sent(world.pay()).has_value());
}

TEST_CASE("enroller: another offer for the same term is another enrollment") {
  World world;
  world.registered();
  (void)world.tell(world.window(0, 1));
  (void)world.burn(103);
  CHECK(sent(world.pay()).has_value());
  (void)world.tell(world.window(99, 1));
  CHECK_FALSE(world.burn(104).empty());
  CHECK(sent(world.pay()).has_value());
}

TEST_CASE("enroller: stops after its last target and ignores other people's coins") {
  World world;
  world.config.last_target = TermNumber{1};
  EnrollerMachine done{world.config, crypto::SecretKey::derive("quorate/test", as_bytes("wallet")),
                       crypto::vrf_key_of_seed(Hash256{})};
  (void)done.step(start, messages::ChainEvent{messages::KeyRegistered{
                             {crypto::vrf_key_of_seed(Hash256{}).bytes}, BurnHeight{101}, 3}});
  (void)done.step(start, messages::ChainEvent{world.window(0, 1)});
  messages::BurnTipChanged moved;
  moved.tip.height = BurnHeight{109};
  CHECK(done.step(start, messages::ChainEvent{moved}).empty());
  CHECK(world.machine.step(start, CoinsSeen{}).empty());
}
