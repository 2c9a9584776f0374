// Key generation under drawn mixtures of everything that may go wrong while 67 % of weight is
// honest and connected: it ends, all honest members have one key and shares that sign, nobody deals
// twice, whoever is excluded for a fault is convicted by a proof that anybody can judge, and nobody
// honest ever is. Source: SIP "Facilities for Signature Generation".
#include <doctest/doctest.h>

#include <cstdlib>

#include "consensus/agreement_types.hpp"
#include "tests/simulation/keygen/keygen_network.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

/// Bitcoin blocks within which every drawn mixture must have its key: several attempts.
constexpr std::uint64_t most_blocks = 80;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool is_of_key_generation(const std::string& kind) {
  return kind == "bad_dealing" || kind == "dealer_equivocation" || kind == "false_complaint";
}

/// Who was convicted in key generation, with every proof judged from its bytes alone.
std::set<std::size_t> judge_all(const KeygenNetwork& network) {
  std::set<std::size_t> out;
  for (const KeygenNetwork::Evidence& found : network.evidence()) {
    if (!network.is_honest(found.finder)) continue;
    const auto accused = network.set().find(found.accused);
    REQUIRE(accused.has_value());
    CAPTURE(found.kind);
    CAPTURE(accused->value);
    CHECK_FALSE(network.is_honest(accused->value));
    if (!is_of_key_generation(found.kind)) continue;
    const auto fault = decode<messages::KeygenFault>(found.proof);
    REQUIRE(fault.ok());
    const auto verdict = messages::judge(*fault, network.scene());
    REQUIRE(verdict.ok());
    CHECK(verdict->member == *accused);
    out.insert(accused->value);
  }
  return out;
}

void check_one_key(const KeygenNetwork& network) {
  std::optional<Hash256> id;
  for (std::size_t p = 0; p < network.members().size(); ++p) {
    if (!network.is_honest(p)) continue;
    CAPTURE(p);
    const auto& key = network.members()[p].key;
    REQUIRE(key.has_value());
    CHECK(consensus::verify(*key, network.set(), network.scene().network_id).ok());
    if (!id) id = key->content.id();
    CHECK(key->content.id() == *id);
  }
}

/// Dealers that are left out were late or silent, or are convicted; who dealt in time and well is
/// in.
void check_dealers(const KeygenNetwork& network, const std::set<std::size_t>& convicted) {
  const auto& content = network.members()[network.collector()].key->content;
  for (std::size_t p = 0; p < network.members().size(); ++p) {
    CAPTURE(p);
    const bool is_in = content.qualified.test(p);
    const DrawnMember& drawn = network.scenario().members[p];
    if (network.is_honest(p)) {
      if (content.attempt == 0 && network.dealt_in_time(p, 0)) CHECK(is_in);
    } else if (convicts_by_itself(drawn.dealing)) {
      CHECK_FALSE(is_in);
      CHECK(convicted.contains(p));
    } else if (drawn.dealing == DealingLie::silent_before) {
      CHECK_FALSE(is_in);
    }
  }
}

void check_signature(KeygenNetwork& network) {
  const Hash256 sighash = crypto::sha256(as_bytes("what the key is for"));
  const bool is_signed = network.sign(sighash);
  const std::string outcome = network.text();
  INFO(outcome);
  REQUIRE(is_signed);
  const auto& collector = network.members()[network.collector()];
  const auto output =
      crypto::taproot_output_key(crypto::x_only(collector.key->content.group_key), {});
  REQUIRE(output.ok());
  CHECK(crypto::verify_schnorr(output->key, sighash.view(), *collector.signature));
}

/// What a run looked like, so that a sweep can say that it saw everything.
struct Seen {
  std::uint64_t runs{};
  std::uint64_t attempts{};
  std::uint64_t restarts{};
  std::uint64_t proofs{};
  std::map<DealingLie, std::uint64_t> dealings;
  std::map<StateLie, std::uint64_t> states;
  std::map<LeaderPhase, std::uint64_t> falls;
};

