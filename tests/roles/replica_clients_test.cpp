// The replica's shell towards clients: questions, writes with tokens, grouped commits, a disk that
// refuses for a while.
#include "actors/replica_peer_actor.hpp"

#include "consensus/own_contract.hpp"
#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;
using actors::ReplicaCommit;
using consensus::ChunkSlot;

namespace {

constexpr std::uint64_t token = actors::first_client_token;

struct Notes {
  RoleBench bench;
  crypto::SecretKey key{crypto::SecretKey::derive("quorate/test-notes", {})};
  consensus::ContractView contract;
  messages::ReplicaPeerActor actor;

  explicit Notes(ReplicaCommit commit = ReplicaCommit::grouped) {
    bench.add_slot_desk();
    consensus::OwnDb db;
    db.contract.text = "ST000000000000000000002AMW42H.notes";
    db.owners = {{key.public_key(), 8}};
    db.limits.writes_per_second = 1'000'000;
    contract = consensus::own_contract(7, db).value();
    actors::replica::Config config;
    config.contract = db.contract;
    actor = bench.own(
        actors::spawn_own_replica(bench.system(), bench.wiring(), contract, config, commit));
    bench.give(actor, messages::Start{});
    (void)bench.take();
  }
  [[nodiscard]] messages::SlotQuestion write_of(std::uint64_t at, std::uint32_t slot,
                                                std::uint64_t version) const {
    const auto chunk =
        consensus::sign_chunk(7, contract->address(), ChunkSlot{slot}, ChunkVersion{version},
                              SharedBytes{Bytes{static_cast<std::uint8_t>(version)}}, key);
    return {at, messages::SlotWrite{std::nullopt, chunk.slot, chunk.version, chunk.content,
                                    chunk.signature}};
  }
  [[nodiscard]] std::vector<messages::SlotAnswer> answers() const {
    return bench.heard<messages::SlotAnswer>(Role::slot_desk);
  }
  [[nodiscard]] std::optional<std::uint16_t> refusal(std::size_t at) const {
    return std::get<messages::WriteJudged>(answers().at(at).reply).refusal;
  }
  [[nodiscard]] messages::LookShown look() {
    bench.give(actor, messages::SlotQuestion{999, messages::LookWanted{}});
    return std::get<messages::LookShown>(answers().back().reply);
  }
};

}  // namespace

TEST_CASE("replica clients: a write is answered with its token once it is durable") {
  for (const auto commit : {ReplicaCommit::each, ReplicaCommit::grouped}) {
    Notes n{commit};
    n.bench.give(n.actor, n.write_of(token, 1, 1));
    const Journal journal = n.bench.take();
    CHECK(place(journal, "commit chunks") < place(journal, "tell slot desk SlotAnswer"));
    CHECK(times(journal, "tell slot desk ChunkHeld") == 1);
    CHECK(times(journal, "tell producer ChunkHeld") == 0);  // Members have no part in it.
    REQUIRE(n.answers().size() == 1);
    CHECK(n.answers()[0].token == token);
    CHECK_FALSE(n.refusal(0).has_value());
  }
}

TEST_CASE("replica clients: writes that wait together are one batch; a read among them waits") {
  Notes n;
  // Everything is in the mailbox before the actor runs.
  for (std::uint32_t i = 0; i < 5; ++i) {
    rt::send_from_outside(n.actor, n.write_of(token + i, i, 1));
  }
  rt::send_from_outside(
      n.actor, messages::SlotQuestion{token + 5, messages::SlotRead{std::nullopt, ChunkSlot{0}}});
  n.bench.give(n.actor, n.write_of(token + 6, 0, 0));  // Version 0: refused.
  const Journal journal = n.bench.take();
  const std::string all_five = "commit chunks chunks chunks chunks chunks";
  CHECK(times(journal, all_five) == 1);
  CHECK(place(journal, all_five) < place(journal, "tell slot desk SlotAnswer"));
  const auto answers = n.answers();
  REQUIRE(answers.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) CHECK(answers[i].token == token + i);
  CHECK(std::get<messages::SlotShown>(answers[5].reply).chunk.version == ChunkVersion{1});
  CHECK(n.refusal(6) == static_cast<std::uint16_t>(Errc::version_zero));
  const auto look = n.look();
  REQUIRE(look.arrays.size() == 1);
  CHECK(look.arrays[0].written == 5);
  CHECK_FALSE(look.disk.has_value());
}

