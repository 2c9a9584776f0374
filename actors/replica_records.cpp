#include "actors/replica_records.hpp"

namespace quorate::actors::replica {

using consensus::Chunk;
using consensus::ChunkSlot;
using consensus::DbAddress;
using storage::RecordWrite;
using storage::Table;

Bytes chunk_key(const DbAddress& db, ChunkSlot slot) {
  const Hash256 name = crypto::tagged_h("quorate/chunk-db", encode(db));
  Bytes key = to_bytes(name.view().first(16));
  Writer{key}.put(slot);
  return key;
}

Bytes evidence_key(const DbAddress& db, ChunkSlot slot, ChunkVersion version) {
  Bytes key = chunk_key(db, slot);
  Writer{key}.put(version);
  return key;
}

RecordWrite chunk_record(const Chunk& chunk) {
  return {Table::chunks, chunk_key(chunk.db, chunk.slot), encode(chunk)};
}

RecordWrite evidence_record(const Equivocation& evidence) {
  const Chunk& first = evidence.first;
  return {Table::evidence, evidence_key(first.db, first.slot, first.version), encode(evidence)};
}

RecordWrite erase_chunk(const DbAddress& db, ChunkSlot slot) {
  return {Table::chunks, chunk_key(db, slot), std::nullopt};
}

RecordWrite erase_evidence(const DbAddress& db, ChunkSlot slot, ChunkVersion version) {
  return {Table::evidence, evidence_key(db, slot, version), std::nullopt};
}

Result<Chunk> read_chunk_record(const RecordWrite& record) {
  if (record.table != Table::chunks || !record.value) return Errc::bad_chunk_record;
  auto chunk = decode<Chunk>(*record.value);
  if (!chunk.ok()) return Error{Errc::bad_chunk_record, std::string{name_of(chunk.code())}};
  if (chunk_key(chunk->db, chunk->slot) != record.key) return Errc::bad_chunk_record;
  return chunk;
}

Result<Equivocation> read_evidence_record(const RecordWrite& record) {
  if (record.table != Table::evidence || !record.value) return Errc::bad_chunk_record;
  auto evidence = decode<Equivocation>(*record.value);
  if (!evidence.ok()) return Error{Errc::bad_chunk_record, std::string{name_of(evidence.code())}};
  const Chunk& first = evidence->first;
  if (evidence_key(first.db, first.slot, first.version) != record.key) {
    return Errc::bad_chunk_record;
  }
  return evidence;
}

}  // namespace quorate::actors::replica
