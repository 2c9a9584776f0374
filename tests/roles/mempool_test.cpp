// Shell of the mempool.
#include "actors/mempool_actor.hpp"

#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

struct Pool {
  RoleBench bench;
  actors::MempoolLimits limits;
  messages::MempoolActor actor;

  void spawn() { actor = bench.own(actors::spawn_mempool(bench.system(), bench.wiring(), limits)); }
  void offer(std::uint64_t token, std::uint8_t content) {
    bench.give(actor, messages::TransactionOffer{token, {SharedBytes{Bytes{content}}}});
  }
  void answer(std::uint64_t token, bool admitted, std::uint16_t reason = 0) {
    bench.give(actor,
               messages::KeeperAnswer{messages::AdmissionAnswer{token, Txid{}, admitted, reason}});
  }
};

}  // namespace

TEST_CASE("mempool shell: an offer asks the keeper in the mempool's name; the client hears back") {
  Pool pool;
  pool.spawn();
  pool.bench.give(pool.actor, messages::Start{});
  pool.offer(77, 1);
  CHECK(pool.bench.take() == Journal{"tell keeper KeeperQuestion"});
  const auto asked = pool.bench.heard<messages::KeeperQuestion>(Role::keeper).at(0);
  CHECK(asked.asker == Role::mempool);
  pool.answer(std::get<messages::AdmitTransaction>(asked.request).token, false, 5);
  CHECK(pool.bench.take() == Journal{"tell gateway TransactionOutcome"});
  const auto outcome = pool.bench.heard<messages::TransactionOutcome>(Role::gateway).at(0);
  CHECK(outcome.token == 77);
  CHECK(outcome.reason == 5);
  CHECK_FALSE(outcome.admitted);
}

TEST_CASE("mempool shell: news are told to the peers when the gossip timer fires, not before") {
  Pool pool;
  pool.spawn();
  pool.bench.give(pool.actor, messages::PeerChanged{PeerId{1}, true});
  pool.bench.give(pool.actor, messages::PeerChanged{PeerId{2}, true});
  pool.bench.give(pool.actor, messages::PeerChanged{PeerId{1}, false});
  pool.offer(1, 1);
  pool.answer(1, true);
  (void)pool.bench.take();
  pool.bench.pass(pool.limits.gossip_period - microseconds(1));
  CHECK(pool.bench.take().empty());
  pool.bench.pass(microseconds(1));
  CHECK(pool.bench.take() == Journal{"send 2 transactions.known"});
}

TEST_CASE("mempool shell: a peer's message is one step, the answer goes to that peer") {
  Pool pool;
  pool.spawn();
  messages::TransactionsKnown known;
  known.txids.push_back(Txid{});
  pool.bench.give(pool.actor, messages::TransactionsHeard{PeerId{9}, known});
  CHECK(pool.bench.take() == Journal{"send 9 transactions.wanted"});
  // An answer to a question of another role's kind is none of the mempool's business.
  pool.bench.give(pool.actor, messages::KeeperAnswer{messages::BuiltBlock{}});
  CHECK(pool.bench.take().empty());
}

TEST_CASE("mempool shell: at its limit a client is refused by name and everybody lives") {
  Pool pool;
  pool.limits.in_question = 1;
  pool.spawn();
  pool.offer(1, 1);
  (void)pool.bench.take();
  pool.offer(2, 2);
  CHECK(pool.bench.take() ==
        Journal{"refusal mempool mempool_busy", "tell gateway TransactionOutcome"});
  const auto outcome = pool.bench.heard<messages::TransactionOutcome>(Role::gateway).at(0);
  CHECK(outcome.token == 2);
  CHECK(outcome.reason == static_cast<std::uint16_t>(Errc::mempool_busy));
  // The answer frees the place.
  pool.answer(1, false);
  (void)pool.bench.take();
  pool.offer(3, 3);
  CHECK(pool.bench.take() == Journal{"tell keeper KeeperQuestion"});
  // Without a gateway there is nobody to tell.
  pool.bench.roles().gateway = messages::GatewayActor{};
  pool.offer(4, 4);
  CHECK(pool.bench.take() == Journal{"refusal mempool mempool_busy"});
  CHECK(RoleBench::is_alive(pool.actor));
}

TEST_CASE("mempool shell: an exception ends in the named actor fault") {
  Pool pool;
  pool.spawn();
  check_actor_fault(pool.bench, pool.actor, Role::mempool, messages::PeerChanged{PeerId{1}, true});
}
