// A producer whose generation Bitcoin replans, closes and reopens.
#include <doctest/doctest.h>

#include "actors/producer_machine.hpp"
#include "consensus/terms.hpp"
#include "tests/unit/actors/agreement_fixture.hpp"

namespace quorate::actors {
namespace {

consensus::Params params_of_test() {
  consensus::Params params;
  params.network_id = test_network;
  params.first_burn_height = BurnHeight{100};
  return params;
}

/// Producers of term 3 on a scripted Bitcoin; member 0 is the node's.
struct World {
  consensus::Params params = params_of_test();
  Members members{{40, 30, 30}};
  ProducerMachine machine{{params, {}, crypto::sha256(Bytes{1}), {}}, members.keys[0].clone()};
  std::uint8_t blocks{};
  std::map<std::uint64_t, BurnHash> chain;
  std::vector<consensus::Chunk> written;  ///< Since last cleared.

  void step(const MemberInput& input) {
    for (const auto& effect : machine.step(Instant{1}, input)) {
      if (const auto* write = std::get_if<WriteChunk>(&effect)) written.push_back(write->chunk);
    }
  }
  void tell(const messages::ChainEvent& event) { step(event); }
  /// Blocks up to this height; a new one in its place if there is one.
  void burn(std::uint64_t height) {
    chain.erase(chain.lower_bound(height), chain.end());
    for (std::uint64_t h = chain.empty() ? height : chain.rbegin()->first + 1; h <= height; ++h) {
      const auto link = ScriptedBranches::link(h, ++blocks, chain[h - 1]);
      chain[h] = link.hash();
      messages::BurnTipChanged moved;
      moved.tip = ScriptedBranches::view(link);
      moved.links.push_back(link);
      tell(moved);
    }
  }
  [[nodiscard]] messages::SetPlanned plan(const Members& of) const {
    messages::SetPlanned planned;
    planned.set = of.set;
    planned.start = BurnHeight{121};
    planned.first = consensus::first_height(params, TermNumber{3});
    planned.last = consensus::last_height(params, TermNumber{3});
    return planned;
  }
  /// Another set with the same node in it.
  [[nodiscard]] Members rivals(std::uint32_t n) const {
    return Members{{39 - n, 31 + n, 30}};
  }
  [[nodiscard]] std::vector<consensus::Chunk> written_to(consensus::ChunkSlot slot) const {
    std::vector<consensus::Chunk> out;
    for (const auto& chunk : written) {
      if (chunk.slot == slot && chunk.db == consensus::boot_db_address(params, members.set)) {
        out.push_back(chunk);
      }
    }
    return out;
  }
  [[nodiscard]] consensus::MemberSlots own_slots() const {
    return consensus::member_slots(params, members.set, member(0));
  }
  void hear(std::size_t from, const messages::MemberState& state) {
    ChunkDesk desk{params, members.set, member(from), &members.keys[from]};
    std::vector<storage::RecordWrite> records;
    const auto chunks = desk.write_state(state, records).value();
    for (const auto& chunk : chunks) step(ChunkSeen{chunk});
  }
};

TEST_CASE("generations: a group that comes back writes all it says again, and catches up") {
  World w;
  w.burn(121);
  w.tell(w.plan(w.members));
  const auto dealing = w.written_to(w.own_slots().first_precompute());
  REQUIRE(dealing.size() == 1);
  const Members other = w.rivals(0);
  w.tell(w.plan(other));
  w.written.clear();
  // What is said to the set meanwhile is kept for its return.
  messages::MemberState state;
  state.epoch = 1;
  w.hear(1, state);
  w.tell(w.plan(w.members));
  CHECK(w.written_to(w.own_slots().first_precompute()) == dealing);
  CHECK(w.written_to(w.own_slots().first_signing()).size() == 1);
}

TEST_CASE("generations: a generation that Bitcoin reopens is written anew") {
  World w;
  w.burn(130);
  w.tell(w.plan(w.members));
  const auto dealing = w.written_to(w.own_slots().first_precompute());
  w.written.clear();
  w.burn(140);
  CHECK(w.written_to(w.own_slots().first_precompute()).empty());
  w.burn(141);  // The successor's first: replicas collect.
  CHECK(w.written_to(w.own_slots().first_precompute()).empty());
  w.burn(140);
  CHECK(w.written_to(w.own_slots().first_precompute()) == dealing);
}

TEST_CASE("generations: a group that gave way and is made again never reuses a version") {
  World w;
  w.burn(121);
  w.tell(w.plan(w.members));
  const auto slot = w.own_slots().first_signing();
  REQUIRE(w.written_to(slot).size() == 1);
  const auto dealing = w.written_to(w.own_slots().first_precompute());
  // One more than are set aside.
  for (std::uint32_t n = 0; n < 18; ++n) w.tell(w.plan(w.rivals(n)));
  w.tell(w.plan(w.members));
  const auto states = w.written_to(slot);
  REQUIRE(states.size() == 2);
  CHECK(states[0].version < states[1].version);
  // The attempt's dealing is the one it dealt before.
  const auto dealings = w.written_to(w.own_slots().first_precompute());
  REQUIRE(dealings.size() == 2);
  CHECK(dealings[1] == dealing[0]);
}

/// Member 0 of the set, on Bitcoin's block 131.
std::unique_ptr<GroupMember> first_member(const World& w, const Members& members) {
  GroupMemberSetup setup;
  setup.params = w.params;
  setup.planned = w.plan(members);
  setup.self = member(0);
  setup.key = &members.keys[0];
  setup.notary = members.notaries[0].get();
  auto made = GroupMember::make(std::move(setup));
  REQUIRE(made.ok());
  const auto root = ScriptedBranches{}.root;
  (*made)->start({}, BurnHeight{131});
  (*made)->on_burn({}, {{root}, root.hash()}, BurnHeight{131});
  return std::move(made).value();
}

TEST_CASE("group member: whom one instance convicted, the next ones know") {
  World w;
  Group group{Mode::producers, {40, 30, 30}};
  const auto made = first_member(w, w.members);
  GroupMember& one = *made;
  const auto root = ScriptedBranches{}.root;
  ChunkDesk desk{w.params, w.members.set, member(1), &w.members.keys[1]};
  std::vector<storage::RecordWrite> records;
  std::size_t found = 0;
  for (std::uint64_t height : {17u, 18u}) {
    group.instance.height = BlockHeight{height};
    one.open({}, group.instance);
    for (std::uint8_t name : {1, 2}) {
      messages::MemberState state;
      messages::AgreementState said;
      said.instance = group.instance;
      said.prepare = group.vote(1, consensus::Phase::prepare, {0, 0}, block_at(name, root));
      state.agreements.push_back(said);
      const auto chunks = desk.write_state(state, records).value();
      for (const auto& chunk : chunks) one.on_chunk({}, chunk);
    }
    for (const auto& effect : one.effects) {
      const auto* fault = std::get_if<EvidenceFound>(&effect);
      if (fault == nullptr) continue;
      CHECK(fault->kind == "two_prepares");
      CHECK(fault->member == w.members.keys[1].public_key());
      ++found;
    }
    one.effects.clear();
  }
  CHECK(found == 1);  // At the second height it is no news.
}

TEST_CASE("group member: who goes on to the next attempt still shows what ended the one before") {
  World w;
  Group group{Mode::stackers, {40, 30, 30}};
  const Members& members = group.members;
  const auto made = first_member(w, members);
  GroupMember& one = *made;
  const auto root = ScriptedBranches{}.root;
  group.instance.height = BlockHeight{17};
  one.open({}, group.instance);
  messages::AgreementState ended;
  ended.instance = group.instance;
  ended.decided =
      group.certificate(consensus::Phase::commit, {0, 0}, reject_at(root), {0, 1, 2});
  messages::MemberState said;
  said.agreements.push_back(ended);
  ChunkDesk desk{w.params, members.set, member(1), &members.keys[1]};
  std::vector<storage::RecordWrite> records;
  const auto chunks = desk.write_state(said, records).value();
  for (const auto& chunk : chunks) one.on_chunk({}, chunk);
  ++group.instance.attempt;
  one.open({}, group.instance);
  one.effects.clear();
  one.flush(Instant{1});
  one.flush(Instant{1} + StatePace::lazy_wait);
  std::optional<StateRead> written;
  for (const auto& effect : one.effects) {
    const auto* write = std::get_if<WriteChunk>(&effect);
    if (write == nullptr) continue;
    CHECK(write->audience == messages::Audience::everybody);
    auto read = desk.read(write->chunk).value();
    if (auto* state = std::get_if<StateRead>(&read)) written = std::move(*state);
  }
  REQUIRE(written);
  const auto& shown = written->state->agreements;
  CHECK(std::find(shown.begin(), shown.end(), ended) != shown.end());
}

}  // namespace
}  // namespace quorate::actors
