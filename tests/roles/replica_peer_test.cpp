// Shell of the replica peer.
#include "actors/replica_peer_actor.hpp"

#include "tests/roles/role_bench.hpp"
#include "tests/unit/actors/members_fixture.hpp"

using namespace quorate;
using namespace quorate::test;
using consensus::ChunkSlot;

namespace {

consensus::Params small_params() {
  consensus::Params params;
  params.network_id = actors::test_network;
  return params;
}

messages::SetPlanned planned(const consensus::SignerSet& set) {
  const BurnHeight first{80 + 10 * set.generation};  // 110 for the fixture's generation 3.
  return {set, BurnHeight{100}, first, first + 9};
}

struct Replica {
  RoleBench bench;
  consensus::Params params{small_params()};
  actors::Members members{{25, 25, 25, 25}};
  messages::ReplicaPeerActor actor;

  explicit Replica(GroupKind family = GroupKind::producers, actors::replica::Config config = {}) {
    config.contract = consensus::boot_contract_name(params.network_id, family);
    actor = bench.own(
        actors::spawn_replica_peer(bench.system(), bench.wiring(), family, params, config));
  }
  void open() { bench.give(actor, messages::ChainNews{planned(members.set)}); }
  void connect(std::uint32_t peer) { bench.give(actor, messages::PeerChanged{PeerId{peer}, true}); }
  [[nodiscard]] consensus::Chunk chunk(std::uint64_t version, std::uint8_t content,
                                       std::size_t by = 0) const {
    const auto slot = consensus::first_signing_slot(params, members.set, actors::member(0));
    return consensus::sign_chunk(params.network_id, consensus::boot_db_address(params, members.set),
                                 slot, ChunkVersion{version}, SharedBytes{Bytes{content}},
                                 members.keys[by]);
  }
  void write(const consensus::Chunk& chunk) {
    bench.give(actor, messages::ChunkWrite{Role::producer, chunk});
  }
  void hear(std::uint32_t from, messages::ReplicaMessage message) {
    bench.give(actor, messages::ReplicaHeard{PeerId{from}, std::move(message)});
  }
};

}  // namespace

TEST_CASE("replica shell: a write is durable before it leaves; then the members hear of it") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.connect(3);
  r.connect(4);
  (void)r.bench.take();
  r.write(r.chunk(1, 1));
  const Journal journal = r.bench.take();
  CHECK(place(journal, "commit chunks") < place(journal, "send 3 replica.push"));
  CHECK(times(journal, "send 3 replica.push") == 1);
  CHECK(times(journal, "send 4 replica.push") == 1);
  CHECK(times(journal, "tell producer ChunkHeld") == 1);
  CHECK(times(journal, "tell stacker ChunkHeld") == 1);
  CHECK(times(journal, "tell producer ChunkWriteRefused") == 0);
  // One encoding for both neighbours.
  const auto& frames = r.bench.frames();
  CHECK(frames.back().second.view().data() == (frames.end() - 2)->second.view().data());
}

TEST_CASE("replica shell: what cannot be stored does not leave, and the node stops by name") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.connect(3);
  (void)r.bench.take();
  r.bench.disk().disk().limit(0);
  r.write(r.chunk(1, 1));
  CHECK(r.bench.take() == Journal{"commit refused store_full", "stop producer replica store_full"});
  r.bench.pass(seconds(60));
  r.connect(4);
  CHECK(r.bench.take().empty());
}

TEST_CASE("replica shell: a refused write is answered to whoever wrote, with what stands there") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.write(r.chunk(5, 1));
  (void)r.bench.take();
  r.write(r.chunk(4, 2));
  CHECK(r.bench.take() == Journal{"tell producer ChunkWriteRefused"});
  const auto refused = r.bench.heard<messages::ChunkWriteRefused>(Role::producer).at(0);
  CHECK(refused.reason == static_cast<std::uint16_t>(Errc::stale_version));
  CHECK(refused.version == ChunkVersion{4});
  CHECK(refused.standing == ChunkVersion{5});
  r.bench.give(r.actor, messages::ChunkWrite{Role::stacker, r.chunk(6, 1, 1)});
  CHECK(r.bench.take() == Journal{"tell stacker ChunkWriteRefused"});
  CHECK(r.bench.heard<messages::ChunkWriteRefused>(Role::stacker).at(0).reason ==
        static_cast<std::uint16_t>(Errc::bad_signer));
}

TEST_CASE("replica shell: only sets of its own family open, a changed set closes the old array") {
  Replica r{GroupKind::stackers};
  r.bench.give(r.actor, messages::Start{});
  r.open();  // A producer set.
  r.write(r.chunk(1, 1));
  CHECK(r.bench.take() == Journal{"tell producer ChunkWriteRefused"});

  Replica s;
  s.bench.give(s.actor, messages::Start{});
  s.open();
  s.open();  // Told again: the same array, not a second one.
  CHECK(s.bench.take().empty());
  const auto before = s.chunk(1, 1);
  s.members = actors::Members{{40, 30, 30}};
  s.open();
  s.write(before);
  CHECK(s.bench.heard<messages::ChunkWriteRefused>(Role::producer).size() == 1);
  s.write(s.chunk(1, 1));
  CHECK(s.bench.heard<messages::ChunkHeld>(Role::producer).size() == 1);
}

