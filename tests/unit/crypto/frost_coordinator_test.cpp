#include "crypto/frost_coordinator.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

const Generation& shared_generation() {
  static const Generation g{config_of({12, 9, 7, 5, 4, 2, 1}, 27)};
  return g;
}

enum class Conduct {
  honest,
  silent,
  bad_share,
  bad_attestation,
  out_of_range,
  claims_spent,  ///< Says every time that its nonce served elsewhere.
  spent_once,    ///< Says so once, and it was true.
};

/// A coordinator and its members; members answer at once according to their conduct.
struct Meeting {
  const Generation& generation;
  Signers members;
  SigningCoordinator coordinator;
  std::vector<Conduct> conduct;
  std::vector<OpenSession> opened;
  std::vector<Convicted> convicted;
  std::optional<GroupSignature> signature;

  std::size_t pauses{};

  explicit Meeting(const Generation& g, SigningSubject subject = block_subject(),
                   std::uint64_t slice = slice_units)
      : generation(g),
        members(g),
        coordinator(g.outcome->group, Hash256{}, view_bytes(1, 0), std::move(subject),
                    slice),
        conduct(g.config.party_count(), Conduct::honest) {}

  void take(const std::vector<CoordinatorOutput>& outputs) {
    for (const CoordinatorOutput& output : outputs) {
      if (const auto* open = std::get_if<OpenSession>(&output)) {
        opened.push_back(*open);
        answer(*open);
      } else if (const auto* verdict = std::get_if<Convicted>(&output)) {
        convicted.push_back(*verdict);
      } else if (std::holds_alternative<CoordinatorBusy>(output)) {
        ++pauses;
        take(coordinator.on_time());
      } else {
        REQUIRE_FALSE(signature.has_value());
        signature = std::get<SigningFinished>(output).signature;
      }
    }
  }

  void answer(const OpenSession& open) {
    for (const RequestEntry& entry : open.request.entries) {
      const std::uint16_t p = entry.party.value;
      if (conduct[p] == Conduct::silent) continue;
      if (conduct[p] == Conduct::claims_spent || conduct[p] == Conduct::spent_once) {
        if (conduct[p] == Conduct::spent_once) conduct[p] = Conduct::honest;
        take(coordinator.release(entry.party, open.session));
        continue;
      }
      SignatureShare share = members.answer(p, open.request).value();
      if (conduct[p] == Conduct::bad_share) share.partial.bytes[31] ^= 1;
      if (conduct[p] == Conduct::bad_attestation) share.attestation.bytes[0] ^= 1;
      if (conduct[p] == Conduct::out_of_range) share.partial.bytes.fill(0xff);
      take(coordinator.on_share(entry.party, share));
    }
  }

  void publish_all() {
    for (std::uint16_t p = 0; p < generation.config.party_count(); ++p) publish(p);
  }
  void publish(std::uint16_t p) {
    take(coordinator.on_nonces(MemberIndex{p}, members.batches[p].commitments()));
  }
  /// Lets timers fire until the end, or until nothing more happens.
  void run() {
    publish_all();
    for (int i = 0; i < 10 && !signature; ++i) take(coordinator.on_timer());
  }
  void check_first_signature() const {
    REQUIRE(signature.has_value());
    CHECK(verify_block_signature(generation.config, generation.group().key(),
                                 opened.front().request.subject.hash, *signature).ok());
    CHECK(signature->parties == parties_of(generation.config, opened.front().request));
  }
  void check_signature() const {
    REQUIRE(signature.has_value());
    CHECK(verify_block_signature(generation.config, generation.group().key(),
                                 opened.back().request.subject.hash, *signature).ok());
  }
};

}  // namespace

TEST_CASE("coordinator: when all are ready one session names everybody") {
  Meeting m{shared_generation()};
  m.publish_all();  // no timer needed
  m.check_signature();
  CHECK(m.coordinator.is_finished());
  CHECK(m.opened.size() == 1);
  CHECK(m.signature->parties.to_text() == "1111111");
  CHECK(m.convicted.empty());
}

TEST_CASE("coordinator: waits for the timer when somebody is missing") {
  Meeting m{shared_generation()};
  for (std::uint16_t p = 0; p < 6; ++p) m.publish(p);
  CHECK(m.opened.empty());
  m.take(m.coordinator.on_timer());
  m.check_signature();
  CHECK(m.signature->parties.to_text() == "1111110");
}

