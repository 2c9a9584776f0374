// The command line of `quorate frost`. Like main.cpp it includes CLI11, which is slow to compile.
#pragma once

#include <CLI/CLI.hpp>

#include "runtime/cli/frost_command.hpp"

namespace quorate::cli {

/// Adds the verbs. The one that was typed is written to `chosen`; without one it stays empty.
void add_frost(CLI::App& app, FrostOptions& options, std::optional<FrostVerb>& chosen);

}  // namespace quorate::cli
