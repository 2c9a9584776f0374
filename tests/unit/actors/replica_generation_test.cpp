#include "actors/replica_generation.hpp"

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;
using replica::Outcome;
using replica::ReplicaGeneration;

namespace {

const Instant start{seconds(100).us};
const BurnHeight tip{50};

ReplicaGeneration generation(const std::shared_ptr<const PlainContract>& contract,
                             std::uint32_t ties = 4, std::uint64_t held = 1'000'000) {
  replica::Config config = plain_config(1);
  config.ties_per_round = ties;
  config.max_held_bytes = held;
  return ReplicaGeneration{contract, config};
}

/// `count` chunks of one slot and version, worst first, so that each replaces the one before.
std::vector<Chunk> improving(const PlainContract& contract, std::size_t count) {
  std::vector<std::pair<Hash256, Chunk>> found;
  for (std::uint8_t i = 0; found.size() < count; ++i) {
    found.emplace_back(crypto::sha512_256(Bytes{i}), contract.sign(0, 1, {i}));
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Chunk> chunks;
  for (auto& [hash, chunk] : found) chunks.push_back(std::move(chunk));
  return chunks;
}

std::optional<Errc> refusal(const replica::Verdict& verdict) {
  CHECK((verdict.outcome == Outcome::refused) == verdict.refusal.has_value());
  return verdict.refusal;
}

}  // namespace

TEST_CASE("generation: a fresh slot reads as version 0 with no content") {
  const auto contract = plain_contract();
  ReplicaGeneration g = generation(contract);
  CHECK(g.chunk(ChunkSlot{7}).version == ChunkVersion{0});
  CHECK(g.chunk(ChunkSlot{7}).content.bytes.is_empty());
  CHECK(g.line(ChunkSlot{7}).entry == SlotEntry{});
}

TEST_CASE("generation: writes are refused by name and leave the slot as it was") {
  const auto contract = std::make_shared<PlainContract>(1, 8, SlotLimits{10, 100}, BurnHeight{60});
  ReplicaGeneration g = generation(contract);
  CHECK(g.write(start, tip, contract->sign(0, 5, {1})).outcome == Outcome::accepted);
  const Chunk standing = g.chunk(ChunkSlot{0});
  CHECK(refusal(g.write(start, tip, contract->sign(8, 1, {1}))) == Errc::no_such_slot);
  CHECK(refusal(g.write(start, tip, contract->sign(0, 0, {1}))) == Errc::version_zero);
  CHECK(refusal(g.write(start, tip, contract->sign(0, 6, Bytes(11)))) == Errc::chunk_too_big);
  CHECK(refusal(g.write(start, tip, contract->sign(0, 4, {1}))) == Errc::stale_version);
  Chunk forged = contract->sign(0, 6, {1});
  forged.version = ChunkVersion{7};
  CHECK(refusal(g.write(start, tip, forged)) == Errc::bad_signer);
  CHECK(refusal(g.write(start, BurnHeight{60}, contract->sign(0, 6, {1}))) ==
        Errc::chunk_is_garbage);
  CHECK(g.chunk(ChunkSlot{0}) == standing);
  CHECK(g.write(start, tip, contract->sign(0, 6, Bytes(10))).outcome == Outcome::accepted);
}

TEST_CASE("generation: the identical chunk again is a success, even of a full second") {
  const auto contract = std::make_shared<PlainContract>(1, 8, SlotLimits{10, 1});
  ReplicaGeneration g = generation(contract);
  const Chunk chunk = contract->sign(0, 1, {1});
  CHECK(g.write(start, tip, chunk).outcome == Outcome::accepted);
  CHECK(g.write(start, tip, chunk).outcome == Outcome::same);
  CHECK(g.merge(start, tip, chunk).outcome == Outcome::same);
}

TEST_CASE("generation: a client's tie is refused, a replica's is ordered") {
  const auto contract = plain_contract();
  const std::vector<Chunk> chunks = improving(*contract, 40);
  ReplicaGeneration clients = generation(contract);
  ReplicaGeneration replicas = generation(contract, 1'000);
  ZeroBits zeros{0};
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ZeroBits now_zeros =
        leading_zero_bits(crypto::sha512_256(chunks[i].content.bytes.view()));
    const auto verdict = clients.write(start, tip, chunks[i]);
    const bool may = i == 0 || now_zeros > zeros;
    CHECK(verdict.outcome == (may ? Outcome::accepted : Outcome::refused));
    if (!may) CHECK(verdict.refusal == Errc::weak_hash);
    if (may) zeros = now_zeros;
    CHECK(replicas.merge(start, tip, chunks[i]).outcome == Outcome::accepted);
  }
  CHECK(replicas.merge(start, tip, chunks[0]).outcome == Outcome::kept);
}

TEST_CASE("generation: a client over the slot's rate is refused, in the next second it is not") {
  const auto contract = std::make_shared<PlainContract>(1, 8, SlotLimits{10, 2});
  ReplicaGeneration g = generation(contract);
  CHECK(g.write(start, tip, contract->sign(0, 1, {1})).outcome == Outcome::accepted);
  CHECK(g.write(start, tip, contract->sign(0, 2, {1})).outcome == Outcome::accepted);
  CHECK(refusal(g.write(start, tip, contract->sign(0, 3, {1}))) == Errc::write_too_fast);
  CHECK(g.write(start, tip, contract->sign(1, 1, {1})).outcome == Outcome::accepted);
  CHECK(g.write(start + seconds(1), tip, contract->sign(0, 3, {1})).outcome == Outcome::accepted);
}

TEST_CASE("generation: a peer's newer chunk over the slot's rate waits, the greatest one wins") {
  const auto contract = std::make_shared<PlainContract>(1, 8, SlotLimits{10, 1});
  ReplicaGeneration g = generation(contract);
  CHECK(g.merge(start, tip, contract->sign(0, 1, {1})).outcome == Outcome::accepted);
  CHECK(g.merge(start, tip, contract->sign(0, 4, {4})).outcome == Outcome::held);
  CHECK(g.merge(start, tip, contract->sign(0, 4, {4})).outcome == Outcome::held);
  CHECK(g.merge(start, tip, contract->sign(0, 3, {3})).outcome == Outcome::held);
  CHECK(g.chunk(ChunkSlot{0}).version == ChunkVersion{1});
  CHECK(g.settle(tip) == std::vector<ChunkSlot>{ChunkSlot{0}});
  CHECK(g.chunk(ChunkSlot{0}).version == ChunkVersion{4});
  CHECK(g.settle(tip).empty());
}

TEST_CASE("generation: ties beyond the round's number wait for the next round, none is lost") {
  const auto contract = plain_contract();
  const std::vector<Chunk> chunks = improving(*contract, 6);
  ReplicaGeneration g = generation(contract, 2);
  CHECK(g.merge(start, tip, chunks[0]).outcome == Outcome::accepted);  // Not a tie.
  CHECK(g.merge(start, tip, chunks[1]).outcome == Outcome::accepted);
  CHECK(g.merge(start, tip, chunks[2]).outcome == Outcome::accepted);
  CHECK(g.merge(start, tip, chunks[5]).outcome == Outcome::held);
  CHECK(g.merge(start, tip, chunks[4]).outcome == Outcome::held);
  CHECK(g.chunk(ChunkSlot{0}) == chunks[2]);
  CHECK(g.settle(tip).size() == 1);
  CHECK(g.chunk(ChunkSlot{0}) == chunks[5]);
}

TEST_CASE(
    "generation: what would wait beyond the bytes for waiting is refused, to be offered again") {
  const auto contract = std::make_shared<PlainContract>(1, 8, SlotLimits{10, 1});
  ReplicaGeneration g = generation(contract, 4, 10);
  for (std::uint32_t s = 0; s < 2; ++s) {
    CHECK(g.merge(start, tip, contract->sign(s, 1, {1})).outcome == Outcome::accepted);
  }
  CHECK(g.merge(start, tip, contract->sign(0, 2, Bytes(10))).outcome == Outcome::held);
  CHECK(refusal(g.merge(start, tip, contract->sign(1, 2, Bytes(1)))) == Errc::write_too_fast);
  CHECK(g.merge(start, tip, contract->sign(0, 3, Bytes(9))).outcome == Outcome::held);
  CHECK(g.merge(start, tip, contract->sign(1, 2, Bytes(1))).outcome == Outcome::held);
}

TEST_CASE("generation: the first two chunks of an equivocation are kept, once per version") {
  const auto contract = plain_contract();
  const std::vector<Chunk> chunks = improving(*contract, 3);
  ReplicaGeneration g = generation(contract);
  CHECK_FALSE(g.merge(start, tip, chunks[1]).evidence.has_value());
  const auto verdict = g.merge(start, tip, chunks[0]);
  CHECK(verdict.outcome == Outcome::kept);
  REQUIRE(verdict.evidence.has_value());
  CHECK(*verdict.evidence == replica::Equivocation{chunks[1], chunks[0]});
  CHECK_FALSE(g.merge(start, tip, chunks[2]).evidence.has_value());
  CHECK(g.evidence().at(ChunkSlot{0}).size() == 1);
  CHECK(g.merge(start, tip, contract->sign(0, 2, {1})).outcome == Outcome::accepted);
  CHECK(g.merge(start, tip, contract->sign(0, 2, {2})).evidence.has_value());
  CHECK(g.merge(start, tip, contract->sign(0, 3, {1})).outcome == Outcome::accepted);
  CHECK_FALSE(
      g.merge(start, tip, contract->sign(0, 3, {2})).evidence.has_value());  // Two are kept.
}

TEST_CASE("generation: a client's refused tie is evidence, a forged one is not") {
  const auto contract = plain_contract();
  const std::vector<Chunk> chunks = improving(*contract, 2);
  ReplicaGeneration g = generation(contract);
  CHECK(g.write(start, tip, chunks[1]).outcome == Outcome::accepted);
  Chunk forged = chunks[0];
  forged.content = {SharedBytes{Bytes{99}}};
  CHECK_FALSE(g.write(start, tip, forged).evidence.has_value());
  CHECK(g.write(start, tip, chunks[0]).evidence.has_value());
}

TEST_CASE("generation: collection empties what is garbage and resets it to version 0") {
  const auto contract =
      std::make_shared<PlainContract>(1, 8, SlotLimits{10, 100}, BurnHeight{60});
  ReplicaGeneration g = generation(contract);
  const Hash256 empty = g.inventory().digest(g.inventory().root());
  CHECK(g.write(start, tip, contract->sign(3, 9, {1})).outcome == Outcome::accepted);
  CHECK(g.collect(BurnHeight{59}).empty());
  CHECK(g.collect(BurnHeight{60}) == std::vector<ChunkSlot>{ChunkSlot{3}});
  CHECK(g.chunk(ChunkSlot{3}).version == ChunkVersion{0});
  CHECK(g.inventory().digest(g.inventory().root()) == empty);
}
