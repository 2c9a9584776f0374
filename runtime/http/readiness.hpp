// Whether a node's replicas can be relied on, and what an operator sees of them: readiness,
// metrics, lines for the log. Pure. Source: docs/operating.md "What to alert on".
#pragma once

#include <map>

#include "base/time.hpp"
#include "messages/slot_messages.hpp"

namespace quorate::http {

/// The last look at one replica.
struct ReplicaPicture {
  std::string contract;
  std::optional<messages::LookShown> look;  ///< Absent: it has not answered yet.
  Instant at;
};

struct ServerFigures {
  std::uint64_t connections{};                ///< Open now.
  std::uint64_t watchers{};                   ///< Open now.
  std::map<unsigned, std::uint64_t> answers;  ///< By status.
  std::map<Errc, std::uint64_t> refusals;     ///< Connections and requests, by reason.
};

/// Everything that is looked at.
struct NodePicture {
  Instant now;
  std::vector<ReplicaPicture> replicas;
  ServerFigures server;
  std::uint32_t peers_wanted{};  ///< Configured.
  std::uint32_t peers{};         ///< Connected.
  std::uint64_t damaged_records{};
  std::uint64_t resident_kib{};
};

/// A replica that is behind for longer is not in sync.
inline constexpr Duration lag_allowed = seconds(10);
/// A replica that was not heard of for longer is not alive.
inline constexpr Duration look_allowed = seconds(10);

/// Why the node is not ready; empty when it is. A replica is out of sync when it has lacked chunks
/// of more than half of its peers for `lag_allowed`: one liar cannot make it so.
[[nodiscard]] std::vector<std::string> not_ready(const NodePicture& picture);

/// Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string metrics_text(const NodePicture& picture);

/// Lines for the log: what was refused, who lags, what the disk says; each reason and each peer at
/// most once in ten seconds, with how often it happened meanwhile.
class TroubleLog {
 public:
  [[nodiscard]] std::vector<std::string> lines(const NodePicture& picture);

 private:
  struct Told {
    std::uint64_t times{};
    Instant at;
  };
  std::map<std::string, Told> told_;  ///< Bounded: reasons, contracts and peers of the picture.
};

/// The name of what was counted, as metrics and log lines have it.
[[nodiscard]] std::string reason_name(const messages::CountLine& line);

}  // namespace quorate::http
