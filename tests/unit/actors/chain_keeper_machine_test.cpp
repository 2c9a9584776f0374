// The keeper over a scripted chain.
#include "actors/chain_keeper_machine.hpp"

#include "tests/unit/consensus/scripted_world.hpp"

namespace quorate::actors {
namespace {

namespace scripted = consensus::testing;

/// A keeper that is given what the chain of a scripted world was given.
struct Keeper {
  ChainKeeperMachine machine;
  KeeperEffects effects;

  explicit Keeper(const scripted::ScriptedWorld& world)
      : machine(*consensus::Chain::create(world.params, world.genesis), {}, {}) {}
  void step(const KeeperInput& input) {
    auto out = machine.step({}, input);
    REQUIRE(out.ok());
    effects = std::move(out).value();
  }
  void replay(const scripted::ScriptedWorld& world) {
    for (const auto& item : world.history) {
      if (const auto* block = std::get_if<bitcoin::BurnBlock>(&item)) step(BurnBlockSeen{*block});
    }
  }
  void learn(const consensus::KeyCertificate& certificate) {
    step(KeeperAsked{messages::Role::producer, messages::LearnKey{certificate}});
  }
  [[nodiscard]] std::vector<storage::RecordWrite> kept(storage::Table table) const {
    std::vector<storage::RecordWrite> out;
    for (const auto& effect : effects) {
      const auto* persist = std::get_if<Persist>(&effect);
      for (const auto& write : persist ? persist->writes : std::vector<storage::RecordWrite>{}) {
        if (write.table == table) out.push_back(write);
      }
    }
    return out;
  }
};

TEST_CASE("keeper: the keys of two sets of one generation are kept side by side") {
  scripted::ScriptedWorld world;
  world.register_producers(3);
  const BurnView fork = *world.chain.burn_tip();
  world.enroll(2);
  world.mine_to(BurnHeight{111});
  const auto first = world.chain.producers(TermNumber{2});
  const auto window = world.chain.term_context(TermNumber{0})->window;
  BurnView branch = world.mine_on(fork, {scripted::enrollment_tx(world.producers[2], window,
                                                                 Sats{50}, world.params)});
  while (branch.height < BurnHeight{112}) branch = world.mine_on(branch);
  const auto second = world.chain.producers(TermNumber{2});
  REQUIRE(first->hash != second->hash);

  Keeper keeper{world};
  keeper.replay(world);
  std::vector<storage::RecordWrite> stored;
  for (const auto& plan : {first, second}) {
    keeper.learn(scripted::certify(plan->signers, world.params.network_id));
    REQUIRE(keeper.kept(storage::Table::keys).size() == 1);
    stored.push_back(keeper.kept(storage::Table::keys)[0]);
  }
  CHECK(stored[0].key != stored[1].key);

  // Both are found again, whichever of the branches is canonical then.
  Keeper again{world};
  KeeperRestored records;
  for (const auto& item : world.history) {
    if (const auto* block = std::get_if<bitcoin::BurnBlock>(&item)) {
      records.burn_blocks.push_back(encode(*block));
    }
  }
  for (const auto& record : stored) records.keys.push_back(*record.value);
  again.step(records);
  std::set<SetHash> sets;
  for (const auto& effect : again.effects) {
    const auto* told = std::get_if<TellRoles>(&effect);
    const auto* key = told ? std::get_if<messages::KeyLearned>(&told->event) : nullptr;
    if (key != nullptr) sets.insert(key->set);
  }
  CHECK(sets == std::set{first->hash, second->hash});
}

TEST_CASE("keeper: a status that stands is told ever more rarely, a new one at once again") {
  scripted::ScriptedWorld world;
  world.mine();
  Keeper keeper{world};
  const KeeperLimits limits;
  keeper.step(KeeperPeer{PeerId{3}, true});
  const auto told_in = [&](std::uint32_t periods) {
    std::uint32_t times = 0;
    for (std::uint32_t i = 0; i < periods; ++i) {
      keeper.step(Timer{1});
      for (const auto& effect : keeper.effects) times += std::holds_alternative<SendChain>(effect);
    }
    return times;
  };
  CHECK(told_in(limits.status_repeats) == limits.status_repeats);
  CHECK(told_in(40) == 10);
  keeper.replay(world);
  CHECK(told_in(limits.status_repeats) == limits.status_repeats);
}

}  // namespace
}  // namespace quorate::actors
