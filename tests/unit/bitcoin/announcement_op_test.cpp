#include "bitcoin/announcement_op.hpp"

#include "bitcoin/operations.hpp"
#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

Announcement sample() {
  Announcement op;
  op.term = TermNumber{0x01020304};
  op.block.bytes.fill(0xbb);
  op.state_root.bytes.fill(0xcc);
  op.height = BlockHeight{0x05060708090a0b0c};
  return op;
}

}  // namespace

TEST_CASE("Announcement: golden payload of 79 bytes") {
  const Bytes payload = payload_of({'X', '2'}, sample());
  CHECK(to_hex(payload) ==
        "5832"
        "73"
        "01020304"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
        "05060708090a0b0c");
  CHECK(payload.size() == 79);
  CHECK(decode_payload({'X', '2'}, payload).value() == Operation{sample()});
}

TEST_CASE("Announcement: decoding returns what was encoded; every other length is refused") {
  Bytes body = sample().body();
  CHECK(Announcement::from_body(body).value() == sample());
  for (std::size_t n = 0; n < body.size(); ++n) {
    CHECK(Announcement::from_body(ByteView{body}.first(n)).code() == Errc::operation_wrong_length);
  }
  body.push_back(0);
  CHECK(Announcement::from_body(body).code() == Errc::operation_wrong_length);
}
