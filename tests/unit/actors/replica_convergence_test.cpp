// Whatever is lost, doubled, delayed or cut off: replicas that saw any set of signed chunks end
// equal.
#include <set>

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

/// Chunks of few slots and versions, so that ties and equivocations are common.
std::vector<Chunk> clashing_chunks(const PlainContract& contract, crypto::ChaChaRng& rng,
                                   std::size_t count, std::uint32_t slots) {
  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes content(1 + rng.draw(40));
    for (std::uint8_t& b : content) b = static_cast<std::uint8_t>(rng.draw(256));
    chunks.push_back(contract.sign(rng.draw(slots), 1 + rng.draw(3), content));
  }
  return chunks;
}

/// The chunk that all replicas must hold, found without any machine.
std::optional<Chunk> winner(const std::vector<Chunk>& chunks, ChunkSlot slot) {
  std::optional<Chunk> best;
  const auto meta = [](const Chunk& c) {
    return ChunkMeta{c.version, crypto::sha512_256(c.content.bytes.view()), c.signature};
  };
  for (const Chunk& chunk : chunks) {
    if (chunk.slot != slot) continue;
    if (!best || merge_order(meta(chunk), meta(*best)) > 0) best = chunk;
  }
  return best;
}

}  // namespace

TEST_CASE(
    "replica: every order of delivery of ties and versions leaves the same bytes (exhaustive)") {
  const auto contract = plain_contract(1, 1);
  const std::vector<Chunk> chunks{contract->sign(0, 1, {1}), contract->sign(0, 2, {2}),
                                  contract->sign(0, 2, {3}), contract->sign(0, 2, {4}),
                                  contract->sign(0, 2, {5}), contract->sign(0, 1, {6})};
  const Bytes expected = encode(*winner(chunks, ChunkSlot{0}));
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    replica::Config config = plain_config(1);
    config.ties_per_round = 1;  // So that holding back is on the way of most orders.
    ReplicaPeerMachine machine{config};
    Instant now{seconds(1).us};
    auto started = machine.step(now, replica::Started{});
    Timer timer = all_of<ArmTimer>(*started)[0].timer;
    CHECK(machine.step(now, replica::PeerUp{PeerId{1}}).ok());
    CHECK(machine.step(now, replica::GenerationOpened{contract}).ok());
    for (const std::size_t i : order) {
      CHECK(machine.step(now, replica::PeerMessage{PeerId{1}, msg::Push{chunks[i]}}).ok());
    }
    CHECK(machine.step(now, replica::TimerFired{timer}).ok());
    CHECK(encode(machine.read(contract->address(), ChunkSlot{0}).value()) == expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE(
    "replica: random clashing chunks over a network that loses, doubles and reorders converge") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed ", seed);
    crypto::ChaChaRng rng{seed_of(seed), crypto::ChaChaRng::Rounds::twelve};
    const std::uint32_t nodes = 5 + rng.draw(4);
    LossyNetwork net{nodes, seed, {rng.draw(40), rng.draw(30), milliseconds(1), milliseconds(300)},
                     seconds(2)};
    const auto contract = plain_contract(1, 20);
    net.open(contract);
    const std::vector<Chunk> chunks = clashing_chunks(*contract, rng, 120, 12);
    for (const Chunk& chunk : chunks) {
      net.write(rng.draw(nodes), chunk);  // Some are refused; what a replica took must spread.
      net.run_for(milliseconds(rng.draw(40)));
    }
    net.set_faults({20, 10, milliseconds(1), milliseconds(100)});
    CHECK(net.settles_within(seconds(120)));
    CHECK(net.dropped_peers() == 0);
  }
}

TEST_CASE("replica: chunks injected at different peers end as the preferred one everywhere") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed ", seed);
    crypto::ChaChaRng rng{seed_of(seed), crypto::ChaChaRng::Rounds::twelve};
    LossyNetwork net{5, seed, {10, 10, milliseconds(1), milliseconds(200)}, seconds(2)};
    const auto contract = plain_contract(1, 8);
    net.open(contract);
    const std::vector<Chunk> chunks = clashing_chunks(*contract, rng, 200, 8);
    for (const Chunk& chunk : chunks) {
      const std::uint32_t node = rng.draw(5);
      net.feed(node, replica::PeerMessage{PeerId{(node + 1) % 5}, msg::Push{chunk}});
      if (rng.draw(4) == 0) net.run_for(milliseconds(rng.draw(30)));
    }
    CHECK(net.settles_within(seconds(120)));
    for (std::uint32_t s = 0; s < 8; ++s) {
      CHECK(net.machine(0).read(contract->address(), ChunkSlot{s}).value() ==
            *winner(chunks, ChunkSlot{s}));
    }
  }
}