TEST_CASE("coordinator: weight 26 never opens a session, 27 does") {
  Meeting m{shared_generation()};
  for (const std::uint16_t p : {0, 1, 3}) m.publish(p);  // 26
  m.take(m.coordinator.on_timer());
  CHECK(m.opened.empty());
  CHECK(m.coordinator.ready_weight() == Weight{26});
  m.publish(6);  // 27, after the timer: opens at once
  m.check_signature();
}

TEST_CASE("coordinator: f faulty members cost at most f further sessions") {
  oracle::Random random;
  MESSAGE("seed " << oracle::default_seed);
  const std::array<Conduct, 4> faults = {Conduct::silent, Conduct::bad_share,
                                         Conduct::bad_attestation, Conduct::out_of_range};
  std::size_t pauses = 0;
  for (int round = 0; round < 50; ++round) {
    // In every second round answers are checked one a slice.
    Meeting m{shared_generation(), block_subject(), round % 2 == 0 ? slice_units : 1};
    // Faulty weight up to 13 of 40, so 27 honest ones are left.
    std::uint32_t faulty_weight = 0;
    std::size_t faulty = 0;
    std::set<MemberIndex> provably_faulty;
    for (std::uint16_t p = 0; p < 7; ++p) {
      const std::uint32_t w = m.generation.config.weight(MemberIndex{p}).value;
      if (random.below(2) == 0 || faulty_weight + w > 13) continue;
      faulty_weight += w;
      ++faulty;
      m.conduct[p] = faults[random.below(4)];
      if (m.conduct[p] != Conduct::silent) provably_faulty.insert(MemberIndex{p});
    }
    m.run();
    INFO("round " << round << ", faulty " << faulty);
    m.check_signature();
    CHECK(m.opened.size() <= faulty + 1);
    // Nobody honest is ever convicted.
    for (const Convicted& verdict : m.convicted) CHECK(provably_faulty.contains(verdict.party));
    for (std::uint16_t p = 0; p < 7; ++p) {
      if (m.conduct[p] == Conduct::honest) continue;
      CHECK_FALSE(m.signature->parties.test(p));
    }
    if (round % 2 == 0) CHECK(m.pauses == 0);
    pauses += m.pauses;
  }
  CHECK(pauses > 20);
}

TEST_CASE("coordinator: a bad share convicts with evidence that others can check") {
  Meeting m{shared_generation()};
  m.conduct[2] = Conduct::bad_share;
  m.run();
  m.check_signature();
  REQUIRE(m.convicted.size() == 1);
  const Convicted& verdict = m.convicted[0];
  CHECK(verdict.party == MemberIndex{2});
  CHECK(verdict.reason == Errc::bad_partial_signature);
  const SessionContext session =
      SessionContext::make(m.generation.group(), *verdict.request, nullptr).value();
  CHECK(check_share(m.generation.group(), *verdict.request, session, verdict.party,
                    *verdict.share).code() == Errc::bad_partial_signature);
}

TEST_CASE("coordinator: two nonces for one index convict; a moved base does not") {
  Meeting m{shared_generation()};
  m.publish(0);
  NonceCommitments moved = m.members.batches[0].commitments();
  moved.base += 3;
  moved.nonces.erase(moved.nonces.begin(), moved.nonces.begin() + 3);
  m.take(m.coordinator.on_nonces(MemberIndex{0}, moved));
  CHECK(m.convicted.empty());
  NonceCommitments forged = moved;
  std::swap(forged.nonces[0], forged.nonces[1]);
  m.take(m.coordinator.on_nonces(MemberIndex{0}, forged));
  REQUIRE(m.convicted.size() == 1);
  CHECK(m.convicted[0].reason == Errc::nonce_equivocation);
  CHECK(m.convicted[0].batches.size() == 2);
}

TEST_CASE("coordinator: nonces that are no points convict their owner and stop nobody") {
  Meeting m{shared_generation()};
  NonceCommitments broken = m.members.batches[4].commitments();
  broken.nonces[0].bytes[0] = 7;
  m.take(m.coordinator.on_nonces(MemberIndex{4}, broken));
  for (const std::uint16_t p : {0, 1, 2, 3, 5, 6}) m.publish(p);
  m.check_signature();
  REQUIRE(m.convicted.size() == 1);
  CHECK(m.convicted[0].party == MemberIndex{4});
  CHECK(m.convicted[0].reason == Errc::bad_public_nonce);
}

