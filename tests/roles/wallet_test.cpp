// Shells of the two wallets: announcer and enroller.
#include "actors/announcer_actor.hpp"
#include "actors/enroller_actor.hpp"
#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

crypto::SecretKey key(std::string_view name) {
  return crypto::SecretKey::derive("quorate/test", as_bytes(name));
}

messages::CoinsAnswer coins_of(const crypto::SecretKey& owner) {
  messages::Coins coins;
  coins.script = {bitcoin::wallet_script(owner).bytes};
  coins.coins.push_back({BurnTxid{}, 0, Sats{100'000}});
  return {coins};
}

messages::BurnTipChanged tip_at(std::uint64_t height) {
  messages::BurnTipChanged moved;
  moved.tip.height = BurnHeight{height};
  return moved;
}

/// An announcer whose node has accepted one block of term 2.
struct Announcer {
  static constexpr TermNumber term{2};
  RoleBench bench;
  actors::AnnouncerConfig config;
  messages::AnnouncerActor actor;

  Announcer() {
    config.params.first_burn_height = BurnHeight{100};
    actor =
        bench.own(actors::spawn_announcer(bench.system(), bench.wiring(), config, key("wallet")));
  }
  void tell(messages::ChainEvent event) {
    bench.give(actor, messages::ChainNews{std::move(event)});
  }
  void plan(GroupKind kind, std::uint64_t generation) {
    messages::SetPlanned planned;
    planned.set.kind = kind;
    planned.set.generation = generation;
    tell(planned);
    consensus::KeyCertificate certificate;
    certificate.content.kind = kind;
    certificate.content.generation = generation;
    certificate.content.group_key = key("group").public_key();
    tell(messages::KeyLearned{certificate, planned.set.hash(config.params.network_id)});
  }
  void accept_a_block() {
    bench.give(actor, messages::Start{});
    plan(GroupKind::producers, term.value);
    plan(GroupKind::stackers, 0);
    tell(tip_at(121));
    messages::Position position;
    position.term = term;
    position.burn_tip.height = BurnHeight{121};
    tell(position);
    consensus::SealedBlock block;
    block.block.header.height = BlockHeight{1};
    block.block.header.term = term;
    tell(messages::BlockAccepted{block});
  }
  void lead() { bench.give(actor, messages::LeadershipChanged{term, true, true, 0}); }
};

struct Enroller {
  RoleBench bench;
  messages::EnrollerActor actor{
      bench.own(actors::spawn_enroller(bench.system(), bench.wiring(), {{'X', '2'}, Sats{21'000}},
                                       key("enroller"), crypto::vrf_key_of_seed(Hash256{})))};
};

}  // namespace

TEST_CASE("announcer shell: the counter is durable before the transaction and the offer leave") {
  Announcer a;
  a.accept_a_block();
  CHECK(a.bench.take().empty());
  a.lead();
  CHECK(a.bench.take() == Journal{"tell follower CoinsQuestion"});
  a.bench.give(a.actor, coins_of(key("wallet")));
  Journal journal = a.bench.take();
  CHECK(place(journal, "commit announcer") == 0);
  CHECK(times(journal, "tell follower BitcoinSubmission") == 1);
  CHECK(times(journal, "tell producer SignAnnouncement") == 1);
  const auto offer = a.bench.heard<messages::SignAnnouncement>(Role::producer).at(0).offer;
  CHECK(offer.counter == 1);
  a.bench.give(a.actor, messages::AnnouncementSigned{offer.height, offer.counter, {}, {}});
  journal = a.bench.take();
  CHECK(times(journal, "tell follower BitcoinSubmission") == 1);
  CHECK(times(journal, "note announcer") == 1);
}

TEST_CASE("announcer shell: a counter that cannot be stored is never shown to anybody") {
  Announcer a;
  a.accept_a_block();
  a.lead();
  (void)a.bench.take();
  a.bench.disk().disk().limit(0);
  a.bench.give(a.actor, coins_of(key("wallet")));
  CHECK(a.bench.take() == Journal{"commit refused store_full", "stop announcer store_full"});
}

TEST_CASE("announcer shell: Start restores the counter, so that none is used twice") {
  Announcer a;
  REQUIRE(a.bench.disk()
              .commit(std::array{storage::RecordWrite{storage::Table::announcer, Bytes{'c'},
                                                      encode(std::uint32_t{41})}})
              .ok());
  a.accept_a_block();
  a.lead();
  a.bench.give(a.actor, coins_of(key("wallet")));
  CHECK(a.bench.heard<messages::SignAnnouncement>(Role::producer).at(0).offer.counter == 42);
}

TEST_CASE("announcer shell: other people's coins and timers lead to nothing; exceptions stop it") {
  Announcer a;
  a.accept_a_block();
  a.lead();
  (void)a.bench.take();
  a.bench.give(a.actor, coins_of(key("somebody")));
  a.bench.give(a.actor, messages::TimerDue{});
  CHECK(a.bench.take().empty());
  check_actor_fault(a.bench, a.actor, Role::announcer, messages::TimerDue{});
}

TEST_CASE("enroller shell: news, coins and timers are one step each") {
  Enroller e;
  e.bench.give(e.actor, messages::Start{});
  e.bench.give(e.actor, messages::TimerDue{});
  CHECK(e.bench.take().empty());
  e.bench.give(e.actor, messages::ChainNews{tip_at(101)});
  CHECK(e.bench.take() == Journal{"tell follower CoinsQuestion"});
  e.bench.give(e.actor, coins_of(key("enroller")));
  const Journal journal = e.bench.take();
  CHECK(times(journal, "tell follower BitcoinSubmission") == 1);
  CHECK(times(journal, "note enroller") == 1);
  // Registered once.
  e.bench.give(e.actor, coins_of(key("enroller")));
  CHECK(e.bench.take().empty());
}

TEST_CASE("enroller shell: a poor wallet is a note; an exception is the named actor fault") {
  Enroller e;
  messages::CoinsAnswer none = coins_of(key("enroller"));
  none.coins.coins.clear();
  e.bench.give(e.actor, none);
  CHECK(e.bench.take() == Journal{"note enroller"});
  check_actor_fault(e.bench, e.actor, Role::enroller, messages::TimerDue{});
}
