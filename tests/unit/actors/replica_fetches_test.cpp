#include "actors/replica_fetches.hpp"

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;
using namespace quorate::actors::replica;

namespace {

const Instant start{seconds(100).us};
SlotKey key(std::uint32_t slot, std::uint32_t generation = 1) {
  return {GenerationId{generation}, ChunkSlot{slot}};
}
SlotEntry entry(std::uint64_t version, std::uint32_t bytes = 100'000) {
  return {ChunkVersion{version}, {}, ChunkMark{{static_cast<std::uint8_t>(version)}}, bytes};
}

struct Bench {
  Config config = plain_config(1);
  Fetches fetches{config};
  crypto::ChaChaRng rng{seed_of(1), crypto::ChaChaRng::Rounds::twelve};
  std::vector<Fetches::Request> start_at(Instant now) { return fetches.start(now, rng); }
};

}  // namespace

TEST_CASE("fetches: at most six requests are in flight, the next starts when one is answered") {
  Bench b;
  for (std::uint32_t s = 0; s < 8; ++s) b.fetches.want(key(s), entry(1, 200'000), PeerId{1});
  CHECK(b.start_at(start).size() == 6);
  CHECK(b.start_at(start).empty());
  b.fetches.settle(key(0), entry(1), std::nullopt);
  CHECK(b.start_at(start).size() == 1);
}

TEST_CASE("fetches: the chunk with the fewest holders is asked for first") {
  Bench b;
  b.config.max_fetches = 1;
  for (std::uint32_t p = 1; p <= 3; ++p) b.fetches.want(key(1), entry(1), PeerId{p});
  for (std::uint32_t p = 1; p <= 2; ++p) b.fetches.want(key(2), entry(1), PeerId{p});
  b.fetches.want(key(9), entry(1), PeerId{3});
  b.config.fetch_bytes = 1;
  const auto requests = b.start_at(start);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].slots == std::vector<ChunkSlot>{ChunkSlot{9}});
  CHECK(requests[0].holder == PeerId{3});
}

TEST_CASE("fetches: small chunks of one holder share a request up to its bytes and count") {
  Bench b;
  for (std::uint32_t s = 0; s < 20; ++s) b.fetches.want(key(s), entry(1, 10), PeerId{1});
  const auto requests = b.start_at(start);
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].slots.size() == messages::max_pulls);
  CHECK(requests[1].slots.size() == 4);
  Bench c;
  for (std::uint32_t s = 0; s < 4; ++s) c.fetches.want(key(s), entry(1, 128 * 1024), PeerId{1});
  CHECK(c.start_at(start)[0].slots.size() == 2);
}

TEST_CASE("fetches: a request that is not answered in time goes to another holder") {
  Bench b;
  b.fetches.want(key(1), entry(1), PeerId{1});
  b.fetches.want(key(1), entry(1), PeerId{2});
  const auto first = b.start_at(start);
  REQUIRE(first.size() == 1);
  CHECK(b.fetches.next_due() == start + milliseconds(200) + microseconds(100'000));
  b.fetches.expire(start + milliseconds(299));
  CHECK(b.fetches.in_flight() == 1);
  b.fetches.expire(start + milliseconds(300));
  const auto second = b.start_at(start + milliseconds(300));
  REQUIRE(second.size() == 1);
  CHECK(second[0].holder != first[0].holder);
}

TEST_CASE("fetches: a liar with a high version is asked once, then the honest holder") {
  Bench b;
  b.fetches.want(key(1), entry(2), PeerId{1});
  b.fetches.want(key(1), entry(1'000), PeerId{2});
  CHECK(b.start_at(start)[0].holder == PeerId{2});
  b.fetches.want(key(1), entry(1'001), PeerId{2});
  b.fetches.expire(start + seconds(9));
  CHECK(b.start_at(start + seconds(9))[0].holder == PeerId{1});
  b.fetches.settle(key(1), entry(2), entry(2));
  CHECK(b.fetches.wanted() == 1);  // The claim stands, with nobody else to ask.
}

TEST_CASE(
    "fetches: a peer that fails three requests gets one at a time and only as the last resort") {
  Bench b;
  for (std::uint32_t s = 0; s < 3; ++s) b.fetches.want(key(s), entry(5, 200'000), PeerId{1});
  CHECK(b.start_at(start).size() == 3);
  b.fetches.expire(start + seconds(60));
  b.fetches.want(key(3), entry(5, 200'000), PeerId{1});
  b.fetches.want(key(3), entry(4, 200'000), PeerId{2});
  const auto requests = b.start_at(start + seconds(60));
  std::size_t liars = 0;
  for (const auto& request : requests) liars += request.holder == PeerId{1} ? 1 : 0;
  CHECK(liars == 1);
  CHECK(requests.size() == 2);
}

TEST_CASE("fetches: a wish ends when it is held, seen and not preferred, or tried too often") {
  Bench b;
  b.fetches.want(key(1), entry(3), PeerId{1});
  b.fetches.settle(key(1), entry(2), std::nullopt);
  CHECK(b.fetches.wanted() == 1);
  b.fetches.settle(key(1), entry(3), std::nullopt);
  CHECK(b.fetches.wanted() == 0);
  SlotEntry tie = entry(3);
  tie.mark.bytes[0] = 99;
  b.fetches.want(key(1), tie, PeerId{1});
  b.fetches.settle(key(1), entry(3), entry(3));
  CHECK(b.fetches.wanted() == 1);
  b.fetches.settle(key(1), entry(3), tie);
  CHECK(b.fetches.wanted() == 0);
  b.config.max_tries = 2;
  b.fetches.want(key(1), entry(9), PeerId{1});
  for (int i = 0; i < 2; ++i) {
    CHECK(b.start_at(start).size() == 1);
    b.fetches.expire(start + seconds(100));
  }
  CHECK(b.fetches.wanted() == 0);
}

TEST_CASE(
    "fetches: a refused delivery, a lost peer and a closed generation end what hung on them") {
  Bench b;
  b.fetches.want(key(1), entry(1), PeerId{1});
  b.fetches.want(key(1), entry(1), PeerId{2});
  b.fetches.want(key(2, 7), entry(1), PeerId{1});
  CHECK(b.start_at(start).size() == 2);
  b.fetches.reject(key(1), PeerId{1});
  b.fetches.reject(key(1), PeerId{2});
  CHECK(b.fetches.wanted() == 1);
  b.fetches.forget(GenerationId{7});
  CHECK(b.fetches.wanted() == 0);
  CHECK(b.fetches.in_flight() == 0);
  b.fetches.want(key(1), entry(1), PeerId{1});
  b.fetches.want(key(2, 7), entry(1), PeerId{1});
  CHECK(b.start_at(start).size() == 2);
  b.fetches.forget(PeerId{1}, GenerationId{7});
  CHECK(b.fetches.wanted() == 1);
  b.fetches.forget(PeerId{1});
  CHECK(b.fetches.wanted() == 0);
  CHECK(b.fetches.in_flight() == 0);
}
