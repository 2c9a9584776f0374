// How a replica's chunks and evidence lie in the record store.
//   Table::chunks    key   H("quorate/chunk-db" ‖ address)[0..16) ‖ slot u32
//                    value the encoded chunk
//   Table::evidence  key   as above ‖ version u64
//                    value the two encoded chunks
#pragma once

#include "actors/replica_io.hpp"

namespace quorate::actors::replica {

[[nodiscard]] Bytes chunk_key(const consensus::DbAddress& db, consensus::ChunkSlot slot);
[[nodiscard]] Bytes evidence_key(const consensus::DbAddress& db, consensus::ChunkSlot slot,
                                 ChunkVersion version);

[[nodiscard]] storage::RecordWrite chunk_record(const consensus::Chunk& chunk);
[[nodiscard]] storage::RecordWrite evidence_record(const Equivocation& evidence);
[[nodiscard]] storage::RecordWrite erase_chunk(const consensus::DbAddress& db,
                                               consensus::ChunkSlot slot);
[[nodiscard]] storage::RecordWrite erase_evidence(const consensus::DbAddress& db,
                                                  consensus::ChunkSlot slot, ChunkVersion version);

/// @returns bad_chunk_record when the value does not decode or stands under another chunk's key.
[[nodiscard]] Result<consensus::Chunk> read_chunk_record(const storage::RecordWrite& record);
[[nodiscard]] Result<Equivocation> read_evidence_record(const storage::RecordWrite& record);

}  // namespace quorate::actors::replica
