#include "stacks/c32.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace quorate;
using namespace quorate::stacks;

namespace {

const Address sample{22,
                     Hash160::from(from_hex("a46ff88886c2ef9762d970b4d2c63678835bd39d").value())};
constexpr std::string_view sample_text = "SP2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKNRV9EJ7";

}  // namespace

TEST_CASE("c32: an address is written in upper case and read in any case with look-alikes") {
  CHECK(to_text(sample) == sample_text);
  CHECK(parse_address(sample_text).value() == sample);
  CHECK(parse_address("sp2j6zy48gvlez5v2v5rb9mp66sw86pykknrv9ej7").value() == sample);
  CHECK(parse_address("SP2J6ZY48GVIEZ5V2V5RB9MP66SW86PYKKNRV9EJ7").value() == sample);
  CHECK(c32_normalized("soLi") == "S011");
}

TEST_CASE("c32: a wrong letter, prefix, length or checksum is refused by its name") {
  std::string text{sample_text};
  CHECK(parse_address("").code() == Errc::bad_address);
  CHECK(parse_address("S").code() == Errc::bad_address);
  CHECK(parse_address("SP").code() == Errc::bad_address);
  CHECK(parse_address("X" + text.substr(1)).code() == Errc::bad_address);
  CHECK(parse_address(text.substr(0, text.size() - 2)).code() == Errc::bad_address);
  CHECK(parse_address(text + "00").code() == Errc::bad_address);
  text[5] = 'U';
  CHECK(parse_address(text).code() == Errc::bad_c32_character);
  text[5] = 'X';
  CHECK(parse_address(text).code() == Errc::bad_c32_checksum);
  CHECK(parse_address("ST" + std::string{sample_text.substr(2)}).code() == Errc::bad_c32_checksum);
  CHECK(c32_decode(std::string(c32_max_length, '0')).ok());
  CHECK(c32_decode(std::string(c32_max_length + 1, '0')).code() == Errc::length_out_of_bounds);
}

TEST_CASE("c32: every byte string decodes to itself, leading zeros included") {
  const unsigned seed = 7;
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 2'000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    for (std::size_t i = 0; i < bytes.size() && random() % 2; ++i) bytes[i] = 0;
    CHECK(c32_decode(c32_encode(bytes)).value() == bytes);
  }
}