TEST_CASE("replica clients: while the disk is full nothing is acknowledged; then all of it is") {
  Notes n;
  n.bench.disk().disk().limit(0);
  n.bench.give(n.actor, n.write_of(token, 1, 1));
  CHECK(n.answers().empty());
  CHECK(n.bench.heard<messages::ChunkHeld>(Role::slot_desk).empty());
  CHECK_FALSE(n.bench.stopped().has_value());
  // What comes now is refused by the disk's name and changes nothing.
  n.bench.give(n.actor, n.write_of(token + 1, 2, 1));
  CHECK(n.refusal(0) == static_cast<std::uint16_t>(Errc::store_full));
  CHECK(n.look().disk == static_cast<std::uint16_t>(Errc::store_full));
  n.bench.pass(seconds(3));
  CHECK(n.bench.heard<messages::ChunkHeld>(Role::slot_desk).empty());
  n.bench.disk().disk().limit(UINT64_MAX);
  n.bench.pass(seconds(2));
  CHECK(n.bench.heard<messages::ChunkHeld>(Role::slot_desk).size() == 1);
  CHECK(n.answers().back().token == token);
  CHECK_FALSE(n.refusal(n.answers().size() - 1).has_value());
  const auto look = n.look();
  CHECK_FALSE(look.disk.has_value());
  CHECK(look.arrays[0].written == 1);
  const auto failures = std::count_if(look.counts.begin(), look.counts.end(), [](const auto& line) {
    return line.what == messages::Counted::commit_failure && line.times >= 3;
  });
  CHECK(failures == 1);
  n.bench.give(n.actor, n.write_of(token + 9, 2, 1));
  CHECK_FALSE(n.refusal(n.answers().size() - 1).has_value());
}

TEST_CASE("replica clients: a disk that refuses is no peer's reason to stop repeating") {
  Notes n;
  n.bench.give(n.actor, messages::PeerChanged{PeerId{3}, true});
  n.bench.disk().disk().set_access(storage::MemoryDisk::Access::read_only);
  n.bench.give(n.actor, n.write_of(token, 1, 1));
  (void)n.bench.take();
  const auto pushed = consensus::sign_chunk(7, n.contract->address(), ChunkSlot{4}, ChunkVersion{1},
                                            SharedBytes{Bytes{1}}, n.key);
  n.bench.give(n.actor, messages::ReplicaHeard{PeerId{3}, messages::Push{pushed}});
  CHECK(n.bench.take().empty());
  n.bench.disk().disk().set_access(storage::MemoryDisk::Access::read_write);
  n.bench.pass(seconds(2));
  (void)n.bench.take();
  n.bench.give(n.actor, messages::ReplicaHeard{PeerId{3}, messages::Push{pushed}});
  const Journal journal = n.bench.take();
  CHECK(place(journal, "commit chunks") < place(journal, "send 3 replica.ack"));
  CHECK(times(journal, "send 3 replica.ack") == 1);
}

TEST_CASE("replica clients: an own DB comes back from its records alone") {
  std::vector<storage::RecordWrite> records;
  {
    Notes n;
    n.bench.give(n.actor, n.write_of(token, 1, 1));
    REQUIRE(n.bench.disk()
                .scan(storage::Table::chunks,
                      [&](ByteView key, ByteView value) {
                        records.push_back({storage::Table::chunks, to_bytes(key), to_bytes(value)});
                        return true;
                      })
                .ok());
  }
  Notes again;
  REQUIRE(again.bench.disk().commit(records).ok());
  actors::replica::Config config;
  config.contract = again.contract->address().contract;
  again.actor = again.bench.own(actors::spawn_own_replica(
      again.bench.system(), again.bench.wiring(), again.contract, config, ReplicaCommit::grouped));
  again.bench.give(again.actor, messages::Start{});
  CHECK(again.look().arrays.at(0).written == 1);
}

TEST_CASE("replica clients: evidence of an own DB is a note; it can be asked for") {
  Notes n;
  n.bench.give(n.actor, n.write_of(token, 1, 1));
  const auto other = consensus::sign_chunk(7, n.contract->address(), ChunkSlot{1}, ChunkVersion{1},
                                           SharedBytes{Bytes{9, 9}}, n.key);
  (void)n.bench.take();
  n.bench.give(n.actor, messages::SlotQuestion{
                            token + 1, messages::SlotWrite{std::nullopt, other.slot, other.version,
                                                           other.content, other.signature}});
  CHECK(times(n.bench.take(), "note own replica") == 1);
  n.bench.give(n.actor, messages::SlotQuestion{token + 2, messages::EvidenceWanted{}});
  CHECK(std::get<messages::EvidenceShown>(n.answers().back().reply).pairs.size() == 1);
}
