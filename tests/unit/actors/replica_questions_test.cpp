#include "actors/replica_questions.hpp"

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

struct Asked {
  std::shared_ptr<const PlainContract> contract = plain_contract(1, 4);
  ReplicaPeerMachine machine{plain_config(1)};
  Instant now{seconds(1).us};

  Asked() {
    step(replica::Started{});
    step(replica::GenerationOpened{contract});
  }
  void step(const replica::Input& input) { REQUIRE(machine.step(now, input).ok()); }
  void write(const Chunk& chunk) { step(replica::ClientWrite{0, chunk}); }
  template <class Shown, class Request>
  Shown ask(const Request& request) const {
    return std::get<Shown>(answer(machine, request));
  }
  template <class Request>
  Errc refused(const Request& request) const {
    return static_cast<Errc>(ask<messages::SlotRefused>(request).reason);
  }
};

}  // namespace

TEST_CASE("questions: a slot, by default of the current generation, with its owner") {
  Asked a;
  const Chunk chunk = a.contract->sign(2, 5, {1, 2, 3});
  a.write(chunk);
  const auto shown = a.ask<messages::SlotShown>(messages::SlotRead{std::nullopt, ChunkSlot{2}});
  CHECK(shown.chunk == chunk);
  CHECK(shown.owner == PlainContract::key().public_key());
  CHECK(a.ask<messages::SlotShown>(messages::SlotRead{1, ChunkSlot{2}}).chunk == chunk);
  CHECK(a.ask<messages::SlotShown>(messages::SlotRead{1, ChunkSlot{3}}).chunk.version ==
        ChunkVersion{0});
  CHECK(a.refused(messages::SlotRead{2, ChunkSlot{2}}) == Errc::no_such_db);
  CHECK(a.refused(messages::SlotRead{1, ChunkSlot{4}}) == Errc::no_such_slot);
}

TEST_CASE("questions: without a current generation nothing is current, by number it is there") {
  Asked a;
  const auto next = std::make_shared<PlainContract>(2, 4, SlotLimits{100, 10}, BurnHeight{5});
  a.step(replica::GenerationOpened{next});
  CHECK(choose_array(a.machine, std::nullopt).value()->address().generation == 2);
  a.step(replica::BurnBlockProcessed{BurnHeight{5}});
  CHECK(choose_array(a.machine, std::nullopt).value()->address().generation == 1);
  CHECK(choose_array(a.machine, 2).code() == Errc::no_such_db);
}

TEST_CASE("questions: all slots with their limits, and how much the array holds") {
  Asked a;
  a.write(a.contract->sign(1, 1, {1, 2, 3}));
  const auto shown = a.ask<messages::SlotsShown>(messages::SlotsWanted{});
  REQUIRE(shown.slots.size() == 4);
  CHECK(shown.slots[1].bytes == 3);
  CHECK(shown.slots[1].meta.version == ChunkVersion{1});
  CHECK(shown.slots[0].chunk_bytes == 300'000);
  CHECK(shown.array.written == 1);
  CHECK(shown.array.bytes == 3);
  CHECK(shown.array.is_current);
  CHECK(array_lines(a.machine).size() == 1);
}

TEST_CASE("questions: what a peer was seen to hold, also after it was found equal by digest") {
  Asked a;
  a.step(replica::PeerUp{PeerId{7}});
  a.write(a.contract->sign(1, 1, {1}));
  const auto before = a.ask<messages::HoldingsShown>(messages::HoldingsWanted{});
  REQUIRE(before.peers.size() == 1);
  CHECK(before.peers[0].entries[1].version == ChunkVersion{0});
  CHECK(a.machine.standings().at(0).peer_lacks == 1);
  // A peer with the same contents compares its root.
  Asked twin;
  twin.write(a.contract->sign(1, 1, {1}));
  const auto up = twin.machine.step(twin.now, replica::PeerUp{PeerId{8}});
  REQUIRE(up.ok());
  const auto compares = sent<msg::Compare>(*up);
  REQUIRE(compares.size() == 1);
  a.step(replica::PeerMessage{PeerId{7}, compares[0].second});
  const auto after = a.ask<messages::HoldingsShown>(messages::HoldingsWanted{});
  CHECK(after.peers[0].entries[1].version == ChunkVersion{1});
  CHECK(a.machine.standings().at(0) == replica::PeerStanding{PeerId{7}, 0, 0, 0, 0});
}

TEST_CASE("questions: how far this replica is behind a peer, in slots and versions") {
  Asked a;
  a.step(replica::PeerUp{PeerId{7}});
  a.write(a.contract->sign(1, 2, {1}));
  msg::Announce announce{a.contract->address(), {}};
  announce.metas.push_back({ChunkSlot{1}, {ChunkVersion{5}, {}, {}, 3}});
  announce.metas.push_back({ChunkSlot{2}, {ChunkVersion{4}, {}, {}, 3}});
  a.step(replica::PeerMessage{PeerId{7}, announce});
  const auto standing = a.machine.standings().at(0);
  CHECK(standing.this_lacks == 2);
  CHECK(standing.versions_lacked == 7);
}

TEST_CASE("questions: evidence of one slot or of all") {
  Asked a;
  a.write(a.contract->sign(1, 1, {1}));
  a.write(a.contract->sign(1, 1, {2}));
  a.write(a.contract->sign(3, 1, {1}));
  a.write(a.contract->sign(3, 1, {2}));
  CHECK(a.ask<messages::EvidenceShown>(messages::EvidenceWanted{}).pairs.size() == 2);
  const auto one = a.ask<messages::EvidenceShown>(messages::EvidenceWanted{1, ChunkSlot{3}});
  REQUIRE(one.pairs.size() == 1);
  CHECK(one.pairs[0].first.slot == ChunkSlot{3});
  CHECK(one.pairs[0].owner == PlainContract::key().public_key());
}
