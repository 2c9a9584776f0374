// The proofs that a simulation ended with, as documents that `quorate frost judge` confirms with
// nothing else at hand. Source: docs/simulation.md "Options".
#pragma once

#include "runtime/simulation/world.hpp"

namespace quorate::simulation {

/// Members may be called anything, files may not: other characters than letters, digits, '-', '.'
/// and '_' become '_'.
[[nodiscard]] std::string plain_file_name(std::string name);

/// One file per proven fault in key generation: "001-amber-bad_dealing.json".
/// @returns cannot_write_file, or why a proof convicts nobody: that would be a bug of ours.
[[nodiscard]] Result<> write_evidence(const std::string& folder, const World& world);

}  // namespace quorate::simulation
