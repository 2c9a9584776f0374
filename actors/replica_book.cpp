#include "actors/replica_book.hpp"

namespace quorate::actors {

namespace {

/// @returns how long something has been lacked by now.
std::int64_t carry_on(std::optional<Instant>& since, Instant now, bool is_lacking) {
  if (!is_lacking) {
    since.reset();
    return 0;
  }
  if (!since) since = now;
  return (now - *since).us;
}

}  // namespace

std::vector<messages::CountLine> ReplicaBook::counts() const {
  std::vector<messages::CountLine> out;
  for (const auto& [key, times] : counts_) {
    if (out.size() == messages::max_listed_counts) break;
    out.push_back({key.first, key.second, times});
  }
  return out;
}

std::vector<messages::PeerLine> ReplicaBook::lines(
    Instant now, const std::vector<replica::PeerStanding>& standings) {
  std::vector<messages::PeerLine> out;
  std::map<PeerId, Since> kept;
  for (const replica::PeerStanding& standing : standings) {
    Since since = since_[standing.peer];
    messages::PeerLine line;
    line.peer = standing.peer;
    line.peer_lacks = standing.peer_lacks;
    line.this_lacks = standing.this_lacks;
    line.versions_lacked = standing.versions_lacked;
    line.peer_lags_us = carry_on(since.peer_lags, now, standing.peer_lacks > 0);
    line.this_lags_us = carry_on(since.this_lags, now, standing.this_lacks > 0);
    line.offences = standing.offences;
    kept.emplace(standing.peer, since);
    if (out.size() < messages::max_listed_peers) out.push_back(line);
  }
  since_ = std::move(kept);
  return out;
}

}  // namespace quorate::actors
