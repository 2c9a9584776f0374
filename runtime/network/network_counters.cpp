#include "runtime/network/network_counters.hpp"


#include <spdlog/spdlog.h>

#include "runtime/wall_clock.hpp"

namespace quorate::network {

namespace {

constexpr std::int64_t log_pause_ms = 10'000;

}  // namespace

std::string_view name_of(Occasion occasion) {
  constexpr std::array<std::string_view, 4> names{"refused", "ended", "dropped", "dial"};
  return names[static_cast<std::uint8_t>(occasion)];
}

void NetworkCounters::count(Occasion occasion, const Error& reason, const std::string& who) {
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock{mutex_};
    Row& row = rows_[{occasion, reason.code}];
    ++row.times;
    const std::int64_t now = runtime::steady_ms();
    if (row.logged_ms != 0 && now - row.logged_ms < log_pause_ms) {
      ++row.unlogged;
      return;
    }
    row.logged_ms = now;
    left_out = std::exchange(row.unlogged, 0);
  }
  const std::string more = left_out == 0 ? "" : fmt::format(" (and {} more since)", left_out);
  spdlog::info("network: {} {}: {}{}", name_of(occasion), who, reason.message(), more);
}

void NetworkCounters::sent(messages::FrameKind kind, std::size_t bytes) {
  traffic_[kind.index].sent.fetch_add(1, std::memory_order_relaxed);
  traffic_[kind.index].sent_bytes.fetch_add(bytes, std::memory_order_relaxed);
}
void NetworkCounters::received(messages::FrameKind kind, std::size_t bytes) {
  traffic_[kind.index].received.fetch_add(1, std::memory_order_relaxed);
  traffic_[kind.index].received_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

std::map<std::string, std::uint64_t> NetworkCounters::reasons() const {
  const std::lock_guard lock{mutex_};
  std::map<std::string, std::uint64_t> out;
  for (const auto& [key, row] : rows_) {
    out[fmt::format("{}.{}", name_of(key.first), quorate::name_of(key.second))] = row.times;
  }
  return out;
}

std::uint64_t NetworkCounters::times(Occasion occasion, Errc reason) const {
  const std::lock_guard lock{mutex_};
  const auto at = rows_.find({occasion, reason});
  return at == rows_.end() ? 0 : at->second.times;
}

std::vector<NetworkCounters::Traffic> NetworkCounters::traffic() const {
  const std::size_t kinds = messages::frame_kinds().size();
  ASSERT(kinds <= max_kinds);
  std::vector<Traffic> out;
  for (std::size_t i = 0; i < kinds; ++i) {
    out.push_back({traffic_[i].sent.load(), traffic_[i].sent_bytes.load(),
                   traffic_[i].received.load(), traffic_[i].received_bytes.load()});
  }
  return out;
}

}  // namespace quorate::network