TEST_CASE("coordinator: a member that answers late is asked again") {
  Meeting m{shared_generation()};
  m.conduct[0] = Conduct::silent;  // weight 12
  m.conduct[3] = Conduct::silent;  // weight 5: 23 are left, no second session
  m.run();
  CHECK_FALSE(m.signature.has_value());
  REQUIRE(m.opened.size() == 1);
  const SigningRequest first = m.opened[0].request;
  m.conduct[0] = Conduct::honest;
  m.take(m.coordinator.on_share(MemberIndex{0}, m.members.answer(0, first).value()));
  // With party 0 back, 35 are ready: a second session opens and succeeds without party 3.
  m.check_signature();
  CHECK_FALSE(m.signature->parties.test(3));
}

TEST_CASE("coordinator: the last late share finishes a session that others have left") {
  Meeting m{shared_generation()};
  m.conduct[0] = Conduct::silent;
  m.conduct[3] = Conduct::silent;
  m.run();
  REQUIRE(m.opened.size() == 1);
  const SigningRequest first = m.opened[0].request;
  for (const std::uint16_t p : {0, 3}) {
    m.take(m.coordinator.on_share(MemberIndex{p}, m.members.answer(p, first).value()));
  }
  m.check_first_signature();
}

TEST_CASE("coordinator: a member whose nonce was spent elsewhere is asked with its next one") {
  Meeting m{shared_generation()};
  m.conduct[0] = Conduct::silent;
  m.conduct[1] = Conduct::silent;  // Without both the others are too few.
  m.publish_all();
  REQUIRE(m.opened.size() == 1);
  m.conduct[0] = Conduct::honest;
  CHECK(m.coordinator.release(MemberIndex{0}, SessionId{}).empty());
  m.take(m.coordinator.release(MemberIndex{0}, m.opened[0].session));
  // It is ready again; the next session opens at the latest when the timer fires.
  for (int i = 0; i < 3 && !m.signature; ++i) m.take(m.coordinator.on_timer());
  m.check_signature();
  CHECK(m.opened.size() == 2);
  CHECK(m.signature->parties.to_text() == "1011111");
}

TEST_CASE("coordinator: an excluded member is not asked again") {
  Meeting m{shared_generation()};
  m.conduct[6] = Conduct::silent;
  m.publish_all();
  REQUIRE(m.opened.size() == 1);
  m.take(m.coordinator.exclude(MemberIndex{6}));
  m.check_signature();
  CHECK(m.opened.size() == 2);
}

TEST_CASE("coordinator: strangers, repetitions and late answers change nothing") {
  Meeting m{shared_generation()};
  CHECK(m.coordinator.on_nonces(MemberIndex{7}, {}).empty());
  CHECK(m.coordinator.on_share(MemberIndex{0}, {}).empty());
  m.run();
  m.check_signature();
  CHECK(m.coordinator.on_share(MemberIndex{0}, {}).empty());
  CHECK(m.coordinator.on_timer().empty());
  CHECK(m.coordinator.exclude(MemberIndex{0}).empty());
}

TEST_CASE("coordinator: who says that its nonces are gone is asked again only when it is needed") {
  Meeting m{shared_generation()};
  m.conduct[3] = m.conduct[4] = Conduct::claims_spent;
  m.run();
  m.check_signature();
  CHECK(m.opened.size() == 2);
  CHECK(m.signature->parties.to_text() == "1110011");
  CHECK(m.convicted.empty());

  // Without the first member the others are too few beside one that is silent.
  Meeting n{shared_generation()};
  n.conduct[0] = Conduct::spent_once;
  n.conduct[1] = Conduct::silent;
  n.run();
  n.check_signature();
  CHECK(n.opened.size() == 2);
  CHECK(n.signature->parties.to_text() == "1011111");
}

TEST_CASE("coordinator: sighashes are signed without attestations") {
  Meeting m{shared_generation(), sighash_subject({bip86_tweak(shared_generation().group().key())})};
  m.run();
  REQUIRE(m.signature.has_value());
  CHECK(m.signature->attestations.empty());
  const TaprootOutput output =
      taproot_output_key(x_only(m.generation.group().key()), {}).value();
  CHECK(verify_schnorr(output.key, m.opened[0].request.subject.hash.view(),
                       m.signature->signature));
}
