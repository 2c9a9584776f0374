#include "consensus/chunk.hpp"

namespace quorate::consensus {

Hash256 chunk_digest(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                     ChunkVersion version, const Hash256& content_hash) {
  Bytes text;
  Writer{text}.put(network_id).put(db).put(slot).put(version).put(content_hash);
  return crypto::tagged_h("quorate/chunk/v2", text);
}

Chunk sign_chunk(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                 ChunkVersion version, SharedBytes content, const crypto::SecretKey& key) {
  const Hash256 digest =
      chunk_digest(network_id, db, slot, version, crypto::sha512_256(content.view()));
  return Chunk{db, slot, version, {std::move(content)}, crypto::sign_recoverable(key, digest)};
}

}  // namespace quorate::consensus
