#include "runtime/frost/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace quorate::frost {
namespace {

Error cannot_write(const std::string& path) {
  return {Errc::cannot_write_file, path + ": " + std::strerror(errno)};
}

/// Closes its descriptor.
struct Descriptor {
  int fd;
  explicit Descriptor(int f) : fd(f) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

bool write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return ::fsync(fd) == 0;
}

Result<> write_beside(const std::string& temporary, const std::string& text, Privacy privacy) {
  const mode_t mode = privacy == Privacy::owner_only ? 0600 : 0644;
  const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
  if (file.fd < 0 || !write_all(file.fd, text)) return cannot_write(temporary);
  return done();
}

/// A rename is durable when its folder is.
Result<> sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.fd < 0 || ::fsync(opened.fd) != 0) return cannot_write(folder);
  return done();
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  if (path == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return Error{Errc::cannot_read_file, path};
  return text;
}

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<> replace_file(const std::string& path, const std::string& text, Privacy privacy) {
  const std::string temporary = path + ".new";
  TRY(write_beside(temporary, text, privacy));
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return cannot_write(path);
  return sync_folder_of(path);
}

Result<> create_file(const std::string& path, const std::string& text, Privacy privacy) {
  const std::string temporary = path + ".new";
  TRY(write_beside(temporary, text, privacy));
  // A link fails where a rename would replace what another process made meanwhile.
  const int linked = ::link(temporary.c_str(), path.c_str());
  const int reason = errno;
  ::unlink(temporary.c_str());
  errno = reason;
  if (linked != 0 && reason == EEXIST) return Error{Errc::file_exists, path};
  if (linked != 0) return cannot_write(path);
  return sync_folder_of(path);
}

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return cannot_write(name);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return Error{Errc::file_in_use, path};
  }
  return FileLock{fd};
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace quorate::frost
