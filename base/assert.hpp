// Always-on assertions: our own reasoning can be wrong, and then the process must stop before it
// persists or signs anything. Never used on input; input errors are `Result`s.
#pragma once

namespace quorate {

/// Prints `file:line: assertion failed: text` to stderr and aborts.
[[noreturn]] void assertion_failed(const char* text, const char* file, int line);

}  // namespace quorate

#define ASSERT(condition)                                                             \
  do {                                                                                \
    if (!(condition)) ::quorate::assertion_failed(#condition, __FILE__, __LINE__);    \
  } while (false)
