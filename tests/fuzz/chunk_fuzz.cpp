// A chunk as it comes from a peer or a store: decodes to itself or is refused, and no bytes make
// the owner's check fail in any other way than by name.
#include "actors/replica_records.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ByteView input{bytes, size};
  const auto chunk = decode<consensus::Chunk>(input);
  if (!chunk.ok()) return 0;
  ASSERT(encode(*chunk) == to_bytes(input));
  const Hash256 digest =
      consensus::chunk_digest(1, chunk->db, chunk->slot, chunk->version,
                              crypto::sha512_256(chunk->content.bytes.view()));
  static_cast<void>(crypto::recover(digest, chunk->signature));
  const auto record = actors::replica::chunk_record(*chunk);
  ASSERT(actors::replica::read_chunk_record(record).value() == *chunk);
  return 0;
}
