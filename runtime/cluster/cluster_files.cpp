#include "runtime/cluster/cluster_files.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/config/node_config.hpp"
#include "runtime/config/node_keys.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/simulation/scenario.hpp"

namespace quorate::cluster {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A fresh key file beside a fresh passphrase.
Result<config::NodeKeys> create_keys(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  const std::string passphrase = to_hex(frost::fresh_randomness());
  TRY(frost::create_file(folder + "/passphrase", passphrase + "\n", frost::Privacy::owner_only));
  return config::create_keys_file(folder, as_bytes(passphrase),
                                  frost::PassphraseCost::interactive);
}

std::string name_of(std::uint32_t node) { return "n" + std::to_string(node + 1); }

std::string peer_text(const messages::NodeId& node, std::uint16_t port) {
  return fmt::format("{}@127.0.0.1:{}", to_hex(node), port);
}

}  // namespace

Result<> create_cluster(const ClusterPlan& plan) {
  TRY_ASSIGN(const auto scenario, simulation::preset("tiny"));
  if (plan.nodes < 4 || plan.nodes > scenario.params.reward_slots) {
    return Error{Errc::bad_option,
                 fmt::format("--nodes {}: from 4 to {}", plan.nodes, scenario.params.reward_slots)};
  }
  std::error_code failed;
  if (fs::exists(plan.dir) && !fs::is_empty(plan.dir, failed)) {
    return Error{Errc::file_exists, plan.dir + " is not empty; choose another --dir"};
  }
  TRY_ASSIGN(const auto bitcoin, create_keys(plan.dir + "/bitcoin"));
  // From eight on, one half produces and the other stacks; fewer nodes do both.
  const bool is_split = plan.nodes >= 8;
  const std::uint32_t producers = is_split ? plan.nodes / 2 : plan.nodes;
  const std::uint32_t first_stacker = is_split ? producers : 0;
  const std::uint32_t stackers_in_all = plan.nodes - first_stacker;
  std::vector<config::NodeKeys> keys;
  std::vector<std::string> names;
  std::vector<consensus::GenesisSigner> stackers;
  for (std::uint32_t node = 0; node < plan.nodes; ++node) {
    if (node >= first_stacker) names.push_back(name_of(node));
    TRY_ASSIGN(auto own, create_keys(plan.dir + "/" + name_of(node)));
    const bool is_odd = node - first_stacker < scenario.params.reward_slots % stackers_in_all;
    const std::uint32_t slots = scenario.params.reward_slots / stackers_in_all + (is_odd ? 1 : 0);
    if (node >= first_stacker) stackers.push_back(own.as_stacker(slots));
    keys.push_back(std::move(own));
  }
  TRY_ASSIGN(const std::string balances, frost::read_file(plan.genesis));
  TRY(frost::create_file(plan.dir + "/genesis.json", balances, frost::Privacy::open));
  TRY(frost::create_file(
      plan.dir + "/network.toml",
      config::network_file_text("tiny", plan.burn_interval_ms, "genesis.json", names, stackers),
      frost::Privacy::open));
  for (std::uint32_t node = 0; node < plan.nodes; ++node) {
    config::NodeFile file;
    file.network = "../network.toml";
    file.passphrase_file = "passphrase";
    file.listen = fmt::format("127.0.0.1:{}", plan.port + 1 + node);
    for (std::uint32_t other = 0; other < plan.nodes; ++other) {
      const auto port = static_cast<std::uint16_t>(plan.port + 1 + other);
      if (other != node) file.peers.push_back(peer_text(keys[other].id(), port));
    }
    file.feed = peer_text(bitcoin.id(), plan.port);
    file.is_producer = node < producers;
    file.is_stacker = node >= first_stacker;
    file.spend_sats = 100'000 + 1'000 * node;
    if (!plan.transfers.empty()) file.transfers = fs::absolute(plan.transfers).string();
    if (!plan.expected.empty()) file.expected = fs::absolute(plan.expected).string();
    file.share = node;
    file.shares = plan.nodes;
    file.spread_ms = static_cast<std::uint64_t>(plan.spread_ms);
    TRY(frost::create_file(plan.dir + "/" + name_of(node) + "/node.toml",
                           config::node_file_text(file), frost::Privacy::open));
  }
  // Reads back what was written: whatever is wrong with it is said now.
  TRY(config::read_network_file(plan.dir + "/network.toml"));
  return done();
}

Result<> write_processes(const std::string& dir, const ProcessList& list) {
  Json out;
  out["keeper"] = list.keeper;
  out["processes"] = Json::array();
  for (const Process& one : list.all) {
    out["processes"].push_back({{"name", one.name}, {"pid", one.pid}});
  }
  return frost::replace_file(dir + "/cluster.json", out.dump(1) + "\n", frost::Privacy::open);
}

