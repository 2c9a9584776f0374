// Key generation of 100 slots with a threshold of 67, and of 40 with 27, through real actors: drawn
// bad dealers, members that crash, that are cut off or come back late, and lost messages, within
// 33 % of weight. Whatever was drawn, both keys are made and blocks are signed with them.
// Source: SIP "Facilities for Signature Generation".
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "crypto/chacha_rng.hpp"
#include "runtime/frost/fault_document.hpp"
#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

constexpr std::uint32_t members = 10;
/// Of ten of equal weight: 10 of 100 slots, 4 of 40.
constexpr std::uint32_t most_faulty = 3;

crypto::ChaChaRng random_of(std::uint64_t seed) {
  Bytes text = to_bytes(as_bytes("key generation through actors"));
  Writer{text}.put(seed);
  return {crypto::sha256(text), crypto::ChaChaRng::Rounds::twelve};
}

struct Drawn {
  Scenario scenario;
  std::set<std::string> bad_dealers;
};

/// Producers deal from term 1 on for term 2; stackers from the beginning for cycle 0.
void draw_group(crypto::ChaChaRng& rng, const std::string& name, std::uint64_t term, Drawn& out) {
  static const char* const hows[] = {"box", "point", "possession", "length"};
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < members; ++i) order.push_back(i);
  rng.shuffle(order);
  for (std::uint32_t i = 0; i < most_faulty; ++i) {
    Fault fault;
    fault.who = name + std::to_string(order[i]);
    fault.term = term;
    fault.block = 1 + rng.draw(7);
    fault.blocks = 1 + rng.draw(4);
    const std::uint32_t kind = rng.draw(4);
    if (kind < 2) {
      fault.kind = FaultKind::deal_badly;
      fault.how = hows[rng.draw(4)];
      out.bad_dealers.insert(fault.who);
    } else {
      fault.kind = kind == 2 ? FaultKind::crash : FaultKind::isolate;
    }
    out.scenario.faults.push_back(fault);
  }
}

Drawn draw(std::uint64_t seed) {
  crypto::ChaChaRng rng = random_of(seed);
  Drawn out{small_scenario(), {}};
  Scenario& scenario = out.scenario;
  scenario.seed = seed;
  scenario.producing_terms = 1;
  scenario.links.loss_per_mille = 10 * rng.draw(11);
  scenario.producers.clear();
  scenario.stackers.clear();
  for (std::uint32_t i = 0; i < members; ++i) {
    scenario.producers.push_back({"producer" + std::to_string(i), Sats{100'000}});
    scenario.stackers.push_back({"stacker" + std::to_string(i), 4});
  }
  draw_group(rng, "producer", 1, out);
  draw_group(rng, "stacker", 0, out);
  return out;
}

/// Every proof convicts a bad dealer before anybody who has the set, and every bad dealer is
/// convicted.
void check_proofs(const World& world, const std::set<std::string>& bad_dealers) {
  std::set<std::string> convicted;
  for (const EvidenceRow& row : world.evidence()) {
    CAPTURE(row.member);
    CHECK(row.kind == "bad_dealing");
    CHECK(bad_dealers.contains(row.member));
    bool is_proven = false;
    for (const auto& set : world.planned_sets(row.group, row.generation)) {
      is_proven = is_proven ||
                  frost::judge_fault({world.scenario().params.network_id, set, row.key,
                                      row.member, row.kind, row.proof})
                      .ok();
    }
    CHECK(is_proven);
    convicted.insert(row.member);
  }
  CHECK(convicted == bad_dealers);
}

}  // namespace

TEST_CASE("key generation through real actors: 100/67 under drawn mixtures of faults") {
  const char* const text = std::getenv("QUORATE_SEEDS");
  const bool is_nightly = std::getenv("QUORATE_NIGHTLY") != nullptr;
  const std::uint64_t count =
      text != nullptr ? std::strtoull(text, nullptr, 10) : (is_nightly ? 20 : 3);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    MESSAGE("seed ", seed);
    Drawn drawn = draw(seed);
    const std::set<std::string> bad_dealers = drawn.bad_dealers;
    const Finished done = run(std::move(drawn.scenario));
    CHECK_MESSAGE(done.findings.failures.empty(), joined(done.findings.failures));
    CHECK(done.findings.blocks > 0);
    check_proofs(*done.world, bad_dealers);
  }
}
