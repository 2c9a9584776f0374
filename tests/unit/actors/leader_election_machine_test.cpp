#include "actors/leader_election_machine.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/members_fixture.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::actors::election;
using messages::Candidacy;
using messages::ElectionGrant;
using messages::ElectionKind;
using messages::ElectionRequest;
using messages::LeaderCertificate;

namespace {

constexpr TermNumber term{5};
constexpr Instant start{1'000'000};
const consensus::Timing timing;

template <class T>
const T* find(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* found = std::get_if<T>(&effect)) return found;
  }
  return nullptr;
}

template <class T>
std::size_t position(const Effects& effects) {
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (std::holds_alternative<T>(effects[i])) return i;
  }
  return effects.size();
}

std::optional<ArmTimer> armed(const Effects& effects, TimerKind kind) {
  std::optional<ArmTimer> last;
  for (const Effect& effect : effects) {
    const auto* arm = std::get_if<ArmTimer>(&effect);
    if (arm != nullptr && arm->timer.kind == static_cast<std::uint8_t>(kind)) last = *arm;
  }
  return last;
}

const ElectionGrant* sent_grant(const Effects& effects) {
  const auto* send = find<SendTo>(effects);
  return send != nullptr ? std::get_if<ElectionGrant>(&send->message) : nullptr;
}

struct Election {
  Members members;
  explicit Election(const std::vector<std::uint32_t>& weights = {25, 25, 25, 25})
      : members(weights) {}

  [[nodiscard]] LeaderElectionMachine machine(std::size_t p) const {
    return {test_network, timing, members.notary(p)};
  }
  /// A machine of member p whose term has begun, and what that ordered.
  [[nodiscard]] std::pair<LeaderElectionMachine, Effects> started(std::size_t p,
                                                                  Instant at = start) const {
    LeaderElectionMachine m = machine(p);
    Effects effects = m.step(at, TermStarted{term, members.set, member(p)}).value();
    return {std::move(m), std::move(effects)};
  }
  /// Index of the member that ranks `rank` in `epoch`, nobody demoted.
  [[nodiscard]] std::size_t ranked(std::size_t rank, std::uint32_t epoch = 0) const {
    return messages::election_order(members.set, members.hash(), term, epoch)[rank].value;
  }
  [[nodiscard]] Received request(std::size_t from, std::uint32_t epoch = 0) const {
    return {ElectionRequest{{term, epoch, member(from)},
                            sign(from, ElectionKind::request, epoch, from)}};
  }
  [[nodiscard]] Received grant(std::size_t from, std::size_t to, std::uint32_t epoch = 0) const {
    return {ElectionGrant{
        {term, epoch, member(to)}, member(from), sign(from, ElectionKind::grant, epoch, to)}};
  }
  [[nodiscard]] crypto::SchnorrSignature sign(std::size_t by, ElectionKind kind,
                                              std::uint32_t epoch, std::size_t candidate) const {
    return members.notary(by).sign(messages::election_digest(test_network, members.hash(), kind,
                                                             {term, epoch, member(candidate)}));
  }
  [[nodiscard]] LeaderCertificate certificate(std::size_t leader, std::uint32_t epoch,
                                              const std::vector<std::size_t>& granters) const {
    LeaderCertificate c{
        term, epoch, member(leader), BitVector{static_cast<std::uint16_t>(members.size())}, {}};
    for (const std::size_t p : granters) {
      c.granters.set(p);
      c.signatures.push_back(sign(p, ElectionKind::grant, epoch, leader));
    }
    return c;
  }
};

Duration wait(std::size_t rank) {
  return timing.election_wait_min + timing.election_wait_step * static_cast<int>(rank);
}

}  // namespace

TEST_CASE("election: the first rank asks when its wait is over, persisting before it sends") {
  const Election e;
  const std::size_t first = e.ranked(0);
  auto [m, effects] = e.started(first);
  REQUIRE(find<EpochEntered>(effects) != nullptr);
  CHECK(find<EpochEntered>(effects)->epoch == 0);
  const auto arm = armed(effects, TimerKind::wait_over);
  REQUIRE(arm);
  CHECK(arm->at == start + wait(0));

  // A microsecond early nothing happens.
  CHECK(m.step(arm->at - microseconds(1), TimerFired{arm->timer}).value().empty());
  CHECK_FALSE(m.granted());
  const Effects asked = m.step(arm->at, TimerFired{arm->timer}).value();
  REQUIRE(find<Broadcast>(asked) != nullptr);
  CHECK(position<Persist>(asked) < position<Broadcast>(asked));
  CHECK(m.granted() == member(first));
}

