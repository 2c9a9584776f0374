// The commands of real networks: node, config, burnchain, cluster.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/burnchain/burn_process.hpp"
#include "runtime/cli/exit.hpp"
#include "runtime/cluster/cluster_run.hpp"

namespace quorate::cli {

enum class NetworkVerb : std::uint8_t {
  node_run,
  node_init,
  config_show,
  burnchain,
  cluster_up,
  cluster_status,
  cluster_down,
};

struct NetworkOptions {
  // node, config
  std::string config{"node.toml"};
  std::optional<std::string> passphrase_file;
  std::string dir{"node"};
  std::string name;
  std::string listen{"127.0.0.1:20444"};
  std::vector<std::string> peers;
  std::string feed;
  std::vector<std::string> roles;
  std::uint64_t spend_sats{100'000};
  std::uint32_t slots{10};
  std::string http;
  std::vector<std::string> dbs;
  bool is_alone{};
  std::string role_wanted;
  bool json{};
  // burnchain
  runtime::BurnProcessOptions burnchain;
  // cluster
  cluster::UpOptions up;
};

[[nodiscard]] Exit run_network(NetworkVerb verb, const NetworkOptions& options);

}  // namespace quorate::cli