TEST_CASE("replica shell: an impossible set is refused by name and the actor lives") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  auto wrong = planned(r.members.set);
  wrong.set.members[0].slots[0] = SlotIndex{99'999};
  r.bench.give(r.actor, messages::ChainNews{wrong});
  CHECK(r.bench.take() == Journal{"refusal producer replica set_does_not_fit"});
  r.open();
  r.write(r.chunk(1, 1));
  CHECK(r.bench.heard<messages::ChunkHeld>(Role::producer).size() == 1);
}

TEST_CASE("replica shell: a generation for which there was no room opens when it is told again") {
  actors::replica::Config config;
  config.max_generations = 1;
  Replica r{GroupKind::producers, config};
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.members = actors::Members{{25, 25, 25, 25}, GroupKind::producers, 4};
  r.open();
  CHECK(r.bench.take() == Journal{"refusal producer replica too_many_generations"});
  messages::BurnTipChanged moved;
  moved.tip.height = BurnHeight{120};  // The first one is collected.
  r.bench.give(r.actor, messages::ChainNews{moved});
  r.open();
  r.write(r.chunk(1, 1));
  CHECK(r.bench.heard<messages::ChunkHeld>(Role::producer).size() == 1);
}

TEST_CASE("replica shell: strangers are refused by name, liars are dropped, the rest goes on") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.hear(3, messages::Push{r.chunk(1, 1)});
  CHECK(r.bench.take() == Journal{"refusal producer replica unknown_peer"});
  r.connect(3);
  (void)r.bench.take();
  const actors::replica::Config limits;
  // Another member's signature in this slot: nobody honest sends that.
  for (std::uint32_t i = 0; i < limits.drop_at; ++i) {
    r.hear(3, messages::Push{r.chunk(i + 1, 1, 1)});
  }
  const Journal journal = r.bench.take();
  CHECK(times(journal, "drop 3 peer_misbehaves") == 1);
  r.hear(3, messages::Push{r.chunk(1, 1)});
  CHECK(times(r.bench.take(), "refusal producer replica unknown_peer") == 1);
  CHECK(RoleBench::is_alive(r.actor));
}

TEST_CASE("replica shell: two chunks of one version become evidence, stored before it is told") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.connect(3);
  r.write(r.chunk(1, 1));
  (void)r.bench.take();
  r.hear(3, messages::Push{r.chunk(1, 2)});
  const Journal journal = r.bench.take();
  REQUIRE(times(journal, "evidence two_chunks") == 1);
  const auto stored = std::find_if(journal.begin(), journal.end(), [](const std::string& line) {
    return line.rfind("commit", 0) == 0 && line.find("evidence") != std::string::npos;
  });
  CHECK(static_cast<std::size_t>(stored - journal.begin()) < place(journal, "evidence two_chunks"));
  CHECK(r.bench.evidence().at(0).group == GroupKind::producers);
  CHECK(r.bench.evidence().at(0).member == r.members.keys[0].public_key());
}

TEST_CASE("replica shell: Start restores from the store; a second one is refused by name") {
  const Bytes content{1};
  std::vector<storage::RecordWrite> records;
  {
    Replica r;
    r.bench.give(r.actor, messages::Start{});
    r.open();
    r.write(r.chunk(1, 1));
    REQUIRE(r.bench.disk()
                .scan(storage::Table::chunks,
                      [&](ByteView key, ByteView value) {
                        records.push_back({storage::Table::chunks, to_bytes(key), to_bytes(value)});
                        return true;
                      })
                .ok());
  }
  Replica again;
  REQUIRE(again.bench.disk().commit(records).ok());
  again.bench.give(again.actor, messages::Start{});
  again.open();
  CHECK(again.bench.heard<messages::ChunkHeld>(Role::producer).size() == 1);
  (void)again.bench.take();
  again.bench.give(again.actor, messages::Start{});
  CHECK(again.bench.take() == Journal{"refusal producer replica already_started"});
}

TEST_CASE("replica shell: anti-entropy comes by virtual time; an exception is a named fault") {
  Replica r;
  r.bench.give(r.actor, messages::Start{});
  r.open();
  r.connect(3);
  (void)r.bench.take();
  const actors::replica::Config config;
  r.bench.pass(config.anti_entropy * 2);
  CHECK(times(r.bench.take(), "send 3 replica.compare") >= 1);
  check_actor_fault(r.bench, r.actor, Role::producer_replica,
                    messages::PeerChanged{PeerId{4}, true});
}
