#include "actors/replica_records.hpp"

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;
using namespace quorate::actors::replica;

TEST_CASE("replica records: a chunk and an equivocation come back from their records") {
  const auto contract = plain_contract();
  const Chunk chunk = contract->sign(3, 2, {1, 2});
  CHECK(read_chunk_record(chunk_record(chunk)).value() == chunk);
  const Equivocation evidence{chunk, contract->sign(3, 2, {9})};
  CHECK(read_evidence_record(evidence_record(evidence)).value() == evidence);
  CHECK(erase_chunk(chunk.db, chunk.slot).key == chunk_record(chunk).key);
  CHECK(erase_evidence(chunk.db, chunk.slot, chunk.version).key == evidence_record(evidence).key);
}

TEST_CASE("replica records: golden keys") {
  const Chunk chunk = plain_contract()->sign(3, 2, {1, 2});
  CHECK(to_hex(chunk_key(chunk.db, chunk.slot)) == "654751cdd6758ceb90c114d8399fc9b400000003");
  CHECK(to_hex(evidence_key(chunk.db, chunk.slot, chunk.version)) ==
        to_hex(chunk_key(chunk.db, chunk.slot)) + "0000000000000002");
}

TEST_CASE("replica records: another key, other bytes or another table are refused") {
  const auto contract = plain_contract();
  storage::RecordWrite record = chunk_record(contract->sign(3, 2, {1, 2}));
  storage::RecordWrite moved = record;
  moved.key.back() ^= 1;
  CHECK(read_chunk_record(moved).code() == Errc::bad_chunk_record);
  storage::RecordWrite shorter = record;
  shorter.value->pop_back();
  CHECK(read_chunk_record(shorter).code() == Errc::bad_chunk_record);
  CHECK(read_evidence_record(record).code() == Errc::bad_chunk_record);
  record.value.reset();
  CHECK(read_chunk_record(record).code() == Errc::bad_chunk_record);
}
