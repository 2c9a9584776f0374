// Chunks that the own replica shows before its node has told the role whose they are: a
// generation's array and its members' machines open on the same event, in either order. Nothing is
// judged here; the replica has authorised every chunk. Source: docs/protocol.md "Members talk
// through Stacker DBs".
#pragma once

#include <map>
#include <vector>

#include "consensus/chunk.hpp"

namespace quorate::actors {

class EarlyChunks {
 public:
  /// At most this many of either Stacker DB; those of its oldest generation give way.
  static constexpr std::size_t max_kept = 16'384;

  /// Keeps the last chunk told of each slot.
  void keep(const consensus::Chunk& chunk);
  /// What was kept for this array, by slot; what is older than its generation is forgotten.
  [[nodiscard]] std::vector<consensus::Chunk> take(const consensus::DbAddress& db);

 private:
  using Key = std::tuple<std::uint64_t, consensus::DbAddress, consensus::ChunkSlot>;
  using Chunks = std::map<Key, consensus::Chunk>;  ///< By generation, array and slot.
  /// By contract: terms and cycles are numbered apart.
  std::map<decltype(consensus::DbAddress::contract), Chunks> contracts_;
};

}  // namespace quorate::actors