TEST_CASE("election: a request is held until the sender's wait is over, then granted") {
  const Election e;
  const std::size_t asker = e.ranked(1);
  const std::size_t voter = e.ranked(2);
  auto [m, effects] = e.started(voter);
  const Effects held = m.step(start + milliseconds(1), e.request(asker)).value();
  CHECK_FALSE(sent_grant(held));
  const auto arm = armed(held, TimerKind::wait_over);
  REQUIRE(arm);
  CHECK(arm->at == start + wait(1));
  CHECK(m.step(arm->at - microseconds(1), TimerFired{arm->timer}).value().empty());
  const Effects granted = m.step(arm->at, TimerFired{arm->timer}).value();
  REQUIRE(sent_grant(granted) != nullptr);
  CHECK(sent_grant(granted)->candidacy.candidate == member(asker));
  CHECK(position<Persist>(granted) < position<SendTo>(granted));
}

TEST_CASE("election: a worse rank that asks early does not overtake a better one") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(3));
  REQUIRE(m.step(start + milliseconds(1), e.request(e.ranked(1))).ok());
  REQUIRE(m.step(start + milliseconds(2), e.request(e.ranked(0))).ok());
  const Effects granted = m.step(start + wait(1), TimerFired{Timer{2, term.value, 0, 0}}).value();
  REQUIRE(sent_grant(granted) != nullptr);
  CHECK(sent_grant(granted)->candidacy.candidate == member(e.ranked(0)));
}

TEST_CASE("election: one grant per epoch; the same request again gets the same grant again") {
  const Election e;
  const std::size_t a = e.ranked(0);
  const std::size_t b = e.ranked(1);
  auto [m, effects] = e.started(e.ranked(2));
  const Effects first = m.step(start + wait(1), e.request(a)).value();
  REQUIRE(sent_grant(first) != nullptr);
  const auto refused = m.step(start + wait(1), e.request(b));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == Errc::election_granted_other);
  const Effects again = m.step(start + wait(2), e.request(a)).value();
  REQUIRE(sent_grant(again) != nullptr);
  CHECK(*sent_grant(again) == *sent_grant(first));
  CHECK(find<Persist>(again) == nullptr);
}

TEST_CASE("election: asking uses up the own grant") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(0));
  REQUIRE(m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).ok());
  const auto refused = m.step(start + wait(1), e.request(e.ranked(1)));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == Errc::election_granted_other);
}

TEST_CASE("election: who has granted does not stand in that epoch") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(1));
  REQUIRE(m.step(start + wait(0), e.request(e.ranked(0))).ok());
  CHECK(m.step(start + wait(1), TimerFired{armed(effects, TimerKind::wait_over)->timer})
            .value()
            .empty());
}

TEST_CASE("election: 66 of 100 slots are no certificate, 67 are") {
  for (const std::uint32_t granted : {66u, 67u}) {
    // Member 0 with the first vote, member 1 the rest; weights decide which one suffices.
    const Election e{{granted - 1, 1, 100 - granted}};
    LeaderElectionMachine m = e.machine(0);
    const auto own = m.step(start, TermStarted{term, e.members.set, member(0)}).value();
    REQUIRE(m.step(start + wait(2), TimerFired{armed(own, TimerKind::wait_over)->timer}).ok());
    const Effects effects = m.step(start + wait(2), e.grant(1, 0)).value();
    CHECK((find<LeaderElected>(effects) != nullptr) == (granted == 67));
    if (granted == 67) {
      CHECK(messages::verify(find<LeaderElected>(effects)->certificate, e.members.set, test_network)
                .ok());
    }
  }
}

