#include "bitcoin/enrollment_op.hpp"

#include "bitcoin/operations.hpp"
#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

const std::string generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

Enrollment sample() {
  Enrollment op;
  op.set = {BurnHeight{0x01020304}, 0x0506};
  op.key = {BurnHeight{0x0708090a}, 0x0b0c};
  op.signing_key = fixed_from_hex<crypto::PublicKey>(generator).value();
  op.state_root.bytes.fill(0xee);
  return op;
}

}  // namespace

TEST_CASE("Enrollment: the payload has the 80 bytes of the specification") {
  const Bytes payload = payload_of({'X', '2'}, sample());
  CHECK(to_hex(payload) ==
        "5832"
        "40"
        "01020304"
        "0506"
        "0708090a"
        "0b0c" +
            generator + "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  CHECK(payload.size() == 80);
  CHECK(decode_payload({'X', '2'}, payload).value() == Operation{sample()});
}

TEST_CASE("Enrollment: decoding returns what was encoded") {
  CHECK(Enrollment::from_body(sample().body()).value() == sample());
  const Enrollment empty_places{{}, {}, sample().signing_key, {}};
  CHECK(Enrollment::from_body(empty_places.body()).value() == empty_places);
}

TEST_CASE("Enrollment: every other length is refused") {
  Bytes body = sample().body();
  for (std::size_t n = 0; n < body.size(); ++n) {
    CHECK(Enrollment::from_body(ByteView{body}.first(n)).code() == Errc::operation_wrong_length);
  }
  body.push_back(0);
  CHECK(Enrollment::from_body(body).code() == Errc::operation_wrong_length);
}

TEST_CASE("Enrollment: a signing key that is no curve point is refused") {
  Enrollment op = sample();
  op.signing_key.bytes[0] = 4;
  CHECK(Enrollment::from_body(op.body()).code() == Errc::bad_public_key);
  op.signing_key = {};
  CHECK(Enrollment::from_body(op.body()).code() == Errc::bad_public_key);
}
