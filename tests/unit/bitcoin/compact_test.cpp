#include "bitcoin/compact.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

std::string encoded(std::uint64_t value) {
  Bytes bytes;
  Writer out{bytes};
  put_compact_size(out, value);
  return to_hex(bytes);
}

Result<std::size_t> decoded(std::string_view text, std::size_t max = ~std::size_t{0}) {
  const Bytes bytes = from_hex(text).value();
  Reader in{bytes};
  const std::size_t value = take_compact_size(in, max);
  TRY(in.finish());
  return value;
}

}  // namespace

TEST_CASE("compact size: the shortest of four forms, both sides of each border") {
  CHECK(encoded(0) == "00");
  CHECK(encoded(0xfc) == "fc");
  CHECK(encoded(0xfd) == "fdfd00");
  CHECK(encoded(0xffff) == "fdffff");
  CHECK(encoded(0x10000) == "fe00000100");
  CHECK(encoded(0xffffffff) == "feffffffff");
  CHECK(encoded(0x100000000) == "ff0000000001000000");
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{0xfc}, std::uint64_t{0xfd}, std::uint64_t{0xffff},
        std::uint64_t{0x10000}, std::uint64_t{0xffffffff}, std::uint64_t{0x100000000}}) {
    CHECK(decoded(encoded(value)).value() == value);
  }
}

TEST_CASE("compact size: longer forms than needed are refused") {
  CHECK(decoded("fdfc00").code() == Errc::compact_size_not_canonical);
  CHECK(decoded("feffff0000").code() == Errc::compact_size_not_canonical);
  CHECK(decoded("ffffffffff00000000").code() == Errc::compact_size_not_canonical);
}

TEST_CASE("compact size: the limit itself is accepted, one more is refused, as are short inputs") {
  CHECK(decoded("fd0001", 256).value() == 256);
  CHECK(decoded("fd0101", 256).code() == Errc::length_out_of_bounds);
  CHECK(decoded("").code() == Errc::truncated);
  CHECK(decoded("fd01").code() == Errc::truncated);
  CHECK(decoded("ff01000000000000").code() == Errc::truncated);
}

TEST_CASE("little-endian integers and reversed hashes") {
  Bytes bytes;
  Writer out{bytes};
  put_le(out, std::uint32_t{0x01020304});
  put_le(out, std::uint64_t{5});
  put_reversed(out, Hash160::from(Bytes{1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                        11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
  CHECK(to_hex(bytes) ==
        "04030201"
        "0500000000000000"
        "14131211100f0e0d0c0b0a090807060504030201");
  Reader in{bytes};
  CHECK(take_le<std::uint32_t>(in) == 0x01020304);
  CHECK(take_le<std::uint64_t>(in) == 5);
  CHECK(take_reversed<Hash160>(in).bytes[0] == 1);
  CHECK(in.finish().ok());
  CHECK(take_le<std::uint64_t>(in) == 0);
  CHECK(in.status().code() == Errc::truncated);
}

TEST_CASE("sized bytes: a lying length is refused without allocating it") {
  const Bytes bytes = from_hex("feffffff7f00").value();
  Reader in{bytes};
  CHECK(take_sized(in, 0x7fffffff).empty());
  CHECK(in.status().code() == Errc::truncated);
}
