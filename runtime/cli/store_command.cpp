#include "runtime/cli/store_command.hpp"

#include <fmt/format.h>

#include "runtime/store_view.hpp"

namespace quorate::cli {

Exit run_store_show(const StoreOptions& options) {
  const auto snapshot = storage::read_snapshot(options.file);
  if (!snapshot.ok()) {
    fmt::print(stderr, "quorate store: {}\n", snapshot.error().message());
    return Exit::refused_input;
  }
  fmt::print("{}",
             options.json ? runtime::store_as_json(*snapshot) : runtime::store_as_text(*snapshot));
  return Exit::held;
}

}  // namespace quorate::cli
