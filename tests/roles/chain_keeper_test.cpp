// Shell of the chain keeper over a scripted chain.
#include "actors/chain_keeper_actor.hpp"

#include "tests/roles/role_bench.hpp"
#include "tests/unit/consensus/scripted_world.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

namespace scripted = consensus::testing;

struct Keeper {
  RoleBench bench;
  messages::ChainKeeperActor actor;

  explicit Keeper(const scripted::ScriptedWorld& world, actors::KeeperLimits limits = {}) {
    actor = bench.own(actors::spawn_chain_keeper(
        bench.system(), bench.wiring(), *consensus::Chain::create(world.params, world.genesis), {},
        limits));
  }
  /// Gives it the Bitcoin blocks and sealed blocks of the world, and the keys of this term.
  void replay(const scripted::ScriptedWorld& world) {
    for (const auto& item : world.history) {
      if (const auto* block = std::get_if<bitcoin::BurnBlock>(&item)) {
        bench.give(actor, messages::BurnBlockArrived{*block});
      } else {
        ask(Role::producer, messages::SubmitSealed{std::get<consensus::SealedBlock>(item)});
      }
    }
  }
  void ask(Role asker, messages::KeeperRequest request) {
    bench.give(actor, messages::KeeperQuestion{asker, std::move(request)});
  }
};

const bitcoin::BurnBlock& first_burn_block(const scripted::ScriptedWorld& world) {
  return std::get<bitcoin::BurnBlock>(world.history.front());
}

messages::AdmitTransaction garbage(std::uint64_t token) {
  return {token, {SharedBytes{Bytes{1, 2, 3}}}};
}

}  // namespace

TEST_CASE("keeper shell: a Bitcoin block is durable before anybody hears of it; all roles do") {
  scripted::ScriptedWorld world;
  world.mine();
  Keeper k{world};
  k.bench.give(k.actor, messages::BurnBlockArrived{first_burn_block(world)});
  const Journal journal = k.bench.take();
  CHECK(place(journal, "commit burn_blocks") < place(journal, "event BurnTipChanged"));
  for (const char* role :
       {"producer replica", "stacker replica", "producer", "stacker", "announcer", "enroller"}) {
    CHECK(times(journal, "tell " + std::string(role) + " ChainNews") ==
          times(journal, "tell enroller ChainNews"));
  }
  CHECK(times(journal, "tell enroller ChainNews") >= 1);
  CHECK(times(journal, "tell mempool ChainNews") == 0);
}

TEST_CASE("keeper shell: a block that cannot be stored is news to nobody") {
  scripted::ScriptedWorld world;
  world.mine();
  Keeper k{world};
  k.bench.disk().disk().limit(0);
  k.bench.give(k.actor, messages::BurnBlockArrived{first_burn_block(world)});
  CHECK(k.bench.take() == Journal{"commit refused store_full", "stop keeper store_full"});
}

TEST_CASE("keeper shell: a reply goes to the role that asked and to no other") {
  scripted::ScriptedWorld world;
  Keeper k{world};
  k.ask(Role::mempool, garbage(1));
  CHECK(times(k.bench.take(), "tell mempool KeeperAnswer") == 1);
  k.ask(Role::producer, garbage(2));
  CHECK(times(k.bench.take(), "tell producer KeeperAnswer") == 1);
  k.ask(Role::stacker, garbage(3));
  CHECK(times(k.bench.take(), "tell stacker KeeperAnswer") == 1);
  k.ask(Role::gateway, garbage(4));  // It asks the mempool, never the keeper.
  const Journal journal = k.bench.take();
  CHECK(std::none_of(journal.begin(), journal.end(), [](const std::string& line) {
    return line.find("KeeperAnswer") != std::string::npos;
  }));
  const auto answer = k.bench.heard<messages::KeeperAnswer>(Role::stacker).at(0);
  CHECK(std::get<messages::AdmissionAnswer>(answer.reply).token == 3);
}

