#include "actors/chunk_desk.hpp"

#include <doctest/doctest.h>

#include "messages/keygen_proof.hpp"

using namespace quorate;
using namespace quorate::actors;

namespace {

crypto::SecretKey key(std::uint8_t n) {
  return crypto::SecretKey::derive("quorate/test", Bytes{n});
}

consensus::SignerSet four_producers() {
  consensus::SignerSet set;
  set.kind = GroupKind::producers;
  set.generation = 2;
  set.total_slots = 100;
  for (std::uint8_t p = 0; p < 4; ++p) {
    consensus::SignerMember member;
    member.key = key(p).public_key();
    for (std::uint32_t s = p; s < 100; s += 4) member.slots.push_back(SlotIndex{s});
    set.members.push_back(member);
  }
  return set;
}

struct Desks {
  consensus::Params params;
  consensus::SignerSet set = four_producers();
  crypto::SecretKey own = key(1);
  ChunkDesk writer{params, set, MemberIndex{1}, &own};
  ChunkDesk reader{params, set, std::nullopt, nullptr};
};

}  // namespace

TEST_CASE("chunk desk: a state is read back by everybody, with rising versions") {
  Desks desks;
  messages::MemberState state;
  state.epoch = 7;
  std::vector<storage::RecordWrite> records;
  const auto once = desks.writer.write_state(state, records).value();
  const auto twice = desks.writer.write_state(state, records).value();
  REQUIRE(once.size() == 1);
  CHECK(once[0].slot == consensus::ChunkSlot{101});
  CHECK(once[0].version == ChunkVersion{1});
  CHECK(twice[0].version == ChunkVersion{2});
  const auto read = desks.reader.read(once[0]).value();
  CHECK(*std::get<StateRead>(read).state == state);
  CHECK(std::get<StateRead>(read).member == MemberIndex{1});
  const messages::SignedState& written = std::get<StateRead>(read).written;
  CHECK(written.state.bytes == SharedBytes{encode(state)});
  CHECK(written.manifest.bytes.is_empty());
  CHECK(written.word.signature == once[0].signature);
}

TEST_CASE("chunk desk: who reads the same bytes has the same object, and nobody keeps it alive") {
  Desks desks;
  std::vector<storage::RecordWrite> records;
  const auto chunk = desks.writer.write_state({}, records).value()[0];
  const auto other = desks.writer.write_state({}, records).value()[0];
  ChunkDesk second{desks.params, desks.set, std::nullopt, nullptr};
  const auto state_in = [](ChunkDesk& desk, const consensus::Chunk& from) {
    return std::get<StateRead>(desk.read(from).value()).state;
  };
  std::weak_ptr<const messages::MemberState> watched;
  {
    const auto first = state_in(desks.reader, chunk);
    watched = first;
    CHECK(state_in(second, chunk) == first);
    CHECK(state_in(second, other) != first);
    CHECK(*state_in(second, other) == *first);
  }
  CHECK(watched.expired());
  CHECK(*state_in(second, chunk) == messages::MemberState{});
}

TEST_CASE("chunk desk: versions go on after a restart, and above what a replica holds") {
  Desks desks;
  std::vector<storage::RecordWrite> records;
  (void)desks.writer.write_state({}, records).value();
  VersionRecords stored;
  for (const auto& record : records) stored[record.key] = *record.value;
  ChunkDesk again{desks.params, desks.set, MemberIndex{1}, &desks.own};
  again.restore(stored);
  CHECK(again.write_state({}, records).value()[0].version == ChunkVersion{2});
  again.outrun(consensus::ChunkSlot{101}, ChunkVersion{40});
  CHECK(again.write_state({}, records).value()[0].version == ChunkVersion{41});
}

TEST_CASE("chunk desk: what exceeds one slot goes on in further ones and is read when complete") {
  Desks desks;
  const SharedBytes dealing{Bytes(40'000, 5)};
  const auto chunks = desks.writer.write_dealing(0, dealing).value();
  REQUIRE(chunks.size() > 1);
  std::size_t complete = 0;
  for (const auto& chunk : chunks) {
    CHECK(chunk.version == ChunkVersion{1});
    const auto read = desks.reader.read(chunk).value();
    if (const auto* dealt = std::get_if<DealingRead>(&read)) {
      CHECK(dealt->dealing == dealing);
      // What the owner's signature is under, so that the dealing can be held against it.
      CHECK(dealt->manifest == chunks[0].content.bytes);
      CHECK(messages::check_content(dealt->word, dealt->dealing, dealt->manifest).ok());
      ++complete;
    }
  }
  CHECK(complete == 1);
  CHECK(desks.writer.write_dealing(0, SharedBytes{Bytes(500'000, 5)}).code() ==
        Errc::dealing_too_large);
}

TEST_CASE("chunk desk: a state for which the slots are one byte too small is refused by name") {
  Desks desks;
  messages::MemberState state;
  state.leader.emplace();
  for (int i = 0; i < 20; ++i) state.leader->signatures.push_back({});
  const auto write = [&](std::uint32_t limit, std::vector<storage::RecordWrite>& records) {
    desks.params.producer_signing_chunk = limit;
    ChunkDesk desk{desks.params, desks.set, MemberIndex{1}, &desks.own};
    return desk.write_state(state, records);
  };
  const auto size = static_cast<std::uint32_t>(encode(state).size());
  std::uint32_t limit = size / 25;
  std::vector<storage::RecordWrite> records;
  while (!write(limit + 1, records).ok()) ++limit;
  CHECK(limit + 1 < size);  // In several pieces.
  records.clear();
  CHECK(write(limit, records).code() == Errc::member_state_too_large);
  CHECK(records.empty());
  const auto written = write(limit + 1, records);
  REQUIRE(written.ok());
  CHECK(written->size() > 1);
  CHECK(written->size() == records.size());
}

TEST_CASE("chunk desk: candidates stand in the owner's candidate slot") {
  Desks desks;
  std::vector<storage::RecordWrite> records;
  messages::CandidateBlock candidate;
  candidate.block.header.height = BlockHeight{9};
  const auto chunk = desks.writer.write_candidate(candidate, records);
  CHECK(chunk.slot == consensus::ChunkSlot{201});
  const auto read = desks.reader.read(chunk).value();
  CHECK(std::get<CandidateRead>(read).candidate == candidate);
  CHECK(std::get<CandidateRead>(read).owner == desks.own.public_key());
}

TEST_CASE("chunk desk: foreign and malformed chunks are refused by name") {
  Desks desks;
  std::vector<storage::RecordWrite> records;
  auto chunk = desks.writer.write_state({}, records).value()[0];
  auto unused = chunk;
  unused.slot = consensus::ChunkSlot{299};
  CHECK(desks.reader.read(unused).code() == Errc::member_chunk_malformed);
  auto other = chunk;
  other.db.generation = 3;
  CHECK(desks.reader.read(other).code() == Errc::member_chunk_malformed);
  chunk.content.bytes = SharedBytes{Bytes{1, 2, 3}};
  CHECK_FALSE(desks.reader.read(chunk).ok());
}