TEST_CASE("election: requests are repeated to who has not granted until the certificate exists") {
  const Election e;
  const std::size_t me = e.ranked(0);
  auto [m, effects] = e.started(me);
  const Effects asked =
      m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).value();
  const auto again = armed(asked, TimerKind::ask_again);
  REQUIRE(again);
  REQUIRE(m.step(again->at - milliseconds(1), e.grant(e.ranked(1), me)).ok());
  const Effects repeated = m.step(again->at, TimerFired{again->timer}).value();
  std::size_t sent = 0;
  for (const Effect& effect : repeated) {
    const auto* send = std::get_if<SendTo>(&effect);
    if (send == nullptr) continue;
    ++sent;
    CHECK(send->member != member(me));
    CHECK(send->member != member(e.ranked(1)));
    CHECK(std::holds_alternative<ElectionRequest>(send->message));
  }
  CHECK(sent == 2);
  CHECK(find<Persist>(repeated) == nullptr);
  const Effects elected = m.step(again->at, e.grant(e.ranked(2), me)).value();
  CHECK(find<LeaderElected>(elected) != nullptr);
  const auto third = armed(repeated, TimerKind::ask_again);
  CHECK(m.step(third->at, TimerFired{third->timer}).value().empty());
}

TEST_CASE("election: requests that nobody answers are repeated more and more rarely") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(0));
  Effects asked =
      m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).value();
  Instant last = start + wait(0);
  Duration gap{};
  for (int i = 0; i < 5; ++i) {
    const auto again = armed(asked, TimerKind::ask_again);
    REQUIRE(again);
    CHECK(again->at - last > gap);
    gap = again->at - last;
    last = again->at;
    asked = m.step(last, TimerFired{again->timer}).value();
  }
  // Votes may be split for as long as there is no work: it must not cost messages for ever.
  for (int i = 0; i < 20; ++i) {
    const auto again = armed(asked, TimerKind::ask_again);
    REQUIRE(again);
    last = again->at;
    asked = m.step(last, TimerFired{again->timer}).value();
  }
  CHECK(armed(asked, TimerKind::ask_again)->at - last == consensus::Timing{}.epoch_timer);
}

TEST_CASE("election: no grant once the epoch has its leader") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(3));
  const std::size_t leader = e.ranked(0);
  REQUIRE(find<LeaderElected>(
      m.step(start, CertificateSeen{e.certificate(leader, 0, {0, 1, 2})}).value()));
  const auto refused = m.step(start + wait(1), e.request(e.ranked(1)));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == Errc::election_leader_known);
  CHECK(m.step(start + wait(3), TimerFired{armed(effects, TimerKind::wait_over)->timer})
            .value()
            .empty());
}

TEST_CASE("election: epochs end by the timer, and only by the one that runs") {
  const Election e;
  auto [m, effects] = e.started(0);
  const auto first = armed(effects, TimerKind::epoch_over);
  REQUIRE(first);
  CHECK(first->at == start + timing.epoch_timer);
  const Effects progressed = m.step(start + seconds(2), Progress{term}).value();
  const auto second = armed(progressed, TimerKind::epoch_over);
  REQUIRE(second);
  CHECK(second->at == start + seconds(2) + timing.epoch_timer);
  CHECK(m.step(first->at, TimerFired{first->timer}).value().empty());
  CHECK(m.epoch() == 0);
  const Effects over = m.step(second->at, TimerFired{second->timer}).value();
  CHECK(m.epoch() == 1);
  CHECK(m.failed_epochs() == 0);  // There was progress in it.
  CHECK(armed(over, TimerKind::epoch_over)->at == second->at + timing.epoch_timer);
}

TEST_CASE("election: timers and waits grow with epochs without progress, up to their caps") {
  const Election e;
  auto [m, effects] = e.started(0);
  Instant now = start;
  for (std::uint32_t failed = 1; failed <= 80; ++failed) {
    const auto arm = armed(effects, TimerKind::epoch_over);
    now = arm->at;
    effects = m.step(now, TimerFired{arm->timer}).value();
    if (failed == 1) {
      CHECK(armed(effects, TimerKind::epoch_over)->at == now + seconds(9));
      CHECK(m.wait_of_rank(2) == timing.election_wait_min + milliseconds(450));
    }
  }
  CHECK(armed(effects, TimerKind::epoch_over)->at == now + timing.epoch_timer_cap);
  CHECK(m.wait_of_rank(1) == timing.election_wait_min + timing.election_wait_step_cap);
  REQUIRE(m.step(now, Progress{term}).ok());
  CHECK(m.wait_of_rank(1) == wait(1));
}

