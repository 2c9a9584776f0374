#include "actors/enroller_machine.hpp"

namespace quorate::actors {
namespace {

Hash256 fingerprint(const messages::EnrollmentOpen& open) {
  return crypto::sha256(encode(open));
}

}  // namespace

std::vector<bitcoin::Coin> coins_of(const messages::Coins& answer) {
  std::vector<bitcoin::Coin> out;
  for (const messages::CoinRow& row : answer.coins) {
    out.push_back({{row.txid, row.output}, {row.value, {answer.script.bytes}}});
  }
  return out;
}

EnrollerMachine::EnrollerMachine(const EnrollerConfig& config, crypto::SecretKey key,
                                 crypto::VrfKey vrf_key)
    : config_(config),
      key_(std::move(key)),
      vrf_key_(vrf_key),
      script_(bitcoin::wallet_script(key_)) {}

WalletEffects EnrollerMachine::step(Instant, const EnrollerInput& input) {
  if (const auto* event = std::get_if<messages::ChainEvent>(&input)) return on_event(*event);
  if (const auto* seen = std::get_if<CoinsSeen>(&input)) {
    if (seen->coins.script.bytes != script_.bytes) return {};
    return on_coins(coins_of(seen->coins));
  }
  return {};
}

WalletEffects EnrollerMachine::on_event(const messages::ChainEvent& event) {
  if (const auto* registered = std::get_if<messages::KeyRegistered>(&event)) {
    if (registered->key.bytes == vrf_key_.bytes) {
      registered_ = bitcoin::BurnPlace{registered->height, registered->txoff};
    }
  } else if (const auto* open = std::get_if<messages::EnrollmentOpen>(&event)) {
    open_ = *open;
  } else if (const auto* moved = std::get_if<messages::BurnTipChanged>(&event)) {
    tip_ = moved->tip.height;
    // Asking once per burn block repeats a question whose answer was lost.
    const bool register_now = !registered_ && !registering_;
    if (register_now || should_enroll()) return {WantCoins{{script_.bytes}}};
  }
  return {};
}

bool EnrollerMachine::should_enroll() const {
  if (!registered_ || !open_ || open_->target > config_.last_target) return false;
  if (tip_.value + 1 < open_->opened.value + config_.patience) return false;
  const auto done = enrolled_.find(open_->target);
  return done == enrolled_.end() || done->second != fingerprint(*open_);
}

WalletEffects EnrollerMachine::on_coins(const std::vector<bitcoin::Coin>& coins) {
  if (!registered_ && !registering_) {
    WalletEffects out = pay(coins, registration_outputs(), "VRF key registration");
    registering_ = std::holds_alternative<SendBurnTransaction>(out.front());
    return out;
  }
  if (!should_enroll()) return {};
  WalletEffects out = pay(coins, enrollment_outputs(),
                          "enrollment for term " + std::to_string(open_->target.value));
  if (std::holds_alternative<SendBurnTransaction>(out.front())) {
    enrolled_[open_->target] = fingerprint(*open_);
  }
  return out;
}

WalletEffects EnrollerMachine::pay(const std::vector<bitcoin::Coin>& coins,
                                   std::vector<bitcoin::TxOut> outputs, std::string what) const {
  const auto tx = bitcoin::build_payment(coins, outputs, script_, config_.fee, key_);
  if (!tx.ok()) return {Note{what + " not possible: " + tx.error().message()}};
  return {SendBurnTransaction{bitcoin::encode_transaction(*tx)},
          Note{what + " sent as " + to_hex(tx->txid())}};
}

std::vector<bitcoin::TxOut> EnrollerMachine::registration_outputs() const {
  const bitcoin::VrfRegistration registration{{}, vrf_key_, {}};
  // Output 1 carries the script that input 0 of every enrollment must spend.
  return {{Sats{0}, bitcoin::operation_script(config_.magic, registration)},
          {Sats{1'000}, script_}};
}

std::vector<bitcoin::TxOut> EnrollerMachine::enrollment_outputs() const {
  const bitcoin::Enrollment enrollment{{BurnHeight{open_->set_block}, open_->set_txoff},
                                       *registered_,
                                       key_.public_key(),
                                       open_->state_root};
  std::vector<bitcoin::TxOut> out{
      {Sats{0}, bitcoin::operation_script(config_.magic, enrollment)}};
  ASSERT(!open_->outputs.empty());
  const Sats each{config_.spend.value / open_->outputs.size()};
  for (const auto& script : open_->outputs) out.push_back({each, {script.bytes}});
  return out;
}

}  // namespace quorate::actors
