#include "actors/early_chunks.hpp"

namespace quorate::actors {

using consensus::Chunk;

void EarlyChunks::keep(const Chunk& chunk) {
  chunks_.insert_or_assign(Key{chunk.db.generation, chunk.db, chunk.slot}, chunk);
  if (chunks_.size() > max_kept) chunks_.erase(chunks_.begin());
}

std::vector<Chunk> EarlyChunks::take(const consensus::DbAddress& db) {
  std::vector<Chunk> out;
  std::erase_if(chunks_, [&](auto& entry) {
    const bool is_older = entry.second.db.contract == db.contract &&
                          entry.second.db.generation < db.generation;
    if (entry.second.db != db) return is_older;
    out.push_back(std::move(entry.second));
    return true;
  });
  return out;
}

}  // namespace quorate::actors