TEST_CASE("election: 33 of 100 above do not end an epoch, 34 do") {
  for (const std::uint32_t above : {33u, 34u}) {
    const Election e{{100 - above, above}};
    auto [m, effects] = e.started(0);
    const Effects seen = m.step(start, PeerEpoch{term, member(1), 4}).value();
    CHECK(m.epoch() == (above == 34 ? 4 : 0));
    CHECK((find<EpochEntered>(seen) != nullptr) == (above == 34));
  }
}

TEST_CASE("election: of members seen in several epochs, the 34th slot from above decides") {
  const Election e{{30, 30, 20, 20}};
  auto [m, effects] = e.started(0);
  REQUIRE(m.step(start, PeerEpoch{term, member(2), 9}).ok());
  CHECK(m.epoch() == 0);
  REQUIRE(m.step(start, PeerEpoch{term, member(1), 3}).ok());
  CHECK(m.epoch() == 3);
  REQUIRE(m.step(start, PeerEpoch{term, member(3), 7}).ok());
  CHECK(m.epoch() == 7);
  REQUIRE(m.step(start, PeerEpoch{term, member(1), 1}).ok());  // An old state arrives late.
  CHECK(m.epoch() == 7);
}

TEST_CASE("election: a request of a higher epoch waits for it") {
  const Election e;
  const std::size_t asker = e.ranked(0, 1);
  const std::size_t voter = e.ranked(1, 1);
  auto [m, effects] = e.started(voter);
  CHECK_FALSE(sent_grant(m.step(start, e.request(asker, 1)).value()));
  const auto over = armed(effects, TimerKind::epoch_over);
  const Effects entered = m.step(over->at, TimerFired{over->timer}).value();
  REQUIRE(m.epoch() == 1);
  const auto arm = armed(entered, TimerKind::wait_over);
  REQUIRE(arm);
  const Effects granted =
      m.step(over->at + m.wait_of_rank(0), TimerFired{Timer{2, term.value, 1, 0}}).value();
  REQUIRE(sent_grant(granted) != nullptr);
  CHECK(sent_grant(granted)->candidacy == Candidacy{term, 1, member(asker)});
}

TEST_CASE("election: a leader whose epoch ended without progress ranks last for three epochs") {
  const Election e{{20, 20, 20, 20, 20}};
  auto [m, effects] = e.started(0);
  const std::size_t leader = 2;
  REQUIRE(m.step(start, CertificateSeen{e.certificate(leader, 0, {0, 1, 2, 3})}).ok());
  Instant now = start;
  for (std::uint32_t epoch = 1; epoch <= 4; ++epoch) {
    const auto arm = armed(effects, TimerKind::epoch_over);
    now = arm->at;
    effects = m.step(now, TimerFired{arm->timer}).value();
    if (epoch <= 3) CHECK(m.order().back() == member(leader));
  }
  CHECK(m.order() == messages::election_order(e.members.set, e.members.hash(), term, 4));

  // With progress it keeps its place.
  auto [n, own] = e.started(0);
  REQUIRE(n.step(start, CertificateSeen{e.certificate(leader, 0, {0, 1, 2, 3})}).ok());
  const Effects progressed = n.step(start, Progress{term}).value();
  const auto arm = armed(progressed, TimerKind::epoch_over);
  REQUIRE(n.step(arm->at, TimerFired{arm->timer}).ok());
  CHECK(n.order() == messages::election_order(e.members.set, e.members.hash(), term, 1));
}

TEST_CASE("election: only the first eight ranks stand") {
  const Election e{std::vector<std::uint32_t>(10, 10)};
  auto [m, effects] = e.started(e.ranked(9));
  CHECK_FALSE(armed(effects, TimerKind::wait_over));
  const auto refused = m.step(start + wait(9), e.request(e.ranked(8)));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == Errc::election_not_standing);
  CHECK(sent_grant(m.step(start + wait(9), e.request(e.ranked(7))).value()) != nullptr);
}

