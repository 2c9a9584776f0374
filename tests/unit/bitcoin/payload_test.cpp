#include "bitcoin/payload.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::bitcoin;

TEST_CASE("BurnPlace: six bytes in payloads, up to the largest height and index") {
  for (const BurnPlace& place : {BurnPlace{}, BurnPlace{BurnHeight{666061}, 258},
                                 BurnPlace{BurnHeight{0xffffffff}, 0xffff}}) {
    Bytes bytes;
    Writer out{bytes};
    put_place(out, place);
    CHECK(bytes.size() == 6);
    Reader in{bytes};
    CHECK(take_place(in) == place);
    CHECK(in.finish().ok());
  }
  Bytes bytes;
  Writer out{bytes};
  put_place(out, {BurnHeight{0x01020304}, 0x0506});
  CHECK(to_hex(bytes) == "010203040506");
}
