// The simulated links between nodes: loss, delay, duplication and partitions drawn from the seed.
// Every message is the encoded frame that a real link would carry, so wire bugs show here.
#pragma once

#include "messages/peer_message.hpp"
#include "runtime/simulation/agenda.hpp"
#include "runtime/simulation/random.hpp"
#include "runtime/simulation/trace.hpp"

namespace quorate::simulation {

/// A participant's number: 0 is Bitcoin, nodes count from 1.
using NodeNumber = std::uint32_t;

struct LinkQuality {
  std::uint32_t loss_per_mille{};
  std::uint32_t duplicate_per_mille{};
  Duration delay_low{milliseconds(20)};
  Duration delay_high{milliseconds(60)};
};

struct KindCount {
  std::uint64_t sent{};
  std::uint64_t bytes{};
  std::uint64_t lost{};
};

class Network final : public Agenda::Target {
 public:
  struct Receiver {
    virtual void receive(NodeNumber from, const messages::Frame& frame) = 0;

   protected:
    ~Receiver() = default;
  };

  Network(std::uint64_t seed, NodeNumber participants, const LinkQuality& quality, Agenda& agenda,
          Trace& trace);

  /// From now on the participant receives; frames sent to an earlier receiver are dropped.
  void attach(NodeNumber node, Receiver& receiver);
  void detach(NodeNumber node);

  void send(NodeNumber from, NodeNumber to, const messages::Frame& frame);

  /// Messages pass only between participants of one group, by number; empty: no partition.
  void partition(std::vector<std::uint32_t> group_of) { groups_ = std::move(group_of); }
  void set_quality(const LinkQuality& quality) { quality_ = quality; }
  [[nodiscard]] const LinkQuality& quality() const { return quality_; }

  /// By frame kind.
  [[nodiscard]] const std::vector<KindCount>& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t sent() const;
  [[nodiscard]] std::uint64_t in_flight() const { return flights_.size() - free_.size(); }

 private:
  struct Flight {
    NodeNumber from{};
    NodeNumber to{};
    std::uint32_t incarnation{};
    messages::Frame frame;
  };
  struct Seat {
    Receiver* receiver{};
    std::uint32_t incarnation{};
  };
  void happen(std::uint64_t flight) override;
  void launch(NodeNumber from, NodeNumber to, const messages::Frame& frame, Instant arrives);
  [[nodiscard]] Fate fate_of(NodeNumber from, NodeNumber to);

  Random random_;
  LinkQuality quality_;
  Agenda& agenda_;
  Trace& trace_;
  std::vector<Seat> seats_;
  std::vector<std::uint32_t> groups_;
  std::vector<KindCount> counts_;
  std::vector<Flight> flights_;
  std::vector<std::uint64_t> free_;
};

}  // namespace quorate::simulation
