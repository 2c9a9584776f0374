// What happens on a node's connections, counted by name and written to the log now and then: every
// refusal and every end of a connection has a reason here. May be used from any thread.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>

#include "messages/peer_message.hpp"

namespace quorate::network {

/// Where a reason arose.
enum class Occasion : std::uint8_t {
  refused,  ///< A connection that never became one.
  ended,    ///< An established connection.
  dropped,  ///< A message, received or to be sent.
  dial,     ///< A dial that failed.
};
[[nodiscard]] std::string_view name_of(Occasion occasion);

class NetworkCounters {
 public:
  struct Traffic {
    std::uint64_t sent{};
    std::uint64_t sent_bytes{};
    std::uint64_t received{};
    std::uint64_t received_bytes{};
  };

  /// Counts, and logs unless this reason was logged in the last ten seconds; then the next line
  /// says how many were left out. @param who an address or a node's id, shortened.
  void count(Occasion occasion, const Error& reason, const std::string& who);
  void sent(messages::FrameKind kind, std::size_t bytes);
  void received(messages::FrameKind kind, std::size_t bytes);

  /// "ended.link_silent" → times.
  [[nodiscard]] std::map<std::string, std::uint64_t> reasons() const;
  [[nodiscard]] std::uint64_t times(Occasion occasion, Errc reason) const;
  /// By frame kind.
  [[nodiscard]] std::vector<Traffic> traffic() const;

 private:
  struct Row {
    std::uint64_t times{};
    std::uint64_t unlogged{};
    std::int64_t logged_ms{};
  };
  struct AtomicTraffic {
    std::atomic<std::uint64_t> sent{};
    std::atomic<std::uint64_t> sent_bytes{};
    std::atomic<std::uint64_t> received{};
    std::atomic<std::uint64_t> received_bytes{};
  };
  static constexpr std::size_t max_kinds = 32;

  mutable std::mutex mutex_;
  std::map<std::pair<Occasion, Errc>, Row> rows_;  ///< Bounded: both are closed lists.
  std::array<AtomicTraffic, max_kinds> traffic_{};
};

}  // namespace quorate::network
