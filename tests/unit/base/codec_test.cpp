#include "base/codec.hpp"

#include <doctest/doctest.h>

#include "base/units.hpp"

using namespace quorate;

namespace {

struct Sample {
  std::uint16_t a{};
  std::optional<Hash160> b;
  List<std::uint8_t, 3> c;
  std::variant<std::uint8_t, Sats> d;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Sample::a, &Sample::b, &Sample::c, &Sample::d);
  }
  bool operator==(const Sample&) const = default;
};

}  // namespace

TEST_CASE("codec: a described struct has one golden encoding and decodes to itself") {
  Sample x;
  x.a = 0x0102;
  x.c = {7, 8};
  x.d = Sats{9};
  CHECK(to_hex(encode(x)) == "0102" "00" "00000002" "0708" "01" "0000000000000009");
  CHECK(decode<Sample>(encode(x)).value() == x);
}

TEST_CASE("codec: every truncation, a trailing byte and a lying count are refused by name") {
  Sample x;
  x.b = Hash160{};
  x.c = {1, 2, 3};
  const Bytes good = encode(x);
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK(decode<Sample>(ByteView{good}.first(n)).code() == Errc::truncated);
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(decode<Sample>(longer).code() == Errc::trailing_bytes);
  Bytes lying = encode(Sample{});
  lying[6] = 4;
  CHECK(decode<Sample>(lying).code() == Errc::length_out_of_bounds);
  lying[6] = 0;
  lying[2] = 2;
  CHECK(decode<Sample>(lying).code() == Errc::bad_flag);
  lying[2] = 0;
  lying[7] = 2;
  CHECK(decode<Sample>(lying).code() == Errc::bad_enum);
}

TEST_CASE("bit vector: LSB first, spare bits refused") {
  BitVector bits{10};
  bits.set(0);
  bits.set(9);
  CHECK(to_hex(encode(bits)) == "000a0102");
  CHECK(bits.to_text() == "1000000001");
  CHECK(decode<BitVector>(encode(bits)).value() == bits);
  CHECK(decode<BitVector>(from_hex("000a0104").value()).code() == Errc::spare_bits_set);
}

TEST_CASE("hex: both cases in, lower case out, odd length and other letters refused") {
  CHECK(to_hex(from_hex("00aBfF").value()) == "00abff");
  CHECK(from_hex("0").code() == Errc::bad_hex);
  CHECK(from_hex("0g").code() == Errc::bad_hex);
  CHECK(fixed_from_hex<Hash160>("00").code() == Errc::length_out_of_bounds);
}

TEST_CASE("quorum: 67 of 100 is one and 66 is not; 2,680 of 4,000 is one and 2,679 is not") {
  CHECK(is_quorum(Weight{67}, Weight{100}));
  CHECK_FALSE(is_quorum(Weight{66}, Weight{100}));
  CHECK(is_quorum(Weight{2680}, Weight{4000}));
  CHECK_FALSE(is_quorum(Weight{2679}, Weight{4000}));
  CHECK(is_third(Weight{34}, Weight{100}));
  CHECK_FALSE(is_third(Weight{33}, Weight{100}));
}
