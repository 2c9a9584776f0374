#include "bitcoin/compact.hpp"

namespace quorate::bitcoin {

void put_compact_size(Writer& out, std::uint64_t value) {
  if (value < 0xfd) {
    put_le(out, static_cast<std::uint8_t>(value));
  } else if (value <= 0xffff) {
    put_le(out, std::uint8_t{0xfd});
    put_le(out, static_cast<std::uint16_t>(value));
  } else if (value <= 0xffffffff) {
    put_le(out, std::uint8_t{0xfe});
    put_le(out, static_cast<std::uint32_t>(value));
  } else {
    put_le(out, std::uint8_t{0xff});
    put_le(out, value);
  }
}

std::size_t take_compact_size(Reader& in, std::size_t max) {
  const auto first = take_le<std::uint8_t>(in);
  std::uint64_t value = first;
  std::uint64_t smallest = 0;
  if (first == 0xfd) {
    value = take_le<std::uint16_t>(in);
    smallest = 0xfd;
  } else if (first == 0xfe) {
    value = take_le<std::uint32_t>(in);
    smallest = std::uint64_t{0xffff} + 1;
  } else if (first == 0xff) {
    value = take_le<std::uint64_t>(in);
    smallest = std::uint64_t{0xffffffff} + 1;
  }
  if (value < smallest) in.fail(Errc::compact_size_not_canonical);
  if (value > max) in.fail(Errc::length_out_of_bounds);
  return in.ok() ? static_cast<std::size_t>(value) : 0;
}

void put_sized(Writer& out, ByteView bytes) {
  put_compact_size(out, bytes.size());
  out.raw(bytes);
}

Bytes take_sized(Reader& in, std::size_t max) {
  const std::size_t size = take_compact_size(in, max);
  return to_bytes(in.raw(size));
}

}  // namespace quorate::bitcoin
