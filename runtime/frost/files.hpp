// Files of the `quorate frost` verbs: read whole, written so that a crash leaves the old or the new
// content and never half of it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace quorate::frost {

/// Whether others than the owner may read a file.
enum class Privacy : std::uint8_t { open, owner_only };

/// The whole file; "-" is standard input. @returns cannot_read_file.
[[nodiscard]] Result<std::string> read_file(const std::string& path);
[[nodiscard]] bool file_exists(const std::string& path);

/// Replaces `path` durably: a new file is written and synced beside it, renamed over it, and the
/// folder synced. After it returns, no crash brings the old content back. @returns
/// cannot_write_file.
[[nodiscard]] Result<> replace_file(const std::string& path, const std::string& text,
                                    Privacy privacy);
/// As replace_file for a path that must not exist. @returns also file_exists.
[[nodiscard]] Result<> create_file(const std::string& path, const std::string& text,
                                   Privacy privacy);

/// An exclusive hold on `path` (through "path.lock") until it goes out of scope, so that two
/// processes cannot spend one nonce.
class FileLock {
 public:
  /// @returns file_in_use at once when another process holds it; cannot_write_file.
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace quorate::frost
