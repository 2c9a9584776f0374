#include "consensus/chunk.hpp"

#include "crypto/content_pool.hpp"

namespace quorate::consensus {

Hash256 chunk_digest(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                     ChunkVersion version, const Hash256& content_hash) {
  Bytes text;
  Writer{text}.put(network_id).put(db).put(slot).put(version).put(content_hash);
  return crypto::tagged_h("quorate/chunk/v2", text);
}

Hash256 legacy_chunk_digest(ChunkSlot slot, ChunkVersion version, const Hash256& content_hash) {
  ASSERT(version.value <= UINT32_MAX);
  Bytes text;
  Writer{text}.put(slot).put(static_cast<std::uint32_t>(version.value)).put(content_hash);
  return crypto::sha512_256(text);
}

Chunk sign_chunk(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                 ChunkVersion version, SharedBytes content, const crypto::SecretKey& key) {
  const Hash256 hash = crypto::ContentPool::of_this_thread().hashed(content).hash;
  const Hash256 digest = chunk_digest(network_id, db, slot, version, hash);
  return Chunk{db, slot, version, {std::move(content)}, crypto::sign_recoverable(key, digest)};
}

}  // namespace quorate::consensus
