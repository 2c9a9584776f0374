// The scripted Bitcoin as a participant of the network: answers followers, takes their
// transactions, tells everybody about new blocks.
#pragma once

#include "runtime/simulation/burn_answers.hpp"
#include "runtime/simulation/network.hpp"

namespace quorate::simulation {

class BitcoinSeat final : public Network::Receiver {
 public:
  BitcoinSeat(ScriptedBurnchain& chain, Network& network, NodeNumber participants)
      : chain_(chain), network_(network), participants_(participants) {
    network_.attach(0, *this);
  }

  /// Pushes the last `count` blocks to all nodes.
  void announce(std::size_t count);

  /// Submitted transactions that were refused, by name.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }

 private:
  static constexpr std::size_t blocks_per_answer = 16;

  void receive(NodeNumber from, const messages::Frame& frame) override;

  ScriptedBurnchain& chain_;
  Network& network_;
  NodeNumber participants_;
  std::map<std::string, std::uint64_t> refusals_;
};

}  // namespace quorate::simulation
