// Shell of the burnchain follower.
#include "actors/burnchain_follower_actor.hpp"

#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

bitcoin::BurnBlock block_on(BurnHeight height, const BurnHash& parent) {
  bitcoin::Transaction coinbase;
  coinbase.inputs.push_back({});
  coinbase.outputs.push_back({});
  bitcoin::BurnTx tx;
  tx.raw.bytes = bitcoin::encode_transaction(coinbase);
  List<bitcoin::BurnTx, 20'000> transactions;
  transactions.push_back(tx);
  return bitcoin::make_burn_block(height, parent, 1000, 0, transactions);
}

messages::BurnHeard heard(messages::BurnMessage message) { return {PeerId{0}, std::move(message)}; }

struct Follower {
  RoleBench bench;
  actors::FollowerLimits limits;
  messages::BurnchainFollowerActor actor;

  void spawn() {
    actor = bench.own(actors::spawn_burnchain_follower(bench.system(), bench.wiring(), limits));
  }
  template <class T>
  [[nodiscard]] T last_sent() const {
    return std::get<T>(std::get<messages::BurnMessage>(bench.sent().back().second));
  }
};

}  // namespace

TEST_CASE("follower shell: Start tells the machine what the store holds, then asks the feed") {
  Follower f;
  const auto first = block_on(BurnHeight{100}, {});
  const auto unreadable = storage::RecordWrite{storage::Table::burn_blocks, {0xff}, Bytes{1, 2}};
  REQUIRE(
      f.bench.disk()
          .commit(std::array{unreadable, storage::RecordWrite{storage::Table::burn_blocks,
                                                              encode(first.view()), encode(first)}})
          .ok());
  f.spawn();
  f.bench.give(f.actor, messages::Start{});
  CHECK(f.bench.take() == Journal{"send 0 burn.wanted"});
  CHECK(f.last_sent<messages::BurnBlocksWanted>().known.at(0) == first.hash);
}

TEST_CASE("follower shell: unreadable storage stops the node by name, and nothing is asked") {
  Follower f;
  f.bench.spoil_reading();
  f.spawn();
  f.bench.give(f.actor, messages::Start{});
  CHECK(f.bench.take() == Journal{"stop follower store_corrupt"});
}

TEST_CASE("follower shell: its timer fires at its virtual time and again, never before") {
  Follower f;
  f.spawn();
  f.bench.give(f.actor, messages::Start{});
  (void)f.bench.take();
  f.bench.pass(f.limits.poll - microseconds(1));
  CHECK(f.bench.take().empty());
  f.bench.pass(microseconds(1));
  CHECK(f.bench.take() == Journal{"send 0 burn.wanted"});
  f.bench.pass(f.limits.poll * 3);
  CHECK(f.bench.take().size() == 3);
  // A timer of another kind is not the poll's.
  f.bench.give(f.actor, messages::TimerDue{messages::Timer{9}});
  CHECK(f.bench.take().empty());
}

TEST_CASE("follower shell: each message kind is one step, each effect goes where it belongs") {
  Follower f;
  f.spawn();
  f.bench.give(f.actor, messages::PeerChanged{PeerId{3}, true});
  CHECK(f.bench.take().empty());
  const auto first = block_on(BurnHeight{100}, {});
  f.bench.give(f.actor, heard(messages::BurnBlockPush{first}));
  CHECK(f.bench.take() == Journal{"tell keeper BurnBlockArrived"});
  CHECK(f.bench.heard<messages::BurnBlockArrived>(Role::keeper).at(0).block == first);

  f.bench.give(f.actor, messages::BitcoinSubmission{{Bytes{1, 2, 3}}});
  CHECK(f.bench.take() == Journal{"send 0 burn.transaction"});
  CHECK(f.last_sent<messages::BurnTransactionSubmit>().raw.bytes == Bytes{1, 2, 3});

  f.bench.give(f.actor, messages::CoinsQuestion{{{Bytes{7}}}});
  CHECK(f.bench.take() == Journal{"send 0 burn.coins_wanted"});
  f.bench.give(f.actor, heard(messages::Coins{{Bytes{7}}, {}}));
  Journal both = f.bench.take();
  std::sort(both.begin(), both.end());
  CHECK(both == Journal{"tell announcer CoinsAnswer", "tell enroller CoinsAnswer"});
}

TEST_CASE("follower shell: what the machine refuses is counted by name, and the actor lives") {
  Follower f;
  f.spawn();
  f.bench.give(f.actor, heard(messages::CoinsWanted{}));
  auto false_hash = block_on(BurnHeight{100}, {});
  false_hash.hash = BurnHash{};
  f.bench.give(f.actor, heard(messages::BurnBlockPush{false_hash}));
  CHECK(f.bench.take() == Journal{"refusal follower message_not_for_us",
                                  "refusal follower burn_block_hash_mismatch"});
  f.bench.give(f.actor, heard(messages::BurnBlockPush{block_on(BurnHeight{100}, {})}));
  CHECK(f.bench.take() == Journal{"tell keeper BurnBlockArrived"});
}

TEST_CASE("follower shell: an exception ends in the named actor fault; then nothing is done") {
  Follower f;
  f.spawn();
  check_actor_fault(f.bench, f.actor, Role::follower, messages::CoinsQuestion{});
  Follower g;
  g.spawn();
  g.bench.break_port(Port::network);
  g.bench.give(g.actor, messages::Start{});
  CHECK(g.bench.take() == Journal{"stop follower actor_fault"});
}
