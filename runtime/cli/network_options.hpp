// The command lines of node, config, burnchain and cluster. Includes CLI11, which is slow to
// compile.
#pragma once

#include <CLI/CLI.hpp>

#include "runtime/cli/network_command.hpp"

namespace quorate::cli {

/// Adds the commands. The one that was typed is written to `chosen`; without one it stays empty.
void add_network(CLI::App& app, NetworkOptions& options, std::optional<NetworkVerb>& chosen);

}  // namespace quorate::cli
