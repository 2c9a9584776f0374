#include "actors/early_chunks.hpp"

namespace quorate::actors {

using consensus::Chunk;

void EarlyChunks::keep(const Chunk& chunk) {
  Chunks& chunks = contracts_[chunk.db.contract];
  chunks.insert_or_assign(Key{chunk.db.generation, chunk.db, chunk.slot}, chunk);
  if (chunks.size() > max_kept) chunks.erase(chunks.begin());
}

std::vector<Chunk> EarlyChunks::take(const consensus::DbAddress& db) {
  std::vector<Chunk> out;
  std::erase_if(contracts_[db.contract], [&](auto& entry) {
    if (entry.second.db != db) return entry.second.db.generation < db.generation;
    out.push_back(std::move(entry.second));
    return true;
  });
  return out;
}

}  // namespace quorate::actors
