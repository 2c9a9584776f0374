// Chunks that came before their group stands.
#include "actors/early_chunks.hpp"

#include <doctest/doctest.h>

namespace quorate::actors {
namespace {

using consensus::Chunk;
using consensus::ChunkSlot;
using consensus::DbAddress;

DbAddress array(const char* contract, std::uint64_t generation, std::uint8_t set = 0) {
  DbAddress db;
  db.contract.text = contract;
  db.generation = generation;
  db.set.bytes[0] = set;
  return db;
}

Chunk chunk(const DbAddress& db, std::uint32_t slot, std::uint64_t version = 1) {
  Chunk out;
  out.db = db;
  out.slot = ChunkSlot{slot};
  out.version = ChunkVersion{version};
  return out;
}

TEST_CASE("early chunks: an array gets its own, the last told of each slot, and only once") {
  EarlyChunks early;
  const DbAddress db = array("a", 7), other = array("a", 7, 1);
  early.keep(chunk(db, 2));
  early.keep(chunk(db, 1, 3));
  early.keep(chunk(db, 1, 4));
  early.keep(chunk(other, 1, 9));
  const auto taken = early.take(db);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].slot == ChunkSlot{1});
  CHECK(taken[0].version == ChunkVersion{4});
  CHECK(taken[1].slot == ChunkSlot{2});
  CHECK(early.take(db).empty());
  CHECK(early.take(other).size() == 1);
}

TEST_CASE("early chunks: what is older than an array taken is forgotten, of its contract only") {
  EarlyChunks early;
  early.keep(chunk(array("a", 6), 1));
  early.keep(chunk(array("a", 8), 1));
  early.keep(chunk(array("b", 1), 1));
  CHECK(early.take(array("a", 7)).empty());
  CHECK(early.take(array("a", 6)).empty());
  CHECK(early.take(array("a", 8)).size() == 1);
  CHECK(early.take(array("b", 1)).size() == 1);
}

TEST_CASE("early chunks: a flood of terms does not push out a cycle's") {
  EarlyChunks early;
  const DbAddress cycle = array("stackers", 3);
  early.keep(chunk(cycle, 1));
  for (std::uint32_t i = 0; i < EarlyChunks::max_kept; ++i) {
    early.keep(chunk(array("producers", 700), i));
  }
  CHECK(early.take(cycle).size() == 1);
  // Of its own contract the oldest generation gives way, at the limit and not before.
  early.keep(chunk(array("producers", 701), 1));
  const auto left = early.take(array("producers", 700));
  CHECK(left.size() == EarlyChunks::max_kept - 1);
  CHECK(left.front().slot == ChunkSlot{1});
  CHECK(early.take(array("producers", 701)).size() == 1);
}

}  // namespace
}  // namespace quorate::actors
