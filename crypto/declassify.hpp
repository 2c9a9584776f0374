// Where a value computed from secrets becomes public: a library's answer whether a secret is in
// range, a public key, a ciphertext, a partial signature that is about to leave. Nothing at run
// time; the constant-time test (tests/constant_time) is compiled with QUORATE_MEMCHECK and lets
// memcheck treat secrets as undefined memory, so that every branch or index that depends on one is
// reported unless it stands behind one of these. Internal to crypto/.
#pragma once

#include "base/bytes.hpp"

#if defined(QUORATE_MEMCHECK)
#include <valgrind/memcheck.h>
#endif

namespace quorate::crypto {

inline void declassify_bytes([[maybe_unused]] ByteView bytes) {
#if defined(QUORATE_MEMCHECK)
  VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
#endif
}

/// The same value, known to the public.
template <class T>
T declassified(T value) {
#if defined(QUORATE_MEMCHECK)
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
#endif
  return value;
}

}  // namespace quorate::crypto
