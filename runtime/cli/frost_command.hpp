// `quorate frost`: threshold keys and signatures from files, each member a process of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/exit.hpp"

namespace quorate::cli {

/// What the user typed: paths of documents ("-" is standard input), and a few values.
struct FrostOptions {
  std::string group;
  std::string key;
  std::string state;
  std::string outcome;
  std::string shares;
  std::string secret;
  std::string request;
  std::string dealing;
  std::string accusation;
  std::string document;
  std::vector<std::string> documents;  ///< Dealings, nonces or signature shares.
  std::vector<std::string> confirmations;
  std::vector<std::string> used;
  std::vector<std::string> members;  ///< "name:key:slots"
  std::string name;
  std::string cost{"moderate"};
  std::optional<std::string> passphrase_file;
  std::optional<std::uint32_t> threshold;
  std::uint32_t network{};
  std::string kind{"producers"};
  std::uint64_t generation{};
  std::uint32_t attempt{};
  std::optional<std::string> bad_box_of;
  std::optional<std::string> block;
  std::optional<std::string> sighash;
  bool bip86{};
  std::string out{"-"};
  bool json{};
};

enum class FrostVerb {
  key,
  group,
  deal,
  confirm,
  complain,
  finish,
  judge,
  nonces,
  request,
  sign,
  aggregate,
  verify,
  inspect
};

[[nodiscard]] Exit run_frost(FrostVerb verb, const FrostOptions& options);

}  // namespace quorate::cli
