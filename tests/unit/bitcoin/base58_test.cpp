#include "bitcoin/base58.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

const std::string genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";

}  // namespace

TEST_CASE("base58check: a published address in both directions") {
  const Base58Payload payload{
      0, fixed_from_hex<Hash160>("62e907b15cbf27d5425399ebf6f0fb50ebb88f18").value()};
  CHECK(encode_base58check(payload) == genesis);
  CHECK(decode_base58check(genesis).value() == payload);
}

TEST_CASE("base58check: leading zeros are kept, all-ones fit") {
  Hash160 ones;
  ones.bytes.fill(0xff);
  for (const Base58Payload& payload :
       {Base58Payload{0, Hash160{}}, Base58Payload{255, ones}, Base58Payload{0, ones}}) {
    CHECK(decode_base58check(encode_base58check(payload)).value() == payload);
  }
  CHECK(encode_base58check({0, Hash160{}}) == "1111111111111111111114oLvT2");
}

TEST_CASE("base58check: wrong letters, lengths and checksums are refused by name") {
  CHECK(decode_base58check("").code() == Errc::address_bad_length);
  CHECK(decode_base58check(std::string(36, '1')).code() == Errc::address_bad_length);
  CHECK(decode_base58check("1" + genesis).code() == Errc::address_bad_length);
  CHECK(decode_base58check(genesis.substr(1)).code() == Errc::address_bad_length);
  for (const char c : {'0', 'O', 'I', 'l', ' ', '+'}) {
    std::string text = genesis;
    text[5] = c;
    CHECK(decode_base58check(text).code() == Errc::address_bad_character);
  }
  for (std::size_t i = 2; i < genesis.size(); ++i) {
    std::string text = genesis;
    text[i] = text[i] == 'z' ? 'y' : 'z';
    CHECK_FALSE(decode_base58check(text).ok());
  }
  std::string swapped = genesis;
  std::swap(swapped[30], swapped[31]);
  CHECK(decode_base58check(swapped).code() == Errc::address_bad_checksum);
}
