#include "bitcoin/bech32.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

std::string program_hex(std::string_view prefix, std::string_view text) {
  const Result<WitnessProgram> found = decode_segwit(prefix, text);
  return found.ok() ? std::to_string(found->version) + ":" + to_hex(found->program)
                    : std::string{name_of(found.code())};
}

}  // namespace

// Source: BIP 350 "Test vectors for v0-v16 native segregated witness addresses".
TEST_CASE("bech32: published valid addresses in both directions") {
  CHECK(program_hex("bc", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4") ==
        "0:751e76e8199196d454941c45d1b3a323f1433bd6");
  CHECK(program_hex("tb", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7") ==
        "0:1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262");
  CHECK(program_hex("bc",
                    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5"
                    "nd6y") ==
        "1:751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6");
  CHECK(program_hex("bc", "BC1SW50QGDZ25J") == "16:751e");
  CHECK(program_hex("bc", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs") ==
        "2:751e76e8199196d454941c45d1b3a323");
  CHECK(program_hex("bc", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0") ==
        "1:79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
}

TEST_CASE("bech32: encoding is the inverse for every version and length") {
  for (std::uint8_t version = 0; version <= 16; ++version) {
    for (std::size_t size = 2; size <= 40; ++size) {
      if (version == 0 && size != 20 && size != 32) continue;
      WitnessProgram program{version, Bytes(size, static_cast<std::uint8_t>(size * 37))};
      CHECK(decode_segwit("bcrt", encode_segwit("bcrt", program)).value() == program);
    }
  }
}

// Source: BIP 350, invalid addresses.
TEST_CASE("bech32: published invalid addresses are refused by name") {
  const auto p = [](const char* text) { return program_hex("bc", text); };
  // Version 1 in bech32, version 0 in bech32m.
  CHECK(p("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd") ==
        "address_bad_checksum");
  CHECK(p("bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqxpyvqh") ==
        "address_bad_checksum");
  CHECK(p("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4") ==
        "address_bad_character");
  CHECK(p("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R") ==
        "address_bad_version");
  CHECK(p("bc1pw5dgrnzv") == "address_bad_length");
  CHECK(p("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav") ==
        "address_bad_length");
  CHECK(p("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P") == "address_bad_length");
  CHECK(p("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf") ==
        "address_bad_length");  // padding of a whole digit
  CHECK(program_hex("tb", "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j") ==
        "address_bad_length");  // padding that is not zero
  CHECK(program_hex("tb", "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq") ==
        "address_bad_character");  // both cases
  CHECK(p("bc1gmk9yu") == "address_bad_length");
  CHECK(p("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty") == "address_bad_version");
  CHECK(p("bc") == "address_bad_character");
  CHECK(p(std::string(91, 'q').c_str()) == "address_bad_length");
}
