#include "runtime/simulation/bitcoin_seat.hpp"

namespace quorate::simulation {

void BitcoinSeat::announce(std::size_t count) {
  for (std::size_t i = count; i > 0; --i) {
    const BurnHeight height{chain_.tip().height.value + 1 - i};
    const messages::Frame frame = messages::encode_frame(
        messages::BurnMessage{messages::BurnBlockPush{chain_.block_at(height)}});
    for (NodeNumber node = 1; node < participants_; ++node) network_.send(0, node, frame);
  }
}

void BitcoinSeat::receive(NodeNumber from, const messages::Frame& frame) {
  const auto message = messages::decode_frame(frame.view());
  if (!message.ok()) {
    ++refusals_[std::string(name_of(message.code()))];
    return;
  }
  if (const auto* burn = std::get_if<messages::BurnMessage>(&*message)) answer(from, *burn);
}

void BitcoinSeat::answer(NodeNumber to, const messages::BurnMessage& message) {
  if (const auto* wanted = std::get_if<messages::BurnBlocksWanted>(&message)) {
    const std::vector<BurnHash> known(wanted->known.begin(), wanted->known.end());
    for (auto& block : chain_.blocks_after(known, blocks_per_answer)) {
      tell(to, messages::BurnBlockPush{std::move(block)});
    }
  } else if (const auto* submit = std::get_if<messages::BurnTransactionSubmit>(&message)) {
    const auto taken = chain_.submit(submit->raw.bytes);
    if (!taken.ok()) ++refusals_[std::string(name_of(taken.code()))];
  } else if (const auto* coins = std::get_if<messages::CoinsWanted>(&message)) {
    tell(to, chain_.coins(coins->script));
  }
}

void BitcoinSeat::tell(NodeNumber to, const messages::BurnMessage& message) {
  network_.send(0, to, messages::encode_frame(message));
}

}  // namespace quorate::simulation
