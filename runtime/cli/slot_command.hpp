// The commands around Stacker DBs: slot get, put, list, watch, diff, evidence; keygen.
#pragma once

#include <optional>
#include <string>

#include "runtime/cli/exit.hpp"

namespace quorate::cli {

enum class SlotVerb : std::uint8_t { get, put, list, watch, diff, evidence, keygen };

struct SlotOptions {
  std::string node{"127.0.0.1:20480"};
  std::string with;  ///< The other node of a comparison.
  std::string contract;
  std::uint32_t slot{};
  bool has_slot{};
  std::optional<std::uint64_t> generation;
  std::optional<std::string> text;  ///< What to write; else `file`, else standard input.
  std::string file{"-"};
  std::string out;
  std::string key;
  std::string versions;  ///< Default: beside the key.
  std::optional<std::string> passphrase_file;
  std::uint64_t count{};  ///< Events to wait for; 0: without end.
  bool json{};
};

[[nodiscard]] Exit run_slot(SlotVerb verb, const SlotOptions& options);

}  // namespace quorate::cli
