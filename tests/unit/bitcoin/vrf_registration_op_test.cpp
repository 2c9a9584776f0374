#include "bitcoin/vrf_registration_op.hpp"

#include "bitcoin/operations.hpp"
#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

VrfRegistration sample(std::size_t memo) {
  VrfRegistration op;
  op.consensus_hash.bytes.fill(0x22);
  op.key = fixed_from_hex<crypto::VrfKey>(
               "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
               .value();
  op.memo.assign(memo, 0x99);
  return op;
}

}  // namespace

TEST_CASE("VrfRegistration: golden payload") {
  CHECK(to_hex(payload_of({'X', '2'}, sample(2))) ==
        "5832"
        "5e"
        "2222222222222222222222222222222222222222"
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        "9999");
}

TEST_CASE("VrfRegistration: memos of 0 and 25 bytes are read back, 26 and a short body refused") {
  for (const std::size_t memo : {0u, 1u, 25u}) {
    CHECK(VrfRegistration::from_body(sample(memo).body()).value() == sample(memo));
  }
  Bytes body = sample(25).body();
  body.push_back(0);
  CHECK(VrfRegistration::from_body(body).code() == Errc::operation_wrong_length);
  body = sample(0).body();
  for (std::size_t n = 0; n < body.size(); ++n) {
    CHECK(VrfRegistration::from_body(ByteView{body}.first(n)).code() ==
          Errc::operation_wrong_length);
  }
}

TEST_CASE("VrfRegistration: a key that is no point is refused") {
  VrfRegistration op = sample(0);
  op.key = {};
  CHECK(VrfRegistration::from_body(op.body()).code() == Errc::bad_vrf_key);
}
