// The named scenarios of docs/simulation.md "Presets".
#include "consensus/terms.hpp"
#include "runtime/simulation/byzantine.hpp"
#include "runtime/simulation/scenario.hpp"

namespace quorate::simulation {

namespace {

/// Stacks' testnet chain id: sample transfers are signed for it.
constexpr std::uint32_t test_network = 0x80000000;

Scenario base(std::string name) {
  Scenario out;
  out.params.preset = std::move(name);
  out.params.network_id = test_network;
  out.params.magic = {'T', '2'};
  out.params.first_burn_height = BurnHeight{100};
  return out;
}

Scenario tiny() {
  Scenario out = base("tiny");
  out.params.cycle_length = 60;
  out.params.prepare_length = 20;
  out.params.reward_slots = 40;
  out.params.confirmations = 2;
  out.params.stacker_chunk = 16 * 1024;
  out.timing.mean_burn_interval = seconds(30);
  out.timing.anti_entropy = seconds(5);
  out.links = {0, 0, milliseconds(5), milliseconds(20)};
  out.producers = {{"amber", Sats{100'000}},
                   {"birch", Sats{200'000}},
                   {"cedar", Sats{300'000}},
                   {"dune", Sats{400'000}}};
  out.stackers = {{"north", 8}, {"east", 9}, {"south", 11}, {"west", 12}};
  out.producing_terms = 2;
  out.max_transfers = 200;
  return out;
}

Scenario demo() {
  Scenario out = base("demo");
  out.params.cycle_length = 100;
  out.params.prepare_length = 20;
  out.params.reward_slots = 400;
  out.params.confirmations = 3;
  out.params.stacker_chunk = 64 * 1024;
  out.timing.mean_burn_interval = seconds(120);
  out.timing.min_block_spacing = seconds(5);
  out.links = {100, 0, milliseconds(20), milliseconds(60)};
  out.producers = {{"amber", Sats{30'000}},  {"birch", Sats{50'000}},  {"cedar", Sats{60'000}},
                   {"dune", Sats{80'000}},   {"ember", Sats{90'000}},  {"fjord", Sats{100'000}},
                   {"grove", Sats{110'000}}, {"heath", Sats{130'000}}, {"iris", Sats{160'000}},
                   {"jade", Sats{190'000}}};
  const std::uint32_t slots[] = {12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 40, 48};
  for (std::uint32_t i = 0; i < 15; ++i) {
    out.stackers.push_back({"stacker" + std::to_string(i + 1), slots[i]});
  }
  out.producing_terms = 4;
  out.faults = {{FaultKind::kill_leader, 3, 3, "", 2, 0},
                {FaultKind::crash, 3, 5, "stacker7", 2, 0},
                {FaultKind::equivocate, 4, 1, "heath", 0, 0},
                {FaultKind::reorganise, 5, 4, "", 0, 2}};
  return out;
}

Scenario full() {
  Scenario out = base("full");
  out.params.cycle_length = 100;
  out.params.prepare_length = 20;
  out.params.reward_slots = 4000;
  out.params.confirmations = 3;
  out.timing.mean_burn_interval = seconds(600);
  out.timing.min_block_spacing = seconds(5);
  out.links = {0, 0, milliseconds(20), milliseconds(60)};
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i + 1);
    out.producers.push_back({"producer" + number, Sats{100'000 + 20 * i}});
    // Pairs of stackers share 80 slots unevenly; 4,000 in all.
    const std::uint32_t tilt = (i / 2) % 20;
    out.stackers.push_back({"stacker" + number, i % 2 == 0 ? 40 - tilt : 40 + tilt});
  }
  out.producing_terms = 1;
  out.max_transfers = 500;
  out.transfer_bursts = 10;
  // Ten are silent from the beginning and three deal badly, in both groups.
  for (const std::string number : {"11", "33", "55", "77", "99"}) {
    // Producers have enrolled by then.
    out.faults.push_back({FaultKind::crash, 0, 10, "producer" + number, 1'000, 0});
    out.faults.push_back({FaultKind::crash, 0, 1, "stacker" + number, 1'000, 0});
  }
  out.faults.push_back({FaultKind::deal_badly, 0, 1, "producer22", 0, 0});
  out.faults.push_back({FaultKind::deal_badly, 0, 1, "stacker44", 0, 0});
  out.faults.push_back({FaultKind::deal_badly, 0, 1, "stacker66", 0, 0});
  return out;
}

Scenario mainnet() {
  Scenario out;
  out.links = {0, 0, milliseconds(20), milliseconds(60)};
  out.producing_terms = 1;
  return out;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  constexpr std::array<std::string_view, 7> names{
      "kill_leader", "crash", "isolate", "equivocate", "reorganise", "censor", "deal_badly"};
  return names[static_cast<std::uint8_t>(kind)];
}

Result<Scenario> preset(std::string_view name) {
  if (name == "tiny") return tiny();
  if (name == "demo") return demo();
  if (name == "full") return full();
  if (name == "mainnet") return mainnet();
  return Error{Errc::unknown_preset,
               "'" + std::string(name) + "'; there are tiny, demo, full and mainnet"};
}

Result<> check(const Scenario& scenario) {
  TRY(consensus::validate(scenario.params));
  const auto impossible = [](std::string why) -> Result<> {
    return Error{Errc::scenario_impossible, std::move(why)};
  };
  if (scenario.producers.empty()) return impossible("nobody produces; name producers");
  if (scenario.stackers.empty()) return impossible("nobody stacks; name stackers");
  std::uint64_t slots = 0;
  for (const StackerSpec& stacker : scenario.stackers) slots += stacker.slots;
  if (slots > scenario.params.reward_slots) {
    return impossible("stackers hold " + std::to_string(slots) + " slots, there are " +
                      std::to_string(scenario.params.reward_slots));
  }
  // An enrollment pays every recipient at least Bitcoin's dust limit.
  const std::uint64_t least = 294ULL * scenario.params.recipients_per_term;
  for (const ProducerSpec& producer : scenario.producers) {
    if (producer.spend.value < least) {
      return impossible(producer.name + " spends less than " + std::to_string(least) +
                        " sats, too little for " +
                        std::to_string(scenario.params.recipients_per_term) + " outputs");
    }
  }
  const auto names_someone = [&](const std::string& who) {
    for (const auto& p : scenario.producers) {
      if (p.name == who) return true;
    }
    for (const auto& s : scenario.stackers) {
      if (s.name == who) return true;
    }
    return false;
  };
  for (const Fault& fault : scenario.faults) {
    const bool needs_who = fault.kind == FaultKind::crash || fault.kind == FaultKind::isolate ||
                           fault.kind == FaultKind::equivocate ||
                           fault.kind == FaultKind::deal_badly;
    if (needs_who && !names_someone(fault.who)) {
      return impossible("fault " + std::string(name_of(fault.kind)) + " names '" + fault.who +
                        "', who does not take part");
    }
    if (fault.kind == FaultKind::deal_badly && !bad_dealing(fault.how)) {
      return impossible("fault deal_badly: how is '" + fault.how +
                        "'; there are box, point, possession and length");
    }
  }
  if (scenario.producing_terms == 0) return impossible("at least one term must produce");
  return done();
}

}  // namespace quorate::simulation
