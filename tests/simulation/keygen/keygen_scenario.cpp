#include "tests/simulation/keygen/keygen_scenario.hpp"

#include <algorithm>
#include <numeric>

#include "crypto/frost_keygen.hpp"
#include "crypto/hash.hpp"

namespace quorate::test {

namespace {

using crypto::ChaChaRng;

constexpr std::uint32_t most_slots = 40;

ChaChaRng random_of(std::uint64_t seed) {
  Bytes text = to_bytes(as_bytes("keygen scenario"));
  Writer{text}.put(seed);
  return ChaChaRng{crypto::sha256(text), ChaChaRng::Rounds::twelve};
}

Duration between(ChaChaRng& rng, Duration low, Duration high) {
  return low + milliseconds(rng.draw(static_cast<std::uint32_t>((high - low).ms()) + 1));
}

std::vector<std::uint32_t> draw_weights(ChaChaRng& rng) {
  // One run in twelve is crowded.
  const std::uint32_t members = rng.draw(12) == 0 ? 9 + rng.draw(8) : 3 + rng.draw(6);
  std::vector<std::uint32_t> out(members, 1);
  const std::uint32_t slots = members + rng.draw(most_slots - members + 1);
  for (std::uint32_t i = members; i < slots; ++i) ++out[rng.draw(members)];
  return out;
}

/// Lies until the faulty would weigh more than they may.
void draw_faulty(ChaChaRng& rng, KeygenScenario& out) {
  std::uint32_t left = out.slots() - crypto::threshold_of(out.slots());
  std::vector<std::size_t> order(out.members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(order);
  for (const std::size_t p : order) {
    DrawnMember& member = out.members[p];
    if (member.weight > left || rng.draw(6) == 0) continue;
    left -= member.weight;
    member.is_faulty = true;
    member.dealing = static_cast<DealingLie>(rng.draw(dealing_lies));
    member.state = static_cast<StateLie>(rng.draw(state_lies));
  }
}

void draw_mishaps(ChaChaRng& rng, KeygenScenario& out) {
  for (DrawnMember& member : out.members) {
    if (member.is_faulty) continue;
    if (rng.draw(10) == 0) member.comes_after = between(rng, seconds(1), out.burn_interval * 9);
    for (std::uint32_t i = rng.draw(5); i > 2; --i) member.crashes.insert(rng.draw(20));
    // Mostly at once, sometimes for a round.
    const Duration longest = rng.draw(5) == 0 ? out.burn_interval * 3 : seconds(2);
    member.down_for = between(rng, milliseconds(100), longest);
  }
}

}  // namespace

bool convicts_by_itself(DealingLie lie) {
  return lie == DealingLie::bad_point || lie == DealingLie::bad_possession ||
         lie == DealingLie::too_short || lie == DealingLie::too_long ||
         lie == DealingLie::wrong_dealer || lie == DealingLie::wrong_keygen;
}

std::uint32_t KeygenScenario::slots() const {
  std::uint32_t sum = 0;
  for (const DrawnMember& member : members) sum += member.weight;
  return sum;
}

std::string KeygenScenario::text() const {
  static const char* const dealing[] = {"",         "silent", "falls silent", "bad point",
                                        "bad pop",  "short",  "long",         "wrong dealer",
                                        "wrong id", "bad boxes", "off polynomial", "twice"};
  static const char* const state[] = {"",       "false complaint", "empty complaint",
                                      "confirms nothing", "confirms rubbish", "wavers",
                                      "lying table", "lying key", "never votes"};
  static const char* const phase[] = {"never", "confirmed", "proposed", "prepared", "committed",
                                      "decided"};
  std::string out = "seed " + std::to_string(seed) +
                    (kind == GroupKind::producers ? " producers" : " stackers") + ", loss " +
                    std::to_string(loss_percent) + " %, leader falls: " +
                    phase[static_cast<int>(leader_falls)] + ", chunks of " +
                    std::to_string(chunk_bytes);
  for (const DrawnMember& member : members) {
    out += "\n  " + std::to_string(member.weight);
    if (member.is_faulty) {
      out += std::string(" faulty: ") + dealing[static_cast<int>(member.dealing)] + "; " +
             state[static_cast<int>(member.state)];
    }
    if (member.comes_after.us > 0) {
      out += " late by " + std::to_string(member.comes_after.ms()) + " ms";
    }
    for (const std::size_t at : member.crashes) out += " crashes after write " + std::to_string(at);
  }
  return out;
}

KeygenScenario draw_keygen(std::uint64_t seed) {
  ChaChaRng rng = random_of(seed);
  KeygenScenario out;
  out.seed = seed;
  out.kind = rng.draw(2) == 0 ? GroupKind::producers : GroupKind::stackers;
  for (const std::uint32_t weight : draw_weights(rng)) {
    out.members.emplace_back();
    out.members.back().weight = weight;
  }
  out.burn_interval = between(rng, seconds(10), seconds(30));
  out.delay_high = between(rng, milliseconds(20), milliseconds(800));
  out.loss_percent = rng.draw(2) == 0 ? 0 : rng.draw(30);
  draw_faulty(rng, out);
  draw_mishaps(rng, out);
  out.leader_falls = static_cast<LeaderPhase>(rng.draw(leader_phases));
  out.leader_down_for = between(rng, milliseconds(200), seconds(40));
  // With three slots everybody can still deal: a manifest and two pieces.
  const bool all_are_wide = std::all_of(out.members.begin(), out.members.end(),
                                        [](const DrawnMember& m) { return m.weight >= 3; });
  if (out.kind == GroupKind::producers && all_are_wide && rng.draw(3) == 0) out.chunk_bytes = 2'000;
  return out;
}

}  // namespace quorate::test