TEST_CASE("election: a restarted member never grants twice in an epoch") {
  const Election e;
  const std::size_t a = e.ranked(0);
  const std::size_t b = e.ranked(1);
  const std::size_t voter = e.ranked(2);
  auto [m, effects] = e.started(voter);
  const Effects granted = m.step(start + wait(1), e.request(a)).value();
  const storage::RecordWrite& write = find<Persist>(granted)->writes.at(0);
  CHECK(write.key == LeaderElectionMachine::record_key(term, e.members.hash()));

  LeaderElectionMachine restarted = e.machine(voter);
  REQUIRE(restarted.step(start + wait(1), Restored{{{write.key, *write.value}}}).ok());
  REQUIRE(restarted.step(start + wait(1), TermStarted{term, e.members.set, member(voter)}).ok());
  CHECK(restarted.granted() == member(a));
  const auto refused = restarted.step(start + wait(5), e.request(b));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == Errc::election_granted_other);
  const Effects again = restarted.step(start + wait(5), e.request(a)).value();
  REQUIRE(sent_grant(again) != nullptr);
  CHECK(*sent_grant(again) == *sent_grant(granted));
}

TEST_CASE("election: a member that restarts after asking asks again, without a second grant") {
  const Election e;
  const std::size_t me = e.ranked(0);
  auto [m, effects] = e.started(me);
  const Effects asked =
      m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).value();
  const storage::RecordWrite& write = find<Persist>(asked)->writes.at(0);

  LeaderElectionMachine restarted = e.machine(me);
  REQUIRE(restarted.step(start, Restored{{{write.key, *write.value}}}).ok());
  const Effects begun = restarted.step(start, TermStarted{term, e.members.set, member(me)}).value();
  const Effects again =
      restarted.step(start + wait(0), TimerFired{armed(begun, TimerKind::wait_over)->timer})
          .value();
  REQUIRE(find<Broadcast>(again) != nullptr);
  CHECK(find<Persist>(again) == nullptr);
  CHECK(std::get<ElectionRequest>(find<Broadcast>(again)->message) ==
        std::get<ElectionRequest>(find<Broadcast>(asked)->message));
}

TEST_CASE("election: stored promises are told once, before the first term, and must be readable") {
  const Election e;
  LeaderElectionMachine m = e.machine(0);
  const Bytes key = LeaderElectionMachine::record_key(term, e.members.hash());
  CHECK(m.step(start, Restored{{{key, Bytes{1, 2, 3}}}}).code() == Errc::election_bad_record);
  REQUIRE(m.step(start, TermStarted{term, e.members.set, member(0)}).ok());
  CHECK(m.step(start, Restored{}).code() == Errc::election_already_started);
}

TEST_CASE("election: a certificate of a higher epoch takes a member there") {
  const Election e;
  auto [m, effects] = e.started(3);
  const Effects seen = m.step(start, CertificateSeen{e.certificate(1, 6, {0, 1, 2})}).value();
  CHECK(m.epoch() == 6);
  REQUIRE(find<LeaderElected>(seen) != nullptr);
  CHECK(find<LeaderElected>(seen)->certificate.leader == member(1));
  CHECK(m.step(start, CertificateSeen{e.certificate(0, 5, {0, 1, 2})}).code() ==
        Errc::election_epoch_over);
}

TEST_CASE("election: certificates that are too light, misshapen or wrongly signed are refused") {
  const Election e;
  auto [m, effects] = e.started(3);
  CHECK(m.step(start, CertificateSeen{e.certificate(1, 0, {0, 1})}).code() ==
        Errc::certificate_too_light);
  LeaderCertificate bad = e.certificate(1, 0, {0, 1, 2});
  bad.signatures.pop_back();
  CHECK(m.step(start, CertificateSeen{bad}).code() == Errc::certificate_wrong_shape);
  bad = e.certificate(1, 0, {0, 1, 2});
  bad.signatures[1].bytes[5] ^= 1;
  CHECK(m.step(start, CertificateSeen{bad}).code() == Errc::certificate_bad_signature);
  bad = e.certificate(1, 0, {0, 1, 2});
  bad.leader = member(0);
  CHECK(m.step(start, CertificateSeen{bad}).code() == Errc::certificate_bad_signature);
  bad.leader = member(4);
  CHECK(m.step(start, CertificateSeen{bad}).code() == Errc::certificate_wrong_shape);
  CHECK_FALSE(m.leader());
  CHECK(m.epoch() == 0);
}

