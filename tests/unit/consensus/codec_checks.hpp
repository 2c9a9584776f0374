// What every wire format must hold: one encoding, nothing shorter, nothing longer.
#pragma once

#include <doctest/doctest.h>

#include "base/codec.hpp"

namespace quorate::consensus::testing {

template <class T>
void check_codec(const T& value) {
  const Bytes bytes = encode(value);
  const auto back = decode<T>(bytes);
  REQUIRE(back.ok());
  CHECK(*back == value);
  const std::size_t step = bytes.size() > 2000 ? 97 : 1;
  for (std::size_t n = 0; n < bytes.size(); n += step) {
    CHECK_FALSE(decode<T>(ByteView{bytes}.first(n)).ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode<T>(longer).code() == Errc::trailing_bytes);
}

}  // namespace quorate::consensus::testing
