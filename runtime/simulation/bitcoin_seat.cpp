#include "runtime/simulation/bitcoin_seat.hpp"

namespace quorate::simulation {

void BitcoinSeat::announce(std::size_t count) {
  for (const messages::Frame& frame : newest_blocks(chain_, count)) {
    for (NodeNumber node = 1; node < participants_; ++node) network_.send(0, node, frame);
  }
}

void BitcoinSeat::receive(NodeNumber from, const messages::Frame& frame) {
  const auto message = messages::decode_frame(frame.view());
  if (!message.ok()) {
    ++refusals_[std::string(name_of(message.code()))];
    return;
  }
  const auto* burn = std::get_if<messages::BurnMessage>(&*message);
  if (burn == nullptr) return;
  for (const auto& answer : answers_to(*burn, chain_, blocks_per_answer, refusals_)) {
    network_.send(0, from, messages::encode_frame(answer));
  }
}

}  // namespace quorate::simulation