TEST_CASE("election: wire garbage is refused by name and changes nothing") {
  const Election e;
  LeaderElectionMachine idle = e.machine(0);
  CHECK(idle.step(start, e.request(1)).code() == Errc::election_not_started);

  const std::size_t me = e.ranked(0);
  auto [m, effects] = e.started(me);
  Received other = e.request(e.ranked(1));
  std::get<ElectionRequest>(other.message).candidacy.term = TermNumber{6};
  CHECK(m.step(start, other).code() == Errc::election_other_term);
  Received unknown = e.request(e.ranked(1));
  std::get<ElectionRequest>(unknown.message).candidacy.candidate = member(4);
  CHECK(m.step(start, unknown).code() == Errc::election_unknown_member);
  Received forged = e.request(e.ranked(1));
  std::get<ElectionRequest>(forged.message).candidacy.candidate = member(e.ranked(2));
  CHECK(m.step(start, forged).code() == Errc::election_bad_signature);
  CHECK(m.step(start, e.grant(e.ranked(1), me)).code() == Errc::election_not_asked);

  REQUIRE(m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).ok());
  Received wrong = e.grant(e.ranked(1), me);
  std::get<ElectionGrant>(wrong.message).voter = member(e.ranked(2));
  CHECK(m.step(start + wait(0), wrong).code() == Errc::election_bad_signature);
  CHECK(m.step(start + wait(0), e.grant(e.ranked(1), e.ranked(2))).code() ==
        Errc::election_not_asked);
  CHECK_FALSE(m.leader());
  REQUIRE(m.step(start, PeerEpoch{term, member(e.ranked(1)), 2}).ok());
  REQUIRE(m.step(start, PeerEpoch{term, member(e.ranked(2)), 2}).ok());
  CHECK(m.step(start, e.request(e.ranked(1), 1)).code() == Errc::election_epoch_over);
  CHECK(m.step(start, e.grant(e.ranked(1), me, 0)).code() == Errc::election_epoch_over);
}

TEST_CASE("election: while there is no work no epoch ends by its timer") {
  const Election e;
  auto [m, effects] = e.started(0);
  const auto arm = armed(effects, TimerKind::epoch_over);
  CHECK_FALSE(armed(m.step(start, WorkChanged{term, Work::none}).value(), TimerKind::epoch_over));
  CHECK(m.step(arm->at, TimerFired{arm->timer}).value().empty());
  CHECK(m.epoch() == 0);
  const auto again = armed(m.step(start + seconds(100), WorkChanged{term, Work::some}).value(),
                           TimerKind::epoch_over);
  REQUIRE(again);
  CHECK(again->at == start + seconds(100) + timing.epoch_timer);
  REQUIRE(m.step(again->at, TimerFired{again->timer}).ok());
  CHECK(m.epoch() == 1);
}

TEST_CASE("election: a new term forgets the old one and erases promises two terms back") {
  const Election e;
  auto [m, effects] = e.started(e.ranked(0));
  REQUIRE(m.step(start + wait(0), TimerFired{armed(effects, TimerKind::wait_over)->timer}).ok());
  CHECK(m.step(start, TermStarted{term, e.members.set, member(e.ranked(0))}).value().empty());
  const Effects next =
      m.step(start + seconds(9), TermStarted{TermNumber{6}, e.members.set, member(0)}).value();
  CHECK(find<Persist>(next) == nullptr);
  CHECK_FALSE(m.granted());
  const Effects after =
      m.step(start + seconds(9), TermStarted{TermNumber{7}, e.members.set, member(0)}).value();
  REQUIRE(find<Persist>(after) != nullptr);
  CHECK_FALSE(find<Persist>(after)->writes.at(0).value);
}

TEST_CASE("election: a watcher follows epochs and leaders but neither asks nor grants") {
  const Election e;
  LeaderElectionMachine m = e.machine(0);
  const Effects effects = m.step(start, TermStarted{term, e.members.set, std::nullopt}).value();
  CHECK_FALSE(armed(effects, TimerKind::wait_over));
  CHECK(m.step(start + wait(3), e.request(e.ranked(0))).value().empty());
  CHECK(
      find<LeaderElected>(m.step(start, CertificateSeen{e.certificate(1, 0, {0, 1, 2})}).value()));
}
