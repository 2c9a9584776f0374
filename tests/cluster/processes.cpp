#include "tests/cluster/processes.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "consensus/block.hpp"
#include "runtime/config/node_keys.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/cluster/proxies.hpp"
#include "tests/launch.hpp"

namespace quorate::stage {

namespace fs = std::filesystem;

namespace {

const std::string program = QUORATE_BINARY;

}  // namespace

Processes::Processes(const std::string& name, std::uint32_t nodes, std::uint16_t port)
    : dir_((fs::temp_directory_path() / (name + std::to_string(::getpid()))).string()),
      nodes_(nodes),
      port_(port) {
  fs::remove_all(dir_);
  cluster::ClusterPlan plan;
  plan.dir = dir_;
  plan.nodes = nodes;
  plan.port = port;
  plan.burn_interval_ms = 2'000;
  plan.spread_ms = 20'000;
  plan.genesis = QUORATE_SOURCE_DIR "/examples/data/demo/genesis.json";
  plan.transfers = QUORATE_SOURCE_DIR "/examples/data/demo/transfers.jsonl";
  plan.expected = QUORATE_SOURCE_DIR "/examples/data/demo/expected.json";
  const auto created = cluster::create_cluster(plan);
  INFO((created.ok() ? std::string{} : created.error().message()));
  REQUIRE(created.ok());
}

Processes::~Processes() {
  for (const auto& [name, pid] : running_) ::kill(pid, SIGKILL);
  for (const auto& [name, pid] : running_) ::waitpid(pid, nullptr, 0);
  std::error_code failed;
  fs::remove_all(dir_, failed);
}

void Processes::lead_through(Proxies& proxies) const {
  for (std::uint32_t node = 1; node <= nodes_; ++node) {
    const std::string name = "n" + std::to_string(node);
    const std::string path = dir_ + "/" + name + "/node.toml";
    auto file = config::read_node_file(path);
    REQUIRE(file.ok());
    for (std::string& peer : file->peers) {
      const std::size_t colon = peer.rfind(':');
      const auto port = static_cast<std::uint16_t>(std::stoul(peer.substr(colon + 1)));
      const std::string other = "n" + std::to_string(port - port_);
      peer = peer.substr(0, colon + 1) + std::to_string(proxies.open(name, other, port));
    }
    std::ofstream{path, std::ios::trunc} << config::node_file_text(*file);
  }
}

void Processes::start_bitcoin() {
  const std::string folder = dir_ + "/bitcoin";
  running_["bitcoin"] =
      launch(program,
             {"burnchain", "--network", dir_ + "/network.toml", "--dir", folder, "--listen",
              "127.0.0.1:" + std::to_string(port_), "--passphrase-file", folder + "/passphrase",
              "--wait-for", std::to_string(nodes_)},
             folder + "/log.txt");
}

void Processes::start(const std::string& node) {
  const std::string folder = dir_ + "/" + node;
  running_[node] =
      launch(program, {"node", "--config", folder + "/node.toml"}, folder + "/log.txt");
}

void Processes::kill(const std::string& node) {
  const int pid = running_.at(node);
  REQUIRE(::kill(pid, SIGKILL) == 0);
  REQUIRE(::waitpid(pid, nullptr, 0) == pid);
  running_.erase(node);
}

void Processes::end(const std::string& node) {
  const int pid = running_.at(node);
  REQUIRE(::kill(pid, SIGTERM) == 0);
  int how = 0;
  REQUIRE(::waitpid(pid, &how, 0) == pid);
  INFO(node);
  CHECK(WIFEXITED(how));
  CHECK(WEXITSTATUS(how) == 0);
  running_.erase(node);
}

void Processes::add_observer(const std::string& name, std::uint16_t port, const std::string& peer) {
  const auto known = config::read_node_file(dir_ + "/" + peer + "/node.toml");
  REQUIRE(known.ok());
  const auto passphrase = as_bytes("correct horse");
  const auto keys_of_peer = [&] {
    std::ifstream file(dir_ + "/" + peer + "/keys.json");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t at = text.find("\"node\": \"") + 9;
    return text.substr(at, 64);
  }();
  config::NodeFile file;
  file.network = "../network.toml";
  file.passphrase_file = "passphrase";
  file.listen = "127.0.0.1:" + std::to_string(port);
  file.peers = {keys_of_peer + "@" + known->listen};
  file.feed = known->feed;
  const std::string folder = dir_ + "/" + name;
  fs::create_directories(folder);
  const auto keys = config::NodeKeys::generate();
  std::ofstream{folder + "/passphrase"} << "correct horse\n";
  std::ofstream{folder + "/keys.json"}
      << config::keys_file_text(keys, passphrase, frost::PassphraseCost::interactive);
  std::ofstream{folder + "/node.toml"} << config::node_file_text(file);
  start(name);
}

std::vector<cluster::NodeLine> Processes::look() const {
  cluster::ProcessList list;
  for (const auto& [name, pid] : running_) list.all.push_back({name, pid});
  return cluster::look_at(dir_, list);
}

cluster::NodeLine Processes::look(const std::string& node) const {
  for (auto& line : look()) {
    if (line.name == node) return line;
  }
  return {};
}

bool Processes::await(int limit_s, const std::function<bool()>& holds) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(limit_s);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    // Other processes do the work; a file says how far they are.
    static_cast<void>(::poll(nullptr, 0, 100));
  }
  return true;
}

std::map<std::uint64_t, std::vector<std::string>> Processes::blocks(const std::string& node) const {
  std::map<std::uint64_t, std::vector<std::string>> out;
  auto store = storage::SqliteStore::open(dir_ + "/" + node + "/data/node.sqlite");
  REQUIRE(store.ok());
  const auto scanned = (*store)->scan(storage::Table::blocks, [&](ByteView, ByteView value) {
    const auto block = decode<consensus::SealedBlock>(value);
    REQUIRE(block.ok());
    out[block->block.header.height.value].push_back(to_hex(block->block.id()));
    return true;
  });
  REQUIRE(scanned.ok());
  return out;
}

std::uint64_t lowest_final(const std::vector<cluster::NodeLine>& lines) {
  std::uint64_t out = ~std::uint64_t{0};
  for (const auto& line : lines) out = std::min(out, line.final_height.value_or(0));
  return out;
}

void check_same_blocks(const Processes& all, const std::vector<std::string>& nodes,
                       std::uint64_t final_height) {
  const auto reference = all.blocks(nodes.front());
  for (const auto& name : nodes) {
    const auto blocks = all.blocks(name);
    for (std::uint64_t height = 1; height <= final_height; ++height) {
      INFO(name << " at height " << height);
      REQUIRE(blocks.contains(height));
      const auto& others = reference.at(height);
      CHECK(std::any_of(blocks.at(height).begin(), blocks.at(height).end(), [&](const auto& id) {
        return std::find(others.begin(), others.end(), id) != others.end();
      }));
    }
  }
}

}  // namespace quorate::stage
