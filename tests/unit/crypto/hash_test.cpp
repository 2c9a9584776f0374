#include "crypto/hash.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::crypto;

// Published values: FIPS 180-4 examples for "abc", the RIPEMD-160 paper, Bitcoin's genesis header.
TEST_CASE("hash: published values of the plain functions") {
  CHECK(to_hex(sha512_256(as_bytes("abc"))) ==
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  CHECK(to_hex(sha512_256({})) ==
        "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a");
  CHECK(to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(ripemd160(as_bytes("abc"))) == "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
}

TEST_CASE("hash: sha256d of Bitcoin's first block header is its hash") {
  const Bytes header = from_hex(
                           "01000000"
                           "0000000000000000000000000000000000000000000000000000000000000000"
                           "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
                           "29ab5f49"
                           "ffff001d"
                           "1dac2b7c")
                           .value();
  CHECK(to_hex(reversed(sha256d(header))) ==
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
}

TEST_CASE("hash: hash160 is RIPEMD160 of SHA256") {
  const Bytes generator =
      from_hex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").value();
  CHECK(to_hex(hash160(generator)) == "751e76e8199196d454941c45d1b3a323f1433bd6");
  CHECK(hash160(generator) == ripemd160(sha256(generator).view()));
}

TEST_CASE("hash: a BIP 340 tagged hash is the hash of the doubled tag hash and the data") {
  const Hash256 tag = sha256(as_bytes("TapTweak"));
  Bytes data = to_bytes(tag.view());
  append(data, tag.view());
  append(data, as_bytes("x"));
  CHECK(tagged_sha256("TapTweak", as_bytes("x")) == sha256(data));
  CHECK(Sha256::tagged("TapTweak").update(as_bytes("x")).finish() == sha256(data));
}

TEST_CASE("hash: our own tagged hash puts the tag in front") {
  CHECK(tagged_h("quorate/a", as_bytes("b")) == sha512_256(as_bytes("quorate/ab")));
}

TEST_CASE("hash: a stream can be copied midway and asked twice") {
  Sha256 stream;
  stream.update(as_bytes("a"));
  Sha256 copy = stream;
  stream.update(as_bytes("bc"));
  CHECK(stream.finish() == sha256(as_bytes("abc")));
  CHECK(stream.finish() == sha256(as_bytes("abc")));
  CHECK(copy.finish() == sha256(as_bytes("a")));
  copy = stream;
  CHECK(copy.update({}).finish() == sha256(as_bytes("abc")));
  const Sha256 moved = std::move(copy);
  CHECK(moved.finish() == sha256(as_bytes("abc")));
}
