#include "runtime/http/readiness.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "messages/replica_messages.hpp"

namespace quorate::http {

namespace {

using messages::Counted;

struct CountRow {
  std::string_view metric;
  std::string_view help;
};
/// In the order of `Counted`.
constexpr std::array<CountRow, 9> count_rows{{
    {"client_writes", "Writes of clients that were accepted."},
    {"client_refusals", "Writes of clients that were refused, by reason."},
    {"chunks_held", "Chunks accepted from clients, members, peers and the own disk."},
    {"peer_refusals", "Chunks of peers that were refused, by reason."},
    {"peers_dropped", "Peers that were let go, by reason."},
    {"arrays_collected", "Generations that were garbage-collected."},
    {"equivocations", "Slots and versions for which two contents were signed."},
    {"commits", "Batches written to disk."},
    {"commit_failures", "Batches that the disk refused, by reason."},
}};

std::string_view nack_name(std::uint16_t reason) {
  constexpr std::array<std::string_view, 8> names{"no_such_db",   "generation_closed", "garbage",
                                                  "no_such_slot", "too_big",           "bad_signer",
                                                  "version_zero", "too_fast"};
  return reason < names.size() ? names[reason] : "unknown";
}

/// Lines of one metric, put together under one head.
class Exposition {
 public:
  void head(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = fmt::format("quorate_{}", name);
    out_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, kind);
  }
  template <class Number>
  void value(const std::string& labels, Number number) {
    out_ += labels.empty() ? fmt::format("{} {}\n", name_, number)
                           : fmt::format("{}{{{}}} {}\n", name_, labels, number);
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number number) {
    head(name, "gauge", help);
    value("", number);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

/// Contracts are letters, digits, '.', '-' and '_': nothing to escape.
std::string db_label(const std::string& contract) { return fmt::format("db=\"{}\"", contract); }

std::string seconds_text(std::int64_t us) {
  return fmt::format("{}.{:03}", us / 1'000'000, us / 1'000 % 1'000);
}

template <class Visit>
void each_look(const NodePicture& picture, Visit visit) {
  for (const ReplicaPicture& replica : picture.replicas) {
    if (replica.look) visit(replica.contract, *replica.look);
  }
}

void put_counts(Exposition& out, const NodePicture& picture) {
  for (std::size_t i = 0; i < count_rows.size(); ++i) {
    out.head(fmt::format("replica_{}_total", count_rows[i].metric), "counter", count_rows[i].help);
    each_look(picture, [&](const std::string& contract, const messages::LookShown& look) {
      std::uint64_t unnamed = 0;
      bool is_named = false;
      for (const messages::CountLine& line : look.counts) {
        if (static_cast<std::size_t>(line.what) != i) continue;
        const std::string reason = reason_name(line);
        if (reason.empty()) {
          unnamed = line.times;
        } else {
          is_named = true;
          out.value(db_label(contract) + ",reason=\"" + reason + "\"", line.times);
        }
      }
      if (!is_named) out.value(db_label(contract), unnamed);
    });
  }
}

void put_arrays(Exposition& out, const NodePicture& picture) {
  const auto each_array = [&](auto number_of) {
    each_look(picture, [&](const std::string& contract, const messages::LookShown& look) {
      for (const messages::ArrayLine& array : look.arrays) {
        const std::string labels =
            fmt::format("{},generation=\"{}\",set=\"{}\"", db_label(contract), array.db.generation,
                        to_hex(array.db.set).substr(0, 12));
        out.value(labels, number_of(array));
      }
    });
  };
  out.head("replica_slots", "gauge", "Slots of an open array.");
  each_array([](const auto& array) { return array.slots; });
  out.head("replica_slots_written", "gauge", "Slots that hold a chunk.");
  each_array([](const auto& array) { return array.written; });
  out.head("replica_bytes", "gauge", "Content of those chunks.");
  each_array([](const auto& array) { return array.bytes; });
}

void put_peers(Exposition& out, const NodePicture& picture) {
  const auto each_peer = [&](auto number_of) {
    each_look(picture, [&](const std::string& contract, const messages::LookShown& look) {
      for (const messages::PeerLine& peer : look.peers) {
        out.value(fmt::format("{},peer=\"{}\"", db_label(contract), peer.peer.value),
                  number_of(peer));
      }
    });
  };
  out.head("replica_peer_lacks_slots", "gauge", "Slots in which a peer is behind this node.");
  each_peer([](const auto& peer) { return peer.peer_lacks; });
  out.head("replica_peer_lag_seconds", "gauge", "Since when the peer has been behind.");
  each_peer([](const auto& peer) { return seconds_text(peer.peer_lags_us); });
  out.head("replica_lacks_slots", "gauge", "Slots in which this node is behind a peer.");
  each_peer([](const auto& peer) { return peer.this_lacks; });
  out.head("replica_lacks_versions", "gauge", "Versions by which it is behind, summed over slots.");
  each_peer([](const auto& peer) { return peer.versions_lacked; });
  out.head("replica_lag_seconds", "gauge", "Since when this node has been behind the peer.");
  each_peer([](const auto& peer) { return seconds_text(peer.this_lags_us); });
  out.head("replica_peer_offences", "gauge", "What the peer did that no honest node does.");
  each_peer([](const auto& peer) { return peer.offences; });
}

void put_server(Exposition& out, const NodePicture& picture) {
  out.gauge("http_connections", "Open HTTP connections.", picture.server.connections);
  out.gauge("http_watchers", "Open streams of accepted chunks.", picture.server.watchers);
  out.head("http_answers_total", "counter", "Requests answered, by status.");
  for (const auto& [status, times] : picture.server.answers) {
    out.value(fmt::format("status=\"{}\"", status), times);
  }
  out.head("http_refusals_total", "counter", "Connections and requests refused, by reason.");
  for (const auto& [reason, times] : picture.server.refusals) {
    out.value(fmt::format("reason=\"{}\"", name_of(reason)), times);
  }
}

/// A replica that more than half of its peers are ahead of, for too long.
bool is_behind(const messages::LookShown& look) {
  const auto late = std::count_if(look.peers.begin(), look.peers.end(), [](const auto& peer) {
    return peer.this_lags_us > lag_allowed.us;
  });
  return 2 * static_cast<std::size_t>(late) > look.peers.size();
}

}  // namespace

namespace {

constexpr Duration log_pause = seconds(10);

/// What an operator is told of: keys that stay the same, and how often each happened so far.
std::map<std::string, std::uint64_t> troubles(const NodePicture& picture) {
  std::map<std::string, std::uint64_t> out;
  each_look(picture, [&](const std::string& contract, const messages::LookShown& look) {
    for (const messages::CountLine& line : look.counts) {
      const std::string reason = reason_name(line);
      const bool is_news = !reason.empty() || line.what == Counted::array_collected ||
                           line.what == Counted::equivocation;
      if (!is_news) continue;
      const auto& row = count_rows[static_cast<std::size_t>(line.what)];
      out[fmt::format("{}: {} {}", contract, row.metric, reason)] = line.times;
    }
    for (const messages::PeerLine& peer : look.peers) {
      const auto lag_s = [](std::int64_t us) { return static_cast<std::uint64_t>(us / 1'000'000); };
      if (peer.peer_lags_us > lag_allowed.us) {
        out[fmt::format("{}: peer {} lags, seconds", contract, peer.peer.value)] =
            lag_s(peer.peer_lags_us);
      }
      if (peer.this_lags_us > lag_allowed.us) {
        out[fmt::format("{}: this node lags behind peer {}, seconds", contract, peer.peer.value)] =
            lag_s(peer.this_lags_us);
      }
    }
  });
  return out;
}

}  // namespace

std::vector<std::string> TroubleLog::lines(const NodePicture& picture) {
  std::vector<std::string> out;
  std::map<std::string, Told> kept;
  for (const auto& [what, times] : troubles(picture)) {
    const auto known = told_.find(what);
    Told told = known == told_.end() ? Told{} : known->second;
    const bool is_due = known == told_.end() || picture.now - told.at >= log_pause;
    if (times > told.times && is_due) {
      out.push_back(fmt::format("{} {} (+{})", what, times, times - told.times));
      told = {times, picture.now};
    }
    kept.emplace(what, told);
  }
  told_ = std::move(kept);
  return out;
}

std::string reason_name(const messages::CountLine& line) {
  switch (line.what) {
    case Counted::client_refusal:
    case Counted::peer_dropped:
    case Counted::commit_failure:
      return std::string(name_of(static_cast<Errc>(line.reason)));
    case Counted::peer_refusal:
      return std::string(nack_name(line.reason));
    default:
      return "";
  }
}

std::vector<std::string> not_ready(const NodePicture& picture) {
  std::vector<std::string> out;
  if (picture.peers_wanted > 0 && picture.peers == 0) {
    out.push_back("no peer is connected");
  }
  for (const ReplicaPicture& replica : picture.replicas) {
    if (!replica.look || picture.now - replica.at > look_allowed) {
      out.push_back(replica.contract + ": the replica does not answer");
      continue;
    }
    if (replica.look->disk) {
      out.push_back(replica.contract + ": the disk refuses: " +
                    std::string(name_of(static_cast<Errc>(*replica.look->disk))));
    }
    if (is_behind(*replica.look)) {
      out.push_back(replica.contract + ": behind most of its peers for more than " +
                    std::to_string(lag_allowed.ms() / 1'000) + " s");
    }
  }
  return out;
}

std::string metrics_text(const NodePicture& picture) {
  Exposition out;
  out.gauge("ready", "1: in sync, not lagging, disk writable.", not_ready(picture).empty() ? 1 : 0);
  out.gauge("peers_connected", "Connections with other nodes.", picture.peers);
  out.gauge("peers_configured", "Nodes that this one keeps connections with.",
            picture.peers_wanted);
  out.gauge("resident_memory_bytes", "Resident memory of the process.",
            picture.resident_kib * 1'024);
  out.gauge("store_damaged_records", "Records found damaged at start and dropped.",
            picture.damaged_records);
  put_arrays(out, picture);
  put_peers(out, picture);
  put_counts(out, picture);
  put_server(out, picture);
  return out.take();
}

}  // namespace quorate::http
