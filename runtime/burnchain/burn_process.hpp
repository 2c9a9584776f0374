// `quorate burnchain`: the scripted Bitcoin as one process.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace quorate::runtime {

struct BurnProcessOptions {
  std::string network{"network.toml"};
  std::string dir{"burnchain"};
  std::string listen{"127.0.0.1:20443"};
  std::optional<std::string> passphrase_file;
  /// Between blocks; absent: the network file's.
  std::optional<std::int64_t> interval_ms;
  /// Blocks begin once so many nodes are connected.
  std::uint32_t wait_for{1};
};

/// Runs until a signal comes. Its key is made at the first start. @returns refusals of the files,
/// cannot_listen.
[[nodiscard]] Result<> run_burnchain(const BurnProcessOptions& options);

}  // namespace quorate::runtime
