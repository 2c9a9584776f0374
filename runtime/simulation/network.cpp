#include "runtime/simulation/network.hpp"

namespace quorate::simulation {

Network::Network(std::uint64_t seed, NodeNumber participants, const LinkQuality& quality,
                 Agenda& agenda, Trace& trace)
    : random_(seed, "network"),
      quality_(quality),
      agenda_(agenda),
      trace_(trace),
      seats_(participants),
      counts_(messages::frame_kinds().size()) {}

void Network::attach(NodeNumber node, Receiver& receiver) {
  seats_[node].receiver = &receiver;
  ++seats_[node].incarnation;
}

void Network::detach(NodeNumber node) {
  seats_[node].receiver = nullptr;
  ++seats_[node].incarnation;
}

Fate Network::fate_of(NodeNumber from, NodeNumber to) {
  if (seats_[to].receiver == nullptr) return Fate::no_receiver;
  if (!groups_.empty() && groups_[from] != groups_[to]) return Fate::cut;
  if (random_.chance(quality_.loss_per_mille)) return Fate::lost;
  return Fate::delivered;
}

void Network::send(NodeNumber from, NodeNumber to, const messages::Frame& frame) {
  const messages::FrameKind kind = messages::kind_of(frame.view());
  KindCount& count = counts_[kind.index];
  ++count.sent;
  count.bytes += frame.size();
  const Fate fate = fate_of(from, to);
  Instant arrives{};
  if (fate == Fate::delivered) {
    arrives = agenda_.now() + random_.between(quality_.delay_low, quality_.delay_high);
    launch(from, to, frame, arrives);
  } else {
    ++count.lost;
  }
  trace_.message(agenda_.now(), from, to, kind, frame, fate, arrives);
  if (fate == Fate::delivered && random_.chance(quality_.duplicate_per_mille)) {
    launch(from, to, frame,
           agenda_.now() + random_.between(quality_.delay_low, quality_.delay_high));
  }
}

void Network::launch(NodeNumber from, NodeNumber to, const messages::Frame& frame,
                     Instant arrives) {
  std::uint64_t slot = flights_.size();
  if (free_.empty()) {
    flights_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  flights_[slot] = {from, to, seats_[to].incarnation, frame};
  agenda_.enter(arrives, *this, slot);
}

void Network::happen(std::uint64_t slot) {
  const Flight flight = std::move(flights_[slot]);
  flights_[slot].frame = messages::Frame{};
  free_.push_back(slot);
  const Seat& seat = seats_[flight.to];
  if (seat.receiver == nullptr || seat.incarnation != flight.incarnation) return;
  seat.receiver->receive(flight.from, flight.frame);
}

std::uint64_t Network::sent() const {
  std::uint64_t sum = 0;
  for (const KindCount& count : counts_) sum += count.sent;
  return sum;
}

}  // namespace quorate::simulation
