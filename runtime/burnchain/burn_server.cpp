#include "runtime/burnchain/burn_server.hpp"

#include <spdlog/spdlog.h>

namespace quorate::runtime {

namespace {

struct BurnPeer {
  std::function<void(const messages::Frame&)> hear;
};

messages::PeerActor::behavior_type burn_peer(rt::Self<messages::PeerActor, BurnPeer> self,
                                             std::function<void(const messages::Frame&)> hear) {
  rt::state(self).hear = std::move(hear);
  return {
      [](const messages::Start&) {},
      [self](const messages::FrameArrived& arrived) { rt::state(self).hear(arrived.frame.bytes); },
  };
}

/// Coins for gifts, all in the first block.
std::vector<simulation::ScriptedBurnchain::Grant> gift_coins(const BurnServerConfig& config,
                                                             const crypto::SecretKey& faucet) {
  const Sats each{config.gift.value + 10'000};
  return {config.gifts, {bitcoin::wallet_script(faucet), each}};
}

}  // namespace

BurnServer::BurnServer(caf::actor_system& system, const BurnServerConfig& config,
                       crypto::SecretKey faucet, std::uint32_t time_s)
    : system_(system),
      config_(config),
      faucet_(std::move(faucet)),
      chain_(config.first, time_s, gift_coins(config, faucet_)) {}

BurnServer::~BurnServer() { stop(); }

Result<> BurnServer::start(network::TransportConfig config,
                           std::shared_ptr<const actors::link::NodeIdentity> identity,
                           const actors::Clock& clock) {
  TRY_ASSIGN(transport_, network::PeerTransport::create(system_, std::move(config),
                                                        std::move(identity), clock));
  return transport_->start(*this);
}

void BurnServer::stop() {
  if (transport_) transport_->stop();
  const std::lock_guard lock{mutex_};
  for (const auto& [peer, actor] : actors_) rt::kill(actor);
  actors_.clear();
}

messages::PeerActor BurnServer::peer_up(messages::PeerId peer, const messages::NodeId& node) {
  spdlog::info("node {} listens to this Bitcoin", to_hex(node).substr(0, 12));
  const std::lock_guard lock{mutex_};
  return actors_[peer] = system_.spawn(
             burn_peer, std::function<void(const messages::Frame&)>(
                            [this, peer](const messages::Frame& frame) { hear(peer, frame); }));
}

void BurnServer::peer_down(messages::PeerId peer, const messages::NodeId& node) {
  spdlog::info("node {} is gone", to_hex(node).substr(0, 12));
  const std::lock_guard lock{mutex_};
  const auto at = actors_.find(peer);
  if (at == actors_.end()) return;
  rt::kill(at->second);
  actors_.erase(at);
}

void BurnServer::hear(messages::PeerId from, const messages::Frame& frame) {
  const auto message = messages::decode_frame(frame.view());
  if (!message.ok()) return transport_->drop(from, message.error());
  // Nodes tell all their peers of their chain; only what is for Bitcoin is answered.
  const auto* burn = std::get_if<messages::BurnMessage>(&*message);
  if (burn == nullptr) return;
  const std::lock_guard lock{mutex_};
  const auto* coins = std::get_if<messages::CoinsWanted>(burn);
  if (coins != nullptr && chain_.coins(coins->script).coins.empty()) give(coins->script);
  for (const auto& answer :
       simulation::answers_to(*burn, chain_, blocks_per_answer, refusals_)) {
    transport_->send(from, messages::encode_frame(answer));
  }
}

void BurnServer::give(const Blob<128>& script) {
  if (given_.size() >= config_.gifts || !given_.insert(script.bytes).second) return;
  const bitcoin::Script own = bitcoin::wallet_script(faucet_);
  const auto rows = chain_.coins(Blob<128>{own.bytes});
  if (rows.coins.empty()) return;
  const auto& row = rows.coins.front();
  const std::vector<bitcoin::Coin> coins{{{row.txid, row.output}, {row.value, own}}};
  const auto tx =
      bitcoin::build_payment(coins, {{config_.gift, {script.bytes}}}, own, Sats{10'000}, faucet_);
  if (!tx.ok()) return;
  const auto taken = chain_.submit(bitcoin::encode_transaction(*tx));
  ASSERT(taken.ok());
}

void BurnServer::announce(std::size_t count) {
  for (const messages::Frame& frame : simulation::newest_blocks(chain_, count)) {
    for (const auto& [peer, actor] : actors_) transport_->send(peer, frame);
  }
}

void BurnServer::mine(std::uint32_t time_s) {
  const std::lock_guard lock{mutex_};
  chain_.mine(time_s);
  announce(1);
}

void BurnServer::reorganise(std::uint32_t depth, std::uint32_t time_s) {
  const std::lock_guard lock{mutex_};
  chain_.reorganise(depth, time_s);
  announce(depth + 1);
}

BurnView BurnServer::tip() const {
  const std::lock_guard lock{mutex_};
  return chain_.tip();
}

std::map<std::string, std::uint64_t> BurnServer::refusals() const {
  const std::lock_guard lock{mutex_};
  return refusals_;
}

}  // namespace quorate::runtime