Result<ProcessList> read_processes(const std::string& dir) {
  const Error missing{Errc::cluster_not_running, dir + ": started by 'quorate cluster up'?"};
  const auto text = frost::read_file(dir + "/cluster.json");
  if (!text.ok()) return missing;
  const Json document = Json::parse(*text, nullptr, false);
  if (!document.is_object() || !document.contains("processes")) return missing;
  ProcessList out;
  out.keeper = document.value("keeper", 0);
  for (const Json& one : document["processes"]) {
    out.all.push_back({one.value("name", ""), one.value("pid", 0)});
  }
  return out;
}

bool is_running(int pid) {
  if (pid <= 0 || ::kill(pid, 0) != 0) return false;
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string number;
  std::string name;
  std::string state;
  file >> number >> name >> state;
  return name.find("quorate") != std::string::npos && state != "Z";
}

std::vector<NodeLine> look_at(const std::string& dir, const ProcessList& list) {
  std::vector<NodeLine> out;
  std::uint64_t highest = 0;
  for (const Process& process : list.all) {
    if (process.name == "bitcoin") continue;
    NodeLine line;
    line.name = process.name;
    line.pid = process.pid;
    const auto text = frost::read_file(dir + "/" + process.name + "/data/status.json");
    const Json status = text.ok() ? Json::parse(*text, nullptr, false) : Json();
    if (status.is_object()) {
      // A node that was started again by hand says so itself.
      line.pid = status.value("pid", process.pid);
      line.role = status.value("role", "");
      line.leader = status.value("leader", "");
      line.height = status.value("height", std::uint64_t{0});
      if (status["final"].is_number()) line.final_height = status["final"].get<std::uint64_t>();
      if (status["final_block"].is_string()) line.final_block = status["final_block"];
      line.burn_height = status.value("burn_height", std::uint64_t{0});
      line.term = status.value("term", std::uint64_t{0});
      line.peers = status.value("peers", std::uint64_t{0});
      line.resident_kib = status.value("resident_kib", std::uint64_t{0});
      const Json transfers = status.value("transfers", Json::object());
      line.transfers = transfers.value("lines", std::uint64_t{0});
      line.transfers_final = transfers.value("final", std::uint64_t{0});
      line.measured = transfers.value("measured", std::uint64_t{0});
      line.p50_ms = transfers.value("p50_ms", std::int64_t{0});
      line.p99_ms = transfers.value("p99_ms", std::int64_t{0});
      if (status["as_expected"].is_boolean()) line.as_expected = status["as_expected"].get<bool>();
      line.evidence = status.value("evidence", std::vector<std::string>{});
    }
    line.is_alive = is_running(line.pid);
    highest = std::max(highest, line.height);
    out.push_back(std::move(line));
  }
  for (NodeLine& line : out) line.lag = highest - line.height;
  return out;
}

std::string text_of(const std::vector<NodeLine>& lines) {
  std::string out =
      fmt::format("{:<5} {:>7} {:>7} {:>6} {:>5} {:<17} {:<12} {:>5} {:>4} {:>12}\n", "node",
                  "height", "final", "burn", "term", "role", "leader", "peers", "lag", "transfers");
  for (const NodeLine& line : lines) {
    out += fmt::format(
        "{:<5} {:>7} {:>7} {:>6} {:>5} {:<17} {:<12} {:>5} {:>4} {:>12}{}\n", line.name,
        line.height, line.final_height ? std::to_string(*line.final_height) : "-", line.burn_height,
        line.term, line.role, line.leader.empty() ? "-" : line.leader, line.peers, line.lag,
        fmt::format("{}/{}", line.transfers_final, line.transfers),
        line.is_alive ? "" : "  not running");
  }
  return out;
}

std::string json_of(const std::vector<NodeLine>& lines) {
  Json out = Json::array();
  for (const NodeLine& line : lines) {
    Json one;
    one["name"] = line.name;
    one["pid"] = line.pid;
    one["alive"] = line.is_alive;
    one["role"] = line.role;
    one["leader"] = line.leader;
    one["height"] = line.height;
    one["final"] = line.final_height ? Json(*line.final_height) : Json(nullptr);
    one["final_block"] = line.final_block;
    one["burn_height"] = line.burn_height;
    one["term"] = line.term;
    one["peers"] = line.peers;
    one["lag"] = line.lag;
    one["transfers_final"] = line.transfers_final;
    one["transfers"] = line.transfers;
    one["resident_kib"] = line.resident_kib;
    one["as_expected"] = line.as_expected ? Json(*line.as_expected) : Json(nullptr);
    one["evidence"] = line.evidence;
    out.push_back(std::move(one));
  }
  return out.dump(1) + "\n";
}

}  // namespace quorate::cluster
