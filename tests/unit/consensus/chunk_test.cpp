#include "consensus/chunk.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

namespace {

DbAddress address() {
  DbAddress db{{"SP.x"}, 5, {}};
  db.set.bytes[0] = 0xaa;
  return db;
}
crypto::SecretKey key() { return crypto::SecretKey::derive("quorate/test-chunk", {}); }
Chunk signed_chunk() {
  return sign_chunk(1, address(), ChunkSlot{2}, ChunkVersion{3}, SharedBytes{Bytes{0xde, 0xad}},
                    key());
}

}  // namespace

// The digest was computed apart from this program, with Python's hashlib.
TEST_CASE("chunk_digest: golden, over network, array, slot, version and content hash") {
  const Hash256 content = crypto::sha512_256(Bytes{0xde, 0xad});
  const Hash256 digest = chunk_digest(1, address(), ChunkSlot{2}, ChunkVersion{3}, content);
  CHECK(to_hex(digest) ==
        "132d0c371a8e5625aa835d36724262e7d093797c9687921fb02b537a60e21ad9");
  DbAddress other = address();
  other.generation = 6;
  CHECK(chunk_digest(2, address(), ChunkSlot{2}, ChunkVersion{3}, content) != digest);
  CHECK(chunk_digest(1, other, ChunkSlot{2}, ChunkVersion{3}, content) != digest);
  CHECK(chunk_digest(1, address(), ChunkSlot{3}, ChunkVersion{3}, content) != digest);
  CHECK(chunk_digest(1, address(), ChunkSlot{2}, ChunkVersion{4}, content) != digest);
}

TEST_CASE("sign_chunk: the signer is recovered from the digest") {
  const Chunk chunk = signed_chunk();
  const Hash256 digest = chunk_digest(1, chunk.db, chunk.slot, chunk.version,
                                      crypto::sha512_256(chunk.content.bytes.view()));
  CHECK(crypto::recover(digest, chunk.signature).value() == key().public_key());
}

TEST_CASE("chunk: golden layout, decoded to itself, every truncation and a trailing byte refused") {
  const Chunk chunk = signed_chunk();
  Bytes wire = encode(chunk);
  CHECK(to_hex(wire) == "0004" "53502e78" "0000000000000005" "aa" + std::string(62, '0') +
                            "00000002" "0000000000000003" "00000002" "dead" +
                            to_hex(chunk.signature));
  CHECK(decode<Chunk>(wire).value() == chunk);
  for (std::size_t n = 0; n < wire.size(); ++n) {
    CHECK(decode<Chunk>(ByteView{wire}.first(n)).code() == Errc::truncated);
  }
  wire.push_back(0);
  CHECK(decode<Chunk>(wire).code() == Errc::trailing_bytes);
}

TEST_CASE("chunk: content of the largest size is taken, one byte more is refused") {
  Chunk chunk = signed_chunk();
  chunk.content = {SharedBytes{Bytes(max_chunk_bytes)}};
  Bytes wire = encode(chunk);
  CHECK(decode<Chunk>(wire).ok());
  const std::size_t length_at = wire.size() - 65 - max_chunk_bytes - 4;
  put_be(wire.data() + length_at, static_cast<std::uint32_t>(max_chunk_bytes + 1));
  wire.push_back(0);
  CHECK(decode<Chunk>(wire).code() == Errc::length_out_of_bounds);
}
