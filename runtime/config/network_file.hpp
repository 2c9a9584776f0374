// What all nodes of one network must have in common: parameters, opening balances, the stackers of
// cycle 0. One TOML file, the same on every machine.
#pragma once

#include "consensus/genesis.hpp"
#include "runtime/config/config_reader.hpp"

namespace quorate::config {

struct NetworkFile {
  consensus::Params params;
  consensus::Timing timing;
  consensus::Genesis genesis;
  std::vector<std::string> stacker_names;  ///< In the order of `genesis.signers`.
};

/// @returns cannot_read_file, config_malformed, config_impossible, genesis_malformed.
[[nodiscard]] Result<NetworkFile> read_network_file(const std::string& path);

/// The text of a network file. @param balances path of the opening balances, as it shall stand.
[[nodiscard]] std::string network_file_text(const std::string& preset,
                                            std::int64_t burn_interval_ms,
                                            const std::string& balances,
                                            const std::vector<std::string>& names,
                                            const std::vector<consensus::GenesisSigner>& stackers);

/// One stacker as it stands in a network file.
[[nodiscard]] std::string stacker_text(const std::string& name,
                                       const consensus::GenesisSigner& stacker);

}  // namespace quorate::config
