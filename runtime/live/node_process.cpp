#include "runtime/live/node_process.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "bitcoin/wallet.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"
#include "runtime/live/process.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"
#include "storage/sqlite_store.hpp"

namespace quorate::runtime {

namespace {

using Json = nlohmann::ordered_json;

constexpr Duration tick = milliseconds(100);
constexpr int ticks_per_status = 10;
constexpr int ticks_per_line = 50;

Result<NodeConfig> node_config(NodePlan& plan) {
  NodeConfig out;
  out.replica_commit = actors::ReplicaCommit::grouped;
  if (plan.file.is_alone()) out.scope = NodeConfig::Scope::own_dbs;
  for (const consensus::OwnDb& db : plan.file.dbs) {
    TRY_ASSIGN(auto contract, consensus::own_contract(plan.network.params.network_id, db));
    out.own_dbs.push_back(std::move(contract));
  }
  out.params = plan.network.params;
  out.timing = plan.network.timing;
  out.genesis = plan.network.genesis;
  out.seed = crypto::tagged_h("quorate/node-seed", plan.keys.id().view());
  out.entropy = frost::fresh_randomness();
  if (plan.file.is_producer) {
    out.producer =
        ProducerRole{plan.keys.producer.clone(), plan.keys.purse.clone(),
                     crypto::vrf_key_of_seed(plan.keys.vrf_seed), Sats{plan.file.spend_sats}};
  }
  if (plan.file.is_stacker) out.stacker = StackerRole{plan.keys.stacker.clone()};
  return out;
}

/// A store with what is damaged left out, as far as others have it.
struct OpenedStore {
  std::unique_ptr<storage::RecordStore> store;
  std::uint64_t damaged{};
};

/// A replica has made no promises: what it held, its peers hold, so it begins anew beside the file
/// that it cannot read. Any other node stops.
Result<std::unique_ptr<storage::SqliteStore>> open_or_replace(const NodePlan& plan) {
  const std::string path = plan.file.data + "/node.sqlite";
  auto opened = storage::SqliteStore::open(path);
  if (opened.ok() || opened.code() != Errc::store_corrupt) return opened;
  if (!plan.file.is_replica) {
    return Error{Errc::store_corrupt,
                 path + ": " + opened.error().detail +
                     "; it holds promises of this node: see docs/operating.md \"A damaged store\""};
  }
  for (const char* part : {"-wal", "-shm", ""}) {
    std::error_code failed;
    std::filesystem::rename(path + part, path + ".damaged" + part, failed);
  }
  spdlog::error("{} is damaged ({}); put aside as {}.damaged, beginning anew", path,
                opened.error().message(), path);
  return storage::SqliteStore::open(path);
}

Result<OpenedStore> open_store(const NodePlan& plan) {
  std::error_code failed;  // What went wrong shows when the file is opened.
  std::filesystem::create_directories(plan.file.data, failed);
  TRY_ASSIGN(auto store, open_or_replace(plan));
  OpenedStore out;
  for (const auto table : {storage::Table::chunks, storage::Table::evidence}) {
    TRY_ASSIGN(const std::uint64_t damaged, store->drop_damaged(table));
    out.damaged += damaged;
  }
  if (out.damaged > 0) {
    spdlog::error("{} records of chunks were damaged and are dropped; peers have them",
                  out.damaged);
  }
  out.store = std::move(store);
  return out;
}

template <class Height>
Json height_or_null(const std::optional<Height>& height) {
  return height ? Json(height->value) : Json(nullptr);
}

/// "node height 12 …", and while behind Bitcoin how fast and how long still.
class ProgressLine {
 public:
  void print(const NodeStatus& status, Duration running) {
    const std::uint64_t behind =
        status.burn_tip.height.value -
        std::min(status.tip_burn_view.height.value, status.burn_tip.height.value);
    const std::int64_t passed = std::max<std::int64_t>((running - last_).ms(), 1);
    const std::uint64_t gained = status.height.value - std::min(height_, status.height.value);
    const auto rate =
        static_cast<std::uint64_t>(gained * 1'000 / static_cast<std::uint64_t>(passed));
    std::string more;
    if (gained > 50 && behind_ > behind) {
      const std::uint64_t left_s =
          behind * static_cast<std::uint64_t>(passed) / (behind_ - behind) / 1'000;
      more = fmt::format("  syncing {} blocks/s, {} s left", rate, left_s);
    }
    fmt::print(
        "height {:>6}  final {:>6}  burn {:>6}  term {:>4}  leader {:<12}  peers {:>2}{}  "
        "waiting {}{}\n",
        status.height.value, status.final_height ? std::to_string(status.final_height->value) : "-",
        status.burn_tip.height.value, status.term.value,
        status.leader.empty() ? "-" : status.leader, status.peers,
        status.has_feed ? "" : " (no Bitcoin)", status.waiting, more);
    std::fflush(stdout);
    last_ = running;
    height_ = status.height.value;
    behind_ = behind;
  }

 private:
  Duration last_;
  std::uint64_t height_{};
  std::uint64_t behind_{};
};

void write_status(const std::string& path, const NodeStatus& status, Duration running) {
  // Whole or not at all, but not worth a sync: after a crash there is nothing to look at.
  const std::string temporary = path + ".new";
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << status_json(status, running);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) spdlog::warn("cannot write {}", path);
}

}  // namespace

std::string status_json(const NodeStatus& status, Duration running) {
  Json out;
  out["node"] = to_hex(status.id);
  out["pid"] = ::getpid();
  out["role"] = status.role;
  out["running_ms"] = running.ms();
  out["height"] = status.height.value;
  out["tip"] = to_hex(status.tip);
  out["final"] = height_or_null(status.final_height);
  out["final_block"] = status.final_block ? Json(to_hex(*status.final_block)) : Json(nullptr);
  out["announced"] = height_or_null(status.announced);
  out["burn_height"] = status.burn_tip.height.value;
  out["tip_burn_height"] = status.tip_burn_view.height.value;
  out["term"] = status.term.value;
  out["keys_ready"] = status.keys_ready;
  out["leader"] = status.leader;
  out["peers"] = status.peers;
  out["bitcoin"] = status.has_feed;
  out["waiting"] = status.waiting;
  out["resident_kib"] = resident_kib();
  const auto& transfers = status.transfers;
  out["transfers"] = {{"lines", transfers.lines},       {"handed_in", transfers.handed_in},
                      {"accepted", transfers.accepted}, {"final", transfers.final},
                      {"refused", transfers.refused},   {"measured", transfers.measured},
                      {"p50_ms", transfers.p50.ms()},   {"p99_ms", transfers.p99.ms()}};
  out["as_expected"] = transfers.has_expectation ? Json(transfers.is_as_expected) : Json(nullptr);
  out["evidence"] = status.evidence;
  out["port"] = status.port;
  out["http_port"] = status.http_port;
  out["network"] = Json::object();
  for (const auto& [reason, times] : status.network) out["network"][reason] = times;
  return out.dump(1) + "\n";
}

Result<NodePlan> plan_node(const std::string& config_path,
                           const std::optional<std::string>& passphrase_file) {
  TRY_ASSIGN(auto file, config::read_node_file(config_path));
  config::NetworkFile network;
  network.params.network_id = file.network_id;
  if (!file.is_alone()) {
    TRY_ASSIGN(network, config::read_network_file(file.network));
  }
  std::optional<std::string> from = passphrase_file;
  if (!from && !file.passphrase_file.empty()) from = file.passphrase_file;
  TRY_ASSIGN(auto keys, config::read_keys_file(file.keys, [&] {
               return frost::read_passphrase(from, "Passphrase of " + file.keys + ": ");
             }));
  NodePlan out{std::move(file), std::move(network), std::move(keys), {}};
  if (!out.file.transfers.empty()) {
    TRY_ASSIGN(out.transfers.lines, simulation::read_transfers(out.file.transfers));
  }
  if (!out.file.expected.empty()) {
    TRY_ASSIGN(out.transfers.expected, simulation::read_expected(out.file.expected));
  }
  out.transfers.share = out.file.share;
  out.transfers.shares = out.file.shares;
  out.transfers.spread = milliseconds(static_cast<std::int64_t>(out.file.spread_ms));
  return out;
}

Result<> run_node(NodePlan plan) {
  StopSignals signals;
  start_log(plan.file.log);
  TRY_ASSIGN(auto opened, open_store(plan));
  LiveNodeSetup setup;
  TRY_ASSIGN(setup.node, node_config(plan));
  setup.http = plan.file.http;
  setup.damaged_records = opened.damaged;
  setup.network = plan.file.transport;
  setup.network.link.network_id = plan.network.params.network_id;
  setup.identity = std::make_shared<const actors::link::NodeIdentity>(plan.keys.node.clone());
  setup.store = std::move(opened.store);
  setup.transfers = std::move(plan.transfers);
  const std::string status_path = plan.file.data + "/status.json";

  const WallClock clock;
  RealSystemConfig config{plan.file.threads};
  caf::actor_system system{config};
  TRY_ASSIGN(auto node, LiveNode::start(system, clock, std::move(setup)));
  const Instant started = clock.now();
  spdlog::info("node {} listens on port {}", to_hex(plan.keys.id()), node->transport().port());
  if (node->http_port() != 0) spdlog::info("HTTP on port {}", node->http_port());
  ProgressLine line;
  std::optional<std::string> fault;
  for (int ticks = 0;; ++ticks) {
    const auto signal = signals.wait(tick);
    fault = node->fault();
    node->tick();
    const Duration running = clock.now() - started;
    const bool is_over = signal || fault;
    if (is_over || ticks % ticks_per_status == 0)
      write_status(status_path, node->status(), running);
    if (is_over || ticks % ticks_per_line == 0) line.print(node->status(), running);
    if (is_over) break;
  }
  node->stop();
  spdlog::info("stopped");
  if (fault) return Error{Errc::role_ended, *fault};
  return done();
}

}  // namespace quorate::runtime
