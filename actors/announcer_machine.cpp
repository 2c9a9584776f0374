#include "actors/announcer_machine.hpp"

#include "consensus/terms.hpp"

namespace quorate::actors {
namespace {

const Bytes counter_key{'c'};

}  // namespace

AnnouncerMachine::AnnouncerMachine(const AnnouncerConfig& config, crypto::SecretKey key)
    : config_(config),
      key_(std::move(key)),
      script_(bitcoin::wallet_script(key_)),
      keys_(config.params.network_id) {}

WalletEffects AnnouncerMachine::step(Instant, const AnnouncerInput& input) {
  if (const auto* event = std::get_if<messages::ChainEvent>(&input)) return on_event(*event);
  if (const auto* led = std::get_if<messages::LeadershipChanged>(&input)) {
    leadership_ = *led;
    return consider();
  }
  if (const auto* both = std::get_if<messages::AnnouncementSigned>(&input)) return on_signed(*both);
  if (const auto* seen = std::get_if<CoinsSeen>(&input)) {
    if (seen->coins.script.bytes != script_.bytes) return {};
    return on_coins(coins_of(seen->coins));
  }
  if (const auto* restored = std::get_if<AnnouncerRestored>(&input)) {
    for (const auto& [key, value] : restored->records) {
      const auto counter = decode<std::uint32_t>(value);
      if (key == counter_key && counter.ok()) counter_ = *counter;
    }
  }
  return {};
}

WalletEffects AnnouncerMachine::on_event(const messages::ChainEvent& event) {
  if (const auto* learned = std::get_if<messages::KeyLearned>(&event)) {
    keys_.apply(*learned);
  } else if (const auto* planned = std::get_if<messages::SetPlanned>(&event)) {
    keys_.apply(*planned);
  } else if (const auto* accepted = std::get_if<messages::BlockAccepted>(&event)) {
    on_accepted(accepted->block.block.header);
  } else if (const auto* dropped = std::get_if<messages::BlocksDropped>(&event)) {
    on_dropped(*dropped);
  } else if (const auto* announced = std::get_if<messages::BlockAnnounced>(&event)) {
    announced_ = announced->height;
    chain_.erase(chain_.begin(), chain_.upper_bound(announced->height));
    waiting_since_.reset();
    if (!chain_.empty()) waiting_since_ = burn_tip_.height;
  } else if (const auto* moved = std::get_if<messages::BurnTipChanged>(&event)) {
    burn_tip_ = moved->tip;
  } else if (const auto* position = std::get_if<messages::Position>(&event)) {
    position_ = *position;
  } else {
    return {};
  }
  return consider();
}

void AnnouncerMachine::on_accepted(const consensus::BlockHeader& header) {
  if (announced_ && header.height <= *announced_) return;
  chain_[header.height] = Tip{header.id(), header.height, header.term, header.state_root};
  if (!waiting_since_) waiting_since_ = burn_tip_.height;
}

void AnnouncerMachine::on_dropped(const messages::BlocksDropped& dropped) {
  for (const BlockId& id : dropped.blocks) {
    std::erase_if(chain_, [&](const auto& entry) { return entry.second.id == id; });
  }
  // A reorganisation may have unmade the last announcement too; the next BlockAnnounced says so.
  if (announced_ && (chain_.empty() || chain_.begin()->first <= *announced_)) announced_.reset();
  if (chain_.empty()) waiting_since_.reset();
}

bool AnnouncerMachine::should_announce() const {
  if (!leadership_.member || !position_ || chain_.empty()) return false;
  const Tip& tip = chain_.rbegin()->second;
  if (tip.term != position_->term || leadership_.term != position_->term) return false;
  if (begun_at_ == burn_tip_.height) return false;
  // The next Bitcoin block belongs to another term, in which this would not count.
  if (consensus::ends_term(config_.params, burn_tip_.height)) return false;
  if (leadership_.leading) return true;
  return waiting_since_ &&
         burn_tip_.height.value >= waiting_since_->value + 2 + leadership_.rank;
}

WalletEffects AnnouncerMachine::consider() {
  if (!should_announce()) return {};
  begun_at_ = burn_tip_.height;
  return {WantCoins{{script_.bytes}}};
}

WalletEffects AnnouncerMachine::on_coins(const std::vector<bitcoin::Coin>& coins) {
  if (chain_.empty() || !position_ || begun_at_ != burn_tip_.height) return {};
  if (offered_ && offered_->height == chain_.rbegin()->first) return {};
  const Tip& tip = chain_.rbegin()->second;
  if (tip.term != position_->term) return {};
  const auto producers = keys_.script(GroupKind::producers, tip.term.value);
  const auto stackers = keys_.script(GroupKind::stackers, position_->cycle.value);
  if (!producers || !stackers) return {Note{"no announcement: a group key is not known yet"}};

  const std::vector<bitcoin::TxOut> outputs{{config_.coin, *producers}, {config_.coin, *stackers}};
  const auto funding = bitcoin::build_payment(coins, outputs, script_, config_.fee, key_);
  if (!funding.ok()) return {Note{"no announcement: " + funding.error().message()}};

  bitcoin::Transaction announcement;
  announcement.inputs.resize(2);
  announcement.inputs[0].previous = {funding->txid(), 0};
  announcement.inputs[1].previous = {funding->txid(), 1};
  const bitcoin::Announcement payload{tip.term, tip.id, tip.state_root, tip.height};
  // All that is left of the two coins returns to the announcer.
  announcement.outputs = {{Sats{0}, bitcoin::operation_script(config_.params.magic, payload)},
                          {config_.change, script_}};

  messages::AnnouncementOffer offer;
  offer.term = tip.term;
  offer.cycle = position_->cycle;
  offer.height = tip.height;
  offer.block = tip.id;
  offer.counter = ++counter_;
  offer.unsigned_transaction.bytes = bitcoin::encode_transaction(announcement);
  for (const bitcoin::TxOut& output : outputs) {
    offer.spent.push_back({output.value, {output.script.bytes}});
  }
  offered_ = offer;
  return {Persist{{{storage::Table::announcer, counter_key, encode(counter_)}}},
          SendBurnTransaction{bitcoin::encode_transaction(*funding)},
          messages::SignAnnouncement{std::move(offer)},
          Note{"announcing height " + std::to_string(tip.height.value)}};
}

WalletEffects AnnouncerMachine::on_signed(const messages::AnnouncementSigned& both) {
  if (!offered_ || offered_->height != both.height || offered_->counter != both.counter) return {};
  auto tx = bitcoin::decode_transaction(offered_->unsigned_transaction.bytes);
  ASSERT(tx.ok());
  bitcoin::place_taproot_signature(*tx, 0, both.producers);
  bitcoin::place_taproot_signature(*tx, 1, both.stackers);
  return {SendBurnTransaction{bitcoin::encode_transaction(*tx)},
          Note{"announcement of height " + std::to_string(both.height.value) + " sent as " +
               to_hex(tx->txid())}};
}

}  // namespace quorate::actors
