// `quorate node`: one node as one process, from its configuration file to its end.
#pragma once

#include "runtime/config/node_config.hpp"
#include "runtime/config/node_keys.hpp"
#include "runtime/live/live_node.hpp"

namespace quorate::runtime {

/// Everything a node needs, read and checked; nothing runs yet.
struct NodePlan {
  config::NodeFile file;
  config::NetworkFile network;
  config::NodeKeys keys;
  TransferPlan transfers;
};
/// @returns refusals of the files.
[[nodiscard]] Result<NodePlan> plan_node(const std::string& config_path,
                                         const std::optional<std::string>& passphrase_file);

/// Runs until a signal comes or the node stops itself. Writes `status.json` into the data folder
/// every second and a line to standard output every five.
/// @returns done after a signal; the refusal that kept it from starting, or role_ended.
[[nodiscard]] Result<> run_node(NodePlan plan);

/// The status as JSON, as in the file. Source: docs/operating.md "Status".
[[nodiscard]] std::string status_json(const NodeStatus& status, Duration running);

}  // namespace quorate::runtime
