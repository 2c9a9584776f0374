// What a replica's shell remembers for its operator: what was counted, and since when this node or
// a peer has lacked chunks that the other holds.
#pragma once

#include <map>

#include "actors/replica_io.hpp"
#include "messages/slot_messages.hpp"

namespace quorate::actors {

class ReplicaBook {
 public:
  using Counted = messages::Counted;

  void count(Counted what, std::uint16_t reason = 0, std::uint64_t times = 1) {
    counts_[{what, reason}] += times;
  }
  void count(Counted what, Errc reason) { count(what, static_cast<std::uint16_t>(reason)); }
  [[nodiscard]] std::vector<messages::CountLine> counts() const;

  /// Brings the lags up to date. A lag ends when nothing is lacked at one such moment.
  [[nodiscard]] std::vector<messages::PeerLine> lines(
      Instant now, const std::vector<replica::PeerStanding>& standings);

 private:
  struct Since {
    std::optional<Instant> peer_lags;
    std::optional<Instant> this_lags;
  };
  std::map<std::pair<Counted, std::uint16_t>, std::uint64_t> counts_;  ///< Closed lists both.
  std::map<PeerId, Since> since_;
};

}  // namespace quorate::actors