TEST_CASE("replica: a partition heals, and the newer versions of both sides are everywhere") {
  LossyNetwork net{8, 3, {10, 0}};
  const auto contract = plain_contract(1, 64);
  net.open(contract);
  net.run_for(seconds(1));
  net.partition({0, 0, 0, 0, 1, 1, 1, 1});
  for (std::uint32_t s = 0; s < 32; ++s) {
    net.write(s % 4, contract->sign(s, 1, Bytes(100, 1)));
    net.write(4 + s % 4, contract->sign(32 + s, 1, Bytes(20'000, 2)));
    net.write(4 + s % 4, contract->sign(s, 2, Bytes(50, 3)));
  }
  net.run_for(seconds(60));
  CHECK_FALSE(net.agree());
  net.heal();
  CHECK(net.settles_within(seconds(60)));
  CHECK(net.machine(0).read(contract->address(), ChunkSlot{5}).value().version == ChunkVersion{2});
  CHECK(net.machine(7).read(contract->address(), ChunkSlot{40}).value().content.bytes.size() ==
        20'000);
}

TEST_CASE("replica: a crashed node comes back with its chunks and catches up with the rest") {
  LossyNetwork net{6, 9, {10, 0}};
  const auto contract = plain_contract(1, 40);
  net.open(contract);
  for (std::uint32_t s = 0; s < 20; ++s) net.write(0, contract->sign(s, 1, Bytes(30, 1)));
  CHECK(net.settles_within(seconds(20)));
  const std::vector<Bytes> before = net.contents(3);
  net.kill(3);
  for (std::uint32_t s = 10; s < 40; ++s) net.write(1, contract->sign(s, 2, Bytes(9'000, 2)));
  CHECK(net.settles_within(seconds(30)));
  net.revive(3);
  CHECK(net.contents(3) == before);
  CHECK(net.settles_within(seconds(5)));  // Connecting compares; nobody waits for a round.
}

TEST_CASE("replica: with 10 % loss a small chunk is everywhere within a second and a half") {
  LossyNetwork net{16, 21, {10, 0}};
  const auto contract = plain_contract(1, 16);
  net.open(contract);
  net.run_for(seconds(2));
  for (std::uint32_t s = 0; s < 16; ++s) {
    net.write(s, contract->sign(s, 1, Bytes(500, 7)));
    CHECK(net.settles_within(milliseconds(1'500)));
  }
}

TEST_CASE("replica: in a random mesh of 60 nodes relays reach nearly everybody in two seconds") {
  LossyNetwork net{60, 23, {10, 0}};
  crypto::ChaChaRng random{seed_of(23), crypto::ChaChaRng::Rounds::twelve};
  std::set<std::pair<std::uint32_t, std::uint32_t>> links;
  for (std::uint32_t a = 0; a < 60; ++a) {
    for (int opened = 0; opened < 7; ++opened) {
      const std::uint32_t b = random.draw(60);
      if (a != b) links.emplace(std::min(a, b), std::max(a, b));
    }
  }
  net.link({links.begin(), links.end()});
  const auto contract = plain_contract(1, 4);
  net.open(contract);
  // At first comparisons spread a write; from them nodes learn what mesh they are in.
  for (std::uint64_t version = 1; version <= 8; ++version) {
    net.write(0, contract->sign(0, version, Bytes(500, 7)));
    CHECK(net.settles_within(seconds(60)));
  }
  std::uint32_t holders = 0;
  for (std::uint32_t writer = 1; writer <= 16; ++writer) {
    const ChunkSlot slot{writer % 4};
    const ChunkVersion version{8 + writer};
    net.write(writer, contract->sign(slot.value, version.value, Bytes(500, 7)));
    net.run_for(seconds(2));
    for (std::uint32_t i = 0; i < 60; ++i) {
      const auto read = net.machine(i).read(contract->address(), slot);
      holders += read.ok() && read->version == version ? 1 : 0;
    }
  }
  MESSAGE(holders << " of " << 16 * 60 << " reads were of the last version");
  CHECK(holders >= 16 * 60 * 98 / 100);
}

TEST_CASE("replica: a complete mesh hardly relays") {
  LossyNetwork net{16, 24, {0, 0}, seconds(100'000)};
  const auto contract = plain_contract(1, 16);
  net.open(contract);
  net.run_for(seconds(2));
  net.reset_counters();
  for (std::uint32_t s = 0; s < 16; ++s) {
    net.write(s, contract->sign(s, 1, Bytes(500, 7)));
    CHECK(net.settles_within(seconds(2)));
  }
  net.run_for(seconds(2));
  // A push and an acknowledgement for each of 15 neighbours, and a few relays.
  CHECK(net.messages() >= 16 * 30);
  CHECK(net.messages() <= 16 * 36);
}

TEST_CASE("replica: a 200 kB chunk is announced, pulled and everywhere within three seconds") {
  LossyNetwork net{16, 22, {10, 0}};
  const auto contract = plain_contract(1, 16);
  net.open(contract);
  net.run_for(seconds(2));
  for (std::uint32_t s = 0; s < 4; ++s) {
    net.write(s, contract->sign(s, 1, Bytes(200'000, 7)));
    CHECK(net.settles_within(seconds(3)));
  }
}

TEST_CASE("replica: 8,000 slots are caught up from nothing and then cost one root per comparison") {
  LossyNetwork net{2, 5, {0, 0}};
  const auto contract = plain_contract(1, 8'000);
  net.open(contract);
  net.run_for(seconds(1));
  net.kill(1);
  for (std::uint32_t s = 0; s < 8'000; s += 4) net.write(0, contract->sign(s, 1, Bytes(10, 1)));
  net.revive(1);
  CHECK(net.settles_within(seconds(60)));
  net.run_for(seconds(20));
  net.reset_counters();
  net.feed(0, replica::PeerDown{PeerId{1}});
  net.feed(0, replica::PeerUp{PeerId{1}});
  net.run_for(seconds(1));
  CHECK(net.bytes() <= 1024);
  MESSAGE("two equal replicas of 8,000 slots compare with ", net.bytes(), " bytes");
}
