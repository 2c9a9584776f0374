#include "runtime/frost/passphrase.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/frost/files.hpp"

namespace quorate::frost {
namespace {

Error missing() {
  return {Errc::passphrase_missing, std::string("name --passphrase-file, set ") +
                                        passphrase_variable + ", or use a terminal"};
}

Result<SecretBytes> first_line(std::string text) {
  const std::size_t end = text.find_first_of("\r\n");
  SecretBytes out{as_bytes(std::string_view{text}.substr(0, end))};
  sodium_memzero(text.data(), text.size());
  if (out.size() == 0) return missing();
  return out;
}

/// The controlling terminal without echo, restored when it goes.
class SilentTerminal {
 public:
  SilentTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    usable_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (usable_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  [[nodiscard]] bool is_usable() const { return usable_; }

  void write(std::string_view text) const {
    // Nothing depends on the prompt being seen.
    [[maybe_unused]] const ssize_t n = ::write(fd_, text.data(), text.size());
  }
  [[nodiscard]] std::string read_line() const {
    std::string out;
    for (char c = 0; ::read(fd_, &c, 1) == 1 && c != '\n';) out += c;
    write("\n");
    return out;
  }

 private:
  int fd_;
  termios before_{};
  bool usable_{};
};

}  // namespace

Result<SecretBytes> read_passphrase(const std::optional<std::string>& file,
                                    const std::string& prompt) {
  if (file) {
    TRY_ASSIGN(std::string text, read_file(*file));
    return first_line(std::move(text));
  }
  if (const char* const given = std::getenv(passphrase_variable)) return first_line(given);
  const SilentTerminal terminal;
  if (!terminal.is_usable()) return missing();
  terminal.write(prompt);
  return first_line(terminal.read_line());
}

}  // namespace quorate::frost
