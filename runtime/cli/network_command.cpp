#include "runtime/cli/network_command.hpp"

#include <charconv>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"
#include "runtime/live/node_process.hpp"

namespace quorate::cli {

namespace {

using Json = nlohmann::ordered_json;

/// The sample data: beside the working directory, or where this program was built from.
std::string sample(const std::string& name) {
  const std::string here = "examples/data/demo/" + name;
  if (std::filesystem::exists(here)) return here;
  return std::string(QUORATE_DATA_DIR "/demo/") + name;
}

Exit complain(std::string_view command, const Error& error) {
  fmt::print(stderr, "quorate {}: {}\n", command, error.message());
  switch (error.code) {
    case Errc::bad_option:
      return Exit::usage;
    case Errc::role_ended:
    case Errc::cluster_failed:
    case Errc::cluster_not_running:
    case Errc::cluster_running:
      return Exit::failed;
    default:
      return Exit::refused_input;
  }
}

Result<> run_node_command(const NetworkOptions& options) {
  TRY_ASSIGN(auto plan, runtime::plan_node(options.config, options.passphrase_file));
  if (!options.role_wanted.empty() && !plan.file.is_replica) {
    return Error{Errc::config_impossible,
                 options.config + ": roles must be [\"replica\"] for --role replica"};
  }
  return runtime::run_node(std::move(plan));
}

/// "CONTRACT=KEY:SLOTS"; what it holds is judged when the file is read back.
Result<consensus::OwnDb> own_db(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':');
  const Error wrong{Errc::bad_option, "--db '" + text + "': write CONTRACT=KEY:SLOTS"};
  if (equals == std::string::npos || colon == std::string::npos || colon < equals) return wrong;
  consensus::OwnDb out;
  out.contract.text = text.substr(0, equals);
  const auto key =
      fixed_from_hex<crypto::PublicKey>(text.substr(equals + 1, colon - equals - 1));
  std::uint32_t slots = 0;
  const char* end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data() + colon + 1, end, slots);
  if (!key.ok() || failed != std::errc{} || at != end) return wrong;
  out.owners.push_back({*key, slots});
  return out;
}

Result<> init_node(const NetworkOptions& options) {
  config::NodeFile file;
  file.network = "network.toml";
  file.listen = options.listen;
  file.peers = options.peers;
  file.feed = options.feed;
  file.spend_sats = options.spend_sats;
  file.http_listen = options.http;
  if (options.is_alone) file.network.clear();
  for (const std::string& text : options.dbs) {
    TRY_ASSIGN(auto db, own_db(text));
    file.dbs.push_back(std::move(db));
  }
  for (const std::string& role : options.roles) {
    file.is_replica = file.is_replica || role == "replica";
    file.is_producer = file.is_producer || role == "producer";
    file.is_stacker = file.is_stacker || role == "stacker";
  }
  const std::string keys_path = options.dir + "/keys.json";
  TRY_ASSIGN(const auto passphrase,
             frost::read_passphrase(options.passphrase_file, "Passphrase for " + keys_path + ": "));
  TRY_ASSIGN(const auto keys, config::create_keys_file(options.dir, passphrase.view(),
                                                       frost::PassphraseCost::moderate));
  TRY(frost::create_file(options.dir + "/node.toml", config::node_file_text(file),
                         frost::Privacy::open));
  // Reads back what was written: whatever is wrong with it is said now.
  TRY(config::read_node_file(options.dir + "/node.toml"));
  const std::string name = options.name.empty() ? options.dir : options.name;
  fmt::print("{}/node.toml and {} are written.\n\nOthers name this node in 'peers' as\n  {}@{}\n",
             options.dir, keys_path, to_hex(keys.id()), options.listen);
  if (file.is_stacker) {
    fmt::print("\nIn the network file:\n{}",
               config::stacker_text(name, keys.as_stacker(options.slots)));
  }
  return done();
}

Result<> show_config(const NetworkOptions& options) {
  TRY_ASSIGN(const auto file, config::read_node_file(options.config));
  if (options.json) {
    Json out = Json::array();
    for (const auto& row : file.shown) {
      out.push_back({{"key", row.key}, {"value", row.value}, {"origin", row.origin}});
    }
    fmt::print("{}\n", out.dump(1));
    return done();
  }
  for (const auto& row : file.shown) {
    fmt::print("{:<30} = {:<44} # {}\n", row.key, row.value, row.origin);
  }
  return done();
}

Result<> cluster_up(const NetworkOptions& options) {
  cluster::UpOptions up = options.up;
  if (up.plan.transfers.empty() && up.plan.genesis.empty()) {
    up.plan.transfers = sample("transfers.jsonl");
    up.plan.genesis = sample("genesis.json");
    up.plan.expected = sample("expected.json");
  } else if (up.plan.genesis.empty()) {
    return Error{Errc::bad_option, "--transfers and --genesis belong together; name both"};
  }
  if (up.once && up.plan.expected.empty()) {
    return Error{Errc::bad_option, "--once needs --expected to know when all is done"};
  }
  std::error_code failed;
  up.program = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  fmt::print(
      "A cluster of {} nodes in {}; its first block takes about {} s. "
      "'quorate cluster status --dir {}' from elsewhere.\n",
      up.plan.nodes, up.plan.dir, 22 * up.plan.burn_interval_ms / 1'000, up.plan.dir);
  std::fflush(stdout);
  return cluster::run_cluster(up);
}

Result<> cluster_status(const NetworkOptions& options) {
  TRY_ASSIGN(const auto list, cluster::read_processes(options.up.plan.dir));
  const auto lines = cluster::look_at(options.up.plan.dir, list);
  fmt::print("{}", options.json ? cluster::json_of(lines) : cluster::text_of(lines));
  for (const auto& line : lines) {
    if (!line.is_alive) return Error{Errc::cluster_not_running, line.name};
  }
  return done();
}

}  // namespace

Exit run_network(NetworkVerb verb, const NetworkOptions& options) {
  const auto finish = [](std::string_view command, const Result<>& result) {
    return result.ok() ? Exit::held : complain(command, result.error());
  };
  switch (verb) {
    case NetworkVerb::node_run:
      return finish("node", run_node_command(options));
    case NetworkVerb::node_init:
      return finish("node init", init_node(options));
    case NetworkVerb::config_show:
      return finish("config show", show_config(options));
    case NetworkVerb::burnchain:
      return finish("burnchain", runtime::run_burnchain(options.burnchain));
    case NetworkVerb::cluster_up:
      return finish("cluster up", cluster_up(options));
    case NetworkVerb::cluster_status:
      return finish("cluster status", cluster_status(options));
    case NetworkVerb::cluster_down:
      return finish("cluster down", cluster::end_cluster(options.up.plan.dir));
  }
  ASSERT(false);
  return Exit::usage;
}

}  // namespace quorate::cli