void run_one(const KeygenScenario& scenario, Seen& seen) {
  const std::string text = scenario.text();
  INFO(text);
  KeygenNetwork network(scenario);
  const bool is_done = network.generate(most_blocks);
  const std::string outcome = network.text();
  INFO(outcome);
  CHECK(network.dealt_twice().empty());
  const std::set<std::size_t> convicted = judge_all(network);
  REQUIRE(is_done);
  check_one_key(network);
  check_signature(network);
  check_dealers(network, convicted);
  ++seen.runs;
  seen.attempts += network.members()[network.collector()].key->content.attempt;
  seen.restarts += network.restarts();
  seen.proofs += network.evidence().size();
  for (const DrawnMember& member : scenario.members) {
    if (!member.is_faulty) continue;
    ++seen.dealings[member.dealing];
    ++seen.states[member.state];
  }
  if (network.leader_fell()) ++seen.falls[scenario.leader_falls];
}

/// Every `parts`-th seed from `first` on.
void sweep(std::uint64_t part, std::uint64_t parts) {
  const bool is_nightly = std::getenv("QUORATE_NIGHTLY") != nullptr;
  const std::uint64_t first = number_from_environment("QUORATE_FIRST_SEED", 1);
  const std::uint64_t count = number_from_environment("QUORATE_SEEDS", is_nightly ? 10'000 : 500);
  MESSAGE("seeds ", first, " to ", first + count - 1, ", part ", part + 1, " of ", parts);
  Seen seen;
  for (std::uint64_t seed = first + part; seed < first + count; seed += parts) {
    run_one(draw_keygen(seed), seen);
  }
  MESSAGE(seen.runs, " runs, ", seen.attempts, " attempts more than one, ", seen.restarts,
          " restarts, ", seen.proofs, " proofs");
  if (count < 500) return;
  // A sweep that does not meet everything is none.
  CHECK(seen.attempts > 0);
  CHECK(seen.restarts > seen.runs / 2);
  CHECK(seen.dealings.size() == dealing_lies);
  CHECK(seen.states.size() == state_lies);
  CHECK(seen.falls.size() == leader_phases - 1);
}

}  // namespace

TEST_CASE("key generation: drawn mixtures of faults, first half") { sweep(0, 2); }
TEST_CASE("key generation: drawn mixtures of faults, second half") { sweep(1, 2); }

TEST_CASE("key generation: who comes when it is too late to deal votes for another attempt") {
  KeygenScenario scenario;
  scenario.seed = 78;
  for (const std::uint32_t weight : {4, 3, 3}) {
    scenario.members.emplace_back();
    scenario.members.back().weight = weight;
  }
  scenario.members[0].comes_after = scenario.burn_interval * 9;  // Beyond h3.
  scenario.members[2].is_faulty = true;
  scenario.members[2].dealing = DealingLie::silent_before;
  Seen seen;
  run_one(scenario, seen);
  CHECK(seen.attempts == 1);
}

TEST_CASE("key generation: a member restarts right after every one of its durable writes") {
  KeygenScenario calm;
  calm.seed = 77;
  for (const std::uint32_t weight : {12, 9, 7, 5, 4, 3}) {
    calm.members.emplace_back();
    calm.members.back().weight = weight;
  }
  KeygenNetwork whole(calm);
  REQUIRE(whole.generate(most_blocks));
  Seen seen;
  for (const std::size_t victim : {std::size_t{0}, std::size_t{5}}) {
    const std::size_t writes = whole.members()[victim].persists;
    CHECK(writes > 5);
    for (std::size_t at = 0; at < writes; ++at) {
      KeygenScenario scenario = calm;
      scenario.members[victim].crashes = {at};
      run_one(scenario, seen);
    }
  }
  CHECK(seen.restarts == seen.runs);
}
