#include "bitcoin/script.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

const Bytes twenty(20, 0xaa);
const Bytes thirty_two(32, 0xbb);

}  // namespace

TEST_CASE("script: the five standard outputs in both directions") {
  const std::string a(40, 'a');
  const std::string b(64, 'b');
  const std::vector<std::pair<Destination, std::string>> all{
      {{OutputKind::p2pkh, twenty}, "76a914" + a + "88ac"},
      {{OutputKind::p2sh, twenty}, "a914" + a + "87"},
      {{OutputKind::p2wpkh, twenty}, "0014" + a},
      {{OutputKind::p2wsh, thirty_two}, "0020" + b},
      {{OutputKind::p2tr, thirty_two}, "5120" + b},
  };
  for (const auto& [destination, text] : all) {
    CHECK(to_hex(script_of(destination).bytes) == text);
    CHECK(destination_of(Script{hex(text)}) == destination);
  }
}

TEST_CASE("script: a byte more, less or different is no standard output") {
  Script script = script_of({OutputKind::p2pkh, twenty});
  script.bytes.push_back(0);
  CHECK_FALSE(destination_of(script));
  script.bytes.resize(24);
  CHECK_FALSE(destination_of(script));
  script = script_of({OutputKind::p2pkh, twenty});
  script.bytes[24] = 0xad;
  CHECK_FALSE(destination_of(script));
  script = script_of({OutputKind::p2tr, thirty_two});
  script.bytes[0] = 0x52;
  CHECK_FALSE(destination_of(script));
  CHECK_FALSE(destination_of(Script{}));
}

TEST_CASE("script: keys become the scripts that pay them") {
  const auto key = fixed_from_hex<crypto::PublicKey>(
                       "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
                       .value();
  CHECK(to_hex(p2wpkh_script(key).bytes) == "0014751e76e8199196d454941c45d1b3a323f1433bd6");
  CHECK(to_hex(p2tr_script(crypto::x_only(key)).bytes) ==
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
}

TEST_CASE("script: zero hashes of 20 bytes burn, whatever the kind; others do not") {
  CHECK(to_hex(burn_script().bytes) == "76a914000000000000000000000000000000000000000088ac");
  CHECK(is_burn(burn_script()));
  CHECK(is_burn(script_of({OutputKind::p2sh, Bytes(20, 0)})));
  CHECK_FALSE(is_burn(script_of({OutputKind::p2wsh, Bytes(32, 0)})));
  CHECK_FALSE(is_burn(script_of({OutputKind::p2pkh, twenty})));
  CHECK_FALSE(is_burn(Script{}));
}

TEST_CASE("OP_RETURN: 1, 75, 76 and 80 bytes in their shortest push form") {
  for (const std::size_t size : {1u, 75u, 76u, 80u}) {
    const Bytes payload(size, 7);
    const Script script = op_return_script(payload);
    CHECK(script.bytes.size() == size + (size > 75 ? 3 : 2));
    REQUIRE(op_return_payload(script));
    CHECK(to_bytes(*op_return_payload(script)) == payload);
  }
  CHECK(to_hex(op_return_script(Bytes{1, 2}).bytes) == "6a020102");
  CHECK(to_hex(op_return_script(Bytes(76, 0)).bytes).substr(0, 6) == "6a4c4c");
}

TEST_CASE("OP_RETURN: anything but one shortest push of 1..80 bytes carries no payload") {
  for (const char* text : {"", "6a", "6a00", "6a4c", "6a4c00", "6a0201", "6a01020304", "6a4c0101",
                           "52020102", "6b0101"}) {
    CAPTURE(text);
    CHECK_FALSE(op_return_payload(Script{hex(text)}));
  }
  Script too_long{{0x6a, 0x4c, 81}};
  too_long.bytes.resize(3 + 81);
  CHECK_FALSE(op_return_payload(too_long));
  Script long_form{{0x6a, 0x4c, 75}};  // 75 bytes have a shorter form
  long_form.bytes.resize(3 + 75);
  CHECK_FALSE(op_return_payload(long_form));
  Script direct{{0x6a, 76}};  // 76 is OP_PUSHDATA1 itself
  direct.bytes.resize(2 + 76);
  CHECK_FALSE(op_return_payload(direct));
}
