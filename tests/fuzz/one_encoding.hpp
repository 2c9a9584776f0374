// What most fuzz targets ask of a decoder.
#pragma once

#include "base/codec.hpp"

namespace quorate::fuzz {

/// Bytes that decode as a T are the one encoding of it. @returns what was decoded.
template <class T>
Result<T> check_one_encoding(ByteView bytes) {
  Result<T> decoded = decode<T>(bytes);
  if (decoded.ok()) ASSERT(encode(*decoded) == to_bytes(bytes));
  return decoded;
}

}  // namespace quorate::fuzz
