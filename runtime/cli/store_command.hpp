// `quorate store`: looking into what a node had on disk. There is no verb that puts a store back.
#pragma once

#include <string>

#include "runtime/cli/exit.hpp"

namespace quorate::cli {

struct StoreOptions {
  std::string file;
  bool json{};
};

/// `store show`: held, or refused_input with the reason on standard error.
[[nodiscard]] Exit run_store_show(const StoreOptions& options);

}  // namespace quorate::cli
