// The command lines of slot and keygen. Includes CLI11, which is slow to compile.
#pragma once

#include <CLI/CLI.hpp>

#include "runtime/cli/slot_command.hpp"

namespace quorate::cli {

/// Adds the commands. The one that was typed is written to `chosen`; without one it stays empty.
void add_slot(CLI::App& app, SlotOptions& options, std::optional<SlotVerb>& chosen);

}  // namespace quorate::cli
