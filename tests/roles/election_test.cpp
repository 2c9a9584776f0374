// Shell of the leader election participant: routes to members, and promises before words.
#include "actors/election_actor.hpp"

#include "tests/roles/role_bench.hpp"
#include "tests/unit/actors/members_fixture.hpp"

using namespace quorate;
using namespace quorate::test;
using messages::ElectionKind;

namespace {

constexpr TermNumber term{5};

struct Participant {
  RoleBench bench;
  consensus::Timing timing;
  actors::Members members{{25, 25, 25, 25}};
  std::vector<MemberIndex> order{messages::election_order(members.set, members.hash(), term, 0)};
  messages::ElectionActor actor;

  /// The member at this rank of the first epoch.
  explicit Participant(std::size_t rank) {
    actor = bench.own(actors::spawn_election(
        bench.system(), bench.wiring(), actors::test_network, timing,
        std::make_shared<actors::KeyNotary>(members.keys[order[rank].value].clone())));
    bench.give(actor, messages::Start{});
    for (const std::uint32_t peer : {1, 2}) {
      bench.give(actor, messages::PeerChanged{PeerId{peer}, true});
    }
    advise(messages::ElectionTerm{members.set, term, order[rank]});
  }
  template <class T>
  void advise(T advice) {
    bench.give(actor, messages::ElectionAdvice{std::move(advice)});
  }
  [[nodiscard]] crypto::SchnorrSignature sign(MemberIndex by, ElectionKind kind,
                                              MemberIndex candidate) const {
    return members.notary(by.value).sign(messages::election_digest(
        actors::test_network, members.hash(), kind, {term, 0, candidate}));
  }
  void request(std::uint32_t from, std::size_t rank) {
    const MemberIndex who = order[rank];
    bench.give(actor,
               messages::ElectionHeard{
                   PeerId{from}, messages::ElectionRequest{{term, 0, who},
                                                           sign(who, ElectionKind::request, who)}});
  }
  void grant(std::size_t by, std::size_t to) {
    bench.give(actor, messages::ElectionHeard{
                          PeerId{1}, messages::ElectionGrant{
                                         {term, 0, order[to]},
                                         order[by],
                                         sign(order[by], ElectionKind::grant, order[to])}});
  }
};

}  // namespace

TEST_CASE("election shell: the first rank asks at its virtual time, its promise durable before") {
  Participant p{0};
  CHECK(p.bench.take() == Journal{"tell producer EpochNews"});
  p.bench.pass(p.timing.election_wait_min - microseconds(1));
  CHECK(p.bench.take().empty());
  p.bench.pass(microseconds(1));
  const Journal journal = p.bench.take();
  CHECK(place(journal, "commit election") < place(journal, "send 1 election.request"));
  CHECK(times(journal, "send 1 election.request") == 1);
  CHECK(times(journal, "send 2 election.request") == 1);
}

TEST_CASE("election shell: a grant that cannot be stored is not given, and the node stops") {
  Participant p{1};
  (void)p.bench.take();
  p.bench.disk().disk().limit(0);
  p.request(2, 0);
  p.bench.pass(p.timing.election_wait_min);
  CHECK(p.bench.take() == Journal{"commit refused store_full", "stop election store_full"});
}

TEST_CASE("election shell: a grant goes over the connection on which its candidate was heard") {
  Participant p{1};
  p.bench.pass(p.timing.election_wait_min);
  (void)p.bench.take();
  p.request(2, 0);
  const Journal journal = p.bench.take();
  CHECK(place(journal, "commit election") < place(journal, "send 2 election.grant"));
  CHECK(times(journal, "send 1 election.grant") == 0);

  // Without that connection, to everybody left.
  Participant q{1};
  q.request(2, 0);
  q.bench.give(q.actor, messages::PeerChanged{PeerId{2}, false});
  (void)q.bench.take();
  q.bench.pass(q.timing.election_wait_min);
  CHECK(times(q.bench.take(), "send 1 election.grant") == 1);
}

TEST_CASE("election shell: a word that outlived its connection opens no route") {
  Participant p{1};
  p.bench.give(p.actor, messages::PeerChanged{PeerId{2}, false});
  p.request(2, 0);
  (void)p.bench.take();
  p.bench.pass(p.timing.election_wait_min);
  const Journal journal = p.bench.take();
  CHECK(times(journal, "send 1 election.grant") == 1);
  CHECK(times(journal, "send 2 election.grant") == 0);
}

TEST_CASE("election shell: a false signature is refused by name and opens no route") {
  Participant p{1};
  p.request(1, 0);
  (void)p.bench.take();
  const MemberIndex first = p.order[0];
  p.bench.give(p.actor,
               messages::ElectionHeard{PeerId{2}, messages::ElectionRequest{{term, 0, first}, {}}});
  CHECK(p.bench.take() == Journal{"refusal election election_bad_signature"});
  p.bench.pass(p.timing.election_wait_min);
  const Journal journal = p.bench.take();
  CHECK(times(journal, "send 1 election.grant") == 1);
  CHECK(times(journal, "send 2 election.grant") == 0);
}

TEST_CASE("election shell: the elected leader is told to the observer and to the producer") {
  Participant p{0};
  p.bench.pass(p.timing.election_wait_min);
  (void)p.bench.take();
  p.grant(1, 0);
  CHECK(p.bench.take().empty());
  p.grant(2, 0);
  const Journal journal = p.bench.take();
  CHECK(place(journal, "leader") < place(journal, "tell producer LeaderNews"));
  CHECK(p.bench.heard<messages::LeaderNews>(Role::producer).at(0).certificate.leader == p.order[0]);
}

TEST_CASE("election shell: every advice is a step, refused by name when it has no place") {
  Participant p{0};
  (void)p.bench.take();
  const TermNumber other{6};
  p.advise(messages::ElectionProgress{other});
  p.advise(messages::ElectionWork{other, true});
  p.advise(messages::ElectionSeen{other, MemberIndex{0}, 3, std::nullopt});
  CHECK(p.bench.take() == Journal(3, "refusal election election_other_term"));
  p.bench.give(p.actor, messages::Start{});
  CHECK(p.bench.take() == Journal{"refusal election election_already_started"});
  p.advise(messages::ElectionWork{term, false});
  CHECK(p.bench.take().empty());
}

TEST_CASE("election shell: an exception ends in the named actor fault") {
  Participant p{0};
  check_actor_fault(p.bench, p.actor, Role::election,
                    messages::ElectionAdvice{messages::ElectionProgress{term}});
}
