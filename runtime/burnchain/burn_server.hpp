// The scripted Bitcoin as a process of its own, for test clusters: speaks the feed's messages over
// the peer transport, makes blocks when told to, and hands out coins to every wallet that asks and
// has none. Anybody who connects may ask.
#pragma once

#include <mutex>
#include <set>

#include "bitcoin/wallet.hpp"
#include "runtime/network/peer_transport.hpp"
#include "runtime/simulation/burn_answers.hpp"

namespace quorate::runtime {

struct BurnServerConfig {
  BurnHeight first;
  /// What a wallet without coins is given.
  Sats gift{500'000'000};
  /// Wallets that are given anything.
  std::uint32_t gifts{500};
};

class BurnServer final : private network::PeerUser {
 public:
  /// @param faucet owns the coins that are handed out.
  BurnServer(caf::actor_system& system, const BurnServerConfig& config, crypto::SecretKey faucet,
             std::uint32_t time_s);
  ~BurnServer() override;

  /// @returns cannot_listen.
  Result<> start(network::TransportConfig config,
                 std::shared_ptr<const actors::link::NodeIdentity> identity,
                 const actors::Clock& clock);
  void stop();

  /// One block on top, told to everybody.
  void mine(std::uint32_t time_s);
  /// Replaces the last `depth` blocks, told to everybody.
  void reorganise(std::uint32_t depth, std::uint32_t time_s);

  [[nodiscard]] BurnView tip() const;
  [[nodiscard]] const network::PeerTransport& transport() const { return *transport_; }
  /// Submitted transactions that were refused, by name.
  [[nodiscard]] std::map<std::string, std::uint64_t> refusals() const;

 private:
  messages::PeerActor peer_up(messages::PeerId peer, const messages::NodeId& node) override;
  void peer_down(messages::PeerId peer, const messages::NodeId& node) override;
  void hear(messages::PeerId from, const messages::Frame& frame);
  void announce(std::size_t count);
  /// Pays `script` from the faucet's coins, once.
  void give(const Blob<128>& script);

  static constexpr std::size_t blocks_per_answer = 128;

  caf::actor_system& system_;
  BurnServerConfig config_;
  crypto::SecretKey faucet_;
  mutable std::mutex mutex_;
  simulation::ScriptedBurnchain chain_;
  std::set<Bytes> given_;
  std::map<messages::PeerId, messages::PeerActor> actors_;
  std::map<std::string, std::uint64_t> refusals_;
  std::unique_ptr<network::PeerTransport> transport_;
};

}  // namespace quorate::runtime
