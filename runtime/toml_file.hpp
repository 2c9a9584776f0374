// A TOML file, read whole; what is wrong with its form is named with its line.
#pragma once

#include <string>

#include <toml++/toml.h>

#include "base/result.hpp"

namespace quorate::runtime {

/// @returns cannot_read_file, or `malformed` (detail "path:line: what").
[[nodiscard]] Result<toml::table> read_toml(const std::string& path, Errc malformed);

}  // namespace quorate::runtime