TEST_CASE("keeper shell: Bitcoin blocks without a parent are refused by name, and it lives") {
  scripted::ScriptedWorld world;
  world.mine();
  world.mine();
  world.mine();
  Keeper k{world};
  k.bench.give(k.actor, messages::BurnBlockArrived{first_burn_block(world)});
  (void)k.bench.take();
  k.bench.give(k.actor,
               messages::BurnBlockArrived{std::get<bitcoin::BurnBlock>(world.history.at(2))});
  const Journal journal = k.bench.take();
  REQUIRE(journal.size() == 1);
  CHECK(journal.at(0).rfind("refusal keeper ", 0) == 0);
  k.bench.give(k.actor,
               messages::BurnBlockArrived{std::get<bitcoin::BurnBlock>(world.history.at(1))});
  CHECK(times(k.bench.take(), "event BurnTipChanged") == 1);
}

TEST_CASE("keeper shell: a new peer hears the status at once, then when the timer fires") {
  scripted::ScriptedWorld world;
  Keeper k{world};
  const actors::KeeperLimits limits;
  k.bench.give(k.actor, messages::Start{});
  k.bench.give(k.actor, messages::PeerChanged{PeerId{3}, true});
  CHECK(k.bench.take() == Journal{"send 3 chain.tip"});
  k.bench.pass(limits.status_period - microseconds(1));
  CHECK(k.bench.take().empty());
  k.bench.pass(microseconds(1));
  CHECK(k.bench.take() == Journal{"send 3 chain.tip"});
  k.bench.give(k.actor, messages::PeerChanged{PeerId{3}, false});
  k.bench.pass(limits.status_period * 2);
  CHECK(k.bench.take().empty());
}

TEST_CASE("keeper shell: an accepted block is stored, then relayed, then told; peers are served") {
  scripted::ScriptedWorld world;
  world.start();
  Keeper k{world};
  k.bench.give(k.actor, messages::Start{});
  k.replay(world);
  for (const GroupKind kind : {GroupKind::producers, GroupKind::stackers}) {
    const std::uint64_t generation = kind == GroupKind::producers ? 2 : 0;
    const auto plan = kind == GroupKind::producers
                          ? world.chain.producers(TermNumber{generation})->signers
                          : world.chain.stackers(CycleNumber{generation})->signers;
    k.ask(Role::producer, messages::LearnKey{scripted::certify(plan, world.params.network_id)});
  }
  k.bench.give(k.actor, messages::PeerChanged{PeerId{3}, true});
  (void)k.bench.take();
  const std::size_t before = world.history.size();
  const BlockId id = world.produce();
  const auto block = std::get<consensus::SealedBlock>(world.history.at(before));
  k.ask(Role::producer, messages::SubmitSealed{block});
  const Journal journal = k.bench.take();
  CHECK(place(journal, "commit blocks") < place(journal, "send 3 chain.block"));
  CHECK(place(journal, "send 3 chain.block") < place(journal, "event BlockAccepted"));
  CHECK(times(journal, "event BlockAccepted") == 1);

  // A peer that lacks it is answered from the store.
  k.bench.give(k.actor, messages::ChainHeard{PeerId{3}, messages::BlocksWanted{}});
  CHECK(times(k.bench.take(), "send 3 chain.block") >= 1);
  const auto chain = std::get<messages::ChainMessage>(k.bench.sent().back().second);
  CHECK(std::get<messages::BlockPush>(chain).block.block.id() == id);

  // Another life of the node finds it all on disk, and tells its roles again.
  Keeper again{world};
  std::vector<storage::RecordWrite> records;
  for (const auto table :
       {storage::Table::burn_blocks, storage::Table::keys, storage::Table::blocks}) {
    REQUIRE(k.bench.disk()
                .scan(table,
                      [&](ByteView key, ByteView value) {
                        records.push_back({table, to_bytes(key), to_bytes(value)});
                        return true;
                      })
                .ok());
  }
  REQUIRE(again.bench.disk().commit(records).ok());
  again.bench.give(again.actor, messages::Start{});
  const Journal restored = again.bench.take();
  CHECK(times(restored, "event BlockAccepted") == 1);
  CHECK(times(restored, "commit blocks") == 0);
}

TEST_CASE("keeper shell: an exception ends in the named actor fault") {
  scripted::ScriptedWorld world;
  Keeper k{world};
  check_actor_fault(k.bench, k.actor, Role::keeper, messages::TimerDue{});
}
