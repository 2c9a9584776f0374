// Bitcoin's integers: little-endian, and the variable-length "compact size". The shared codec is
// big-endian, so Bitcoin's own formats are laid out with these instead of `Writer::put`.
#pragma once

#include "base/codec.hpp"

namespace quorate::bitcoin {

template <class U>
void put_le(Writer& out, U value) {
  std::uint8_t bytes[sizeof(U)];
  for (std::size_t i = 0; i < sizeof(U); ++i)
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  out.raw(bytes);
}

template <class U>
[[nodiscard]] U take_le(Reader& in) {
  const ByteView bytes = in.raw(sizeof(U));
  U value{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value = static_cast<U>(value | static_cast<U>(static_cast<U>(bytes[i]) << (8 * i)));
  }
  return value;
}

/// 1, 3, 5 or 9 bytes, always the shortest.
void put_compact_size(Writer& out, std::uint64_t value);

/// Fails the reader with compact_size_not_canonical, or with length_out_of_bounds above `max`.
[[nodiscard]] std::size_t take_compact_size(Reader& in, std::size_t max);

/// A compact size followed by that many bytes.
void put_sized(Writer& out, ByteView bytes);
[[nodiscard]] Bytes take_sized(Reader& in, std::size_t max);

/// A hash in internal byte order on the wire, in display order in our types.
template <class T>
void put_reversed(Writer& out, const T& hash) {
  out.raw(reversed(hash).view());
}
template <class T>
[[nodiscard]] T take_reversed(Reader& in) {
  return reversed(in.get<T>());
}

}  // namespace quorate::bitcoin
