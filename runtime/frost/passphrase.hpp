// Where a passphrase comes from: a file, an environment variable, or the terminal. Never from the
// command line, which every user of the machine can read.
#pragma once

#include <optional>

#include "runtime/frost/secret_files.hpp"

namespace quorate::frost {

inline constexpr const char* passphrase_variable = "QUORATE_PASSPHRASE";

/// The first line of `file` if given, else QUORATE_PASSPHRASE, else what is typed at the terminal
/// (shown nowhere) after `prompt`. @returns cannot_read_file; passphrase_missing (none of them, or
/// empty).
[[nodiscard]] Result<SecretBytes> read_passphrase(const std::optional<std::string>& file,
                                                  const std::string& prompt);

}  // namespace quorate::frost
