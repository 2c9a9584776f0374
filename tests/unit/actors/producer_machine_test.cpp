#include "tests/unit/actors/lone_producer.hpp"

namespace quorate::actors {
namespace {

messages::CandidateBlock unsealed(const consensus::Block& block) {
  return {block, {}, std::nullopt};
}

/// A term in which the node led and sealed its first block.
struct Sealed {
  LoneProducer node;
  messages::CandidateBlock sealed;

  Sealed() {
    node.begin_term();
    node.work(1);
    node.lead(0, 1);
    node.run(seconds(1));
    node.build(1);
    node.run(seconds(5));
    REQUIRE(!node.candidates.empty());
    sealed = node.candidates.back();
    REQUIRE(sealed.seal.has_value());
  }
};

TEST_CASE("producer: a quorum of one makes its key, proposes, agrees and seals") {
  Sealed s;
  REQUIRE(s.node.candidates.size() == 2);
  CHECK(!s.node.candidates[0].seal);
  CHECK(s.node.candidates[0].block == s.sealed.block);
  CHECK(consensus::verify(*s.sealed.seal, s.node.members.set, s.node.key->content.group_key,
                          s.node.key->content.cid, s.sealed.block.id(), test_network)
            .ok());
  CHECK(s.node.evidence.empty());
}

TEST_CASE("producer: a sealed block is shown again to every further leader and never replaced") {
  Sealed s;
  const auto asked = s.node.builds.size();
  for (std::uint32_t epoch = 2; epoch < 5; ++epoch) {
    s.node.lead(epoch % 3, epoch);
    s.node.work(epoch, MicroStx{1'000'000});
    s.node.run(seconds(30));
    CHECK(s.node.candidates.back() == s.sealed);
  }
  CHECK(s.node.candidates.size() == 5);
  CHECK(s.node.builds.size() == asked);
}

TEST_CASE("producer: a block built too late does not take the place of the sealed one") {
  LoneProducer node;
  node.begin_term();
  node.work(1);
  node.lead(0, 1);
  node.run(seconds(1));
  REQUIRE(node.builds.size() == 1);
  const auto other = node.block(9, node.tip());
  node.show(1, unsealed(other));
  node.run(seconds(10));
  REQUIRE(!node.candidates.empty());
  REQUIRE(node.candidates.back().seal.has_value());
  CHECK(node.candidates.back().block == other);
  node.build(1);
  CHECK(node.candidates.back().block == other);
  CHECK(node.candidates.back().seal.has_value());
}

TEST_CASE("producer: a sealed block that Bitcoin orphaned makes way for its successor") {
  Sealed s;
  s.node.burn_to(131);
  s.node.move();
  s.node.lead(0, 2);
  s.node.run(seconds(10));
  REQUIRE(s.node.builds.size() > 1);
  CHECK(s.node.builds.back().burn_view == s.node.tip());
  const auto successor = s.node.build(2);
  s.node.run(seconds(10));
  CHECK(s.node.candidates.back().block == successor);
  CHECK(s.node.candidates.back().seal.has_value());
  CHECK(s.node.evidence.empty());
}

TEST_CASE("producer: after a restart it neither replaces nor forgets the block it sealed") {
  Sealed s;
  s.node.reboot();
  s.node.tell_again();
  s.node.work(1);
  const auto written = s.node.candidates.size();
  s.node.lead(0, 2);
  s.node.run(seconds(30));
  REQUIRE(s.node.candidates.size() > written);
  // It may have signed the same block once more: other signers make no other block.
  for (std::size_t i = written; i < s.node.candidates.size(); ++i) {
    CHECK(s.node.candidates[i].block == s.sealed.block);
    CHECK(s.node.candidates[i].seal.has_value());
  }
  CHECK(s.node.evidence.empty());
}

TEST_CASE("producer: the next height starts with candidates of its own") {
  Sealed s;
  s.node.place.parent = s.sealed.block.id();
  s.node.place.height = BlockHeight{18};
  s.node.place.parent_view = s.sealed.block.header.burn_view;
  s.node.place.first_of_term = false;
  s.node.move();
  s.node.run(seconds(5));
  REQUIRE(s.node.builds.back().height == BlockHeight{18});
  const auto next = s.node.build(3);
  s.node.run(seconds(5));
  CHECK(s.node.candidates.back().block == next);
  CHECK(s.node.candidates.back().seal.has_value());
}

TEST_CASE("producer: without a leader, much more fees than the best candidate make it compete") {
  for (const std::uint64_t waiting : {100u, 101u}) {
    LoneProducer node;
    node.begin_term();
    node.show(1, unsealed(node.block(9, node.tip())));  // The keeper finds 50 in it.
    node.work(1, MicroStx{waiting});
    node.run(seconds(3));
    CHECK(node.builds.size() == (waiting > 100 ? 1 : 0));
  }
}

TEST_CASE("producer: one without signer slots competes with a candidate and does nothing else") {
  LoneProducer node{LoneProducer::Seat::without_slots};
  node.begin_term();
  node.work(1);
  node.run(seconds(3));
  REQUIRE(node.builds.size() == 1);
  const auto block = node.build(1);
  REQUIRE(node.candidates.size() == 1);
  CHECK(node.candidates[0].block == block);
  node.run(seconds(60));
  CHECK(node.candidates.size() == 1);
  CHECK(node.notes.empty());
  CHECK(node.disk.size() == 1);  // Nothing but the version of its candidate.
  // Its version survives a restart.
  node.reboot();
  node.tell_again();
  node.work(1);
  node.run(seconds(3));
  node.build(2);
  CHECK(node.candidates.size() == 2);
}

TEST_CASE("producer: a refused candidate is not proposed") {
  LoneProducer node;
  node.begin_term();
  node.verdict = messages::Outcome::refused;
  node.work(1);
  node.lead(0, 1);
  node.show(1, unsealed(node.block(9, node.tip())));
  node.run(seconds(30));
  for (const auto& candidate : node.candidates) CHECK(!candidate.seal);
}

}  // namespace
}  // namespace quorate::actors
