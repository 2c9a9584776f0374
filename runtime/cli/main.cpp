// The program `quorate`: reads the command line (CLI11 is included here and in the
// *_options.cpp beside it) and runs a command.
#include <CLI/CLI.hpp>

#include "runtime/cli/bench_command.hpp"
#include "runtime/cli/frost_options.hpp"
#include "runtime/cli/network_options.hpp"
#include "runtime/cli/sim_command.hpp"
#include "runtime/cli/slot_options.hpp"
#include "runtime/cli/store_command.hpp"

namespace {

constexpr const char* sim_examples = R"(Examples:
  quorate sim --demo
      ten producers, fifteen stackers, four terms, crashes, a liar and a Bitcoin reorganisation
  quorate sim --preset tiny --seed 7 --json report.json
  quorate sim --producer amber:100000 --producer birch:300000 --stacker north:30 --loss 20
  quorate sim --transfers my/transfers.jsonl --genesis my/genesis.json --trace trace.jsonl
  quorate sim --scenario censored.toml --check-determinism

Exit codes: 0 all held, 1 a check failed, 2 usage, 3 input refused.)";

void add_sim(CLI::App& app, quorate::cli::SimOptions& options) {
  CLI::App* sim = app.add_subcommand("sim", "Simulate a whole network in virtual time");
  sim->footer(sim_examples);
  sim->add_option("--preset", options.preset, "tiny, demo, full or mainnet (default tiny)");
  sim->add_flag("--demo", options.demo, "The demonstration: preset demo with its faults");
  sim->add_option("--seed", options.seed, "Decides everything that is left to chance (default 1)");
  sim->add_option("--producer", options.producers, "name:sats, once per producer")
      ->type_name("NAME:SATS");
  sim->add_option("--stacker", options.stackers, "name:slots, once per stacker")
      ->type_name("NAME:SLOTS");
  sim->add_option("--terms", options.terms, "How many terms produce blocks")
      ->check(CLI::Range(1, 1000));
  sim->add_option("--transfers", options.transfers, "Signed transfers, one JSON object a line")
      ->type_name("FILE");
  sim->add_option("--genesis", options.genesis, "Opening balances of those accounts")
      ->type_name("FILE");
  sim->add_option("--expected", options.expected, "Accounts that must end exactly so")
      ->type_name("FILE");
  sim->add_option("--scenario", options.scenario, "A TOML file: preset, members, faults")
      ->type_name("FILE");
  sim->add_option("--loss", options.loss_percent, "Messages lost, in percent")
      ->check(CLI::Range(0, 100));
  sim->add_option("--delay", options.delay, "One-way delay in milliseconds, as in 20-60")
      ->type_name("MIN-MAX");
  sim->add_option("--faults", options.faults, "off: nothing but loss and delay goes wrong")
      ->check(CLI::IsMember({"on", "off"}));
  sim->add_option("--json", options.json, "Write the report")->type_name("FILE");
  sim->add_option("--trace", options.trace, "Write every message and event as JSON lines")
      ->type_name("FILE");
  sim->add_option("--transcript", options.transcript, "Write what happened, a line per event")
      ->type_name("FILE");
  sim->add_option("--save-stores", options.save_stores,
                  "Write what each node's store holds at the end (see quorate store show)")
      ->type_name("DIR");
  sim->add_option("--evidence", options.evidence,
                  "Write each proof against a member of a key generation (see quorate frost judge)")
      ->type_name("DIR");
  sim->add_flag("--check-determinism", options.check_determinism,
                "Run twice and compare trace and report");
  sim->add_flag("--verbose", options.verbose, "Also what was counted inside the nodes");
  sim->add_flag("--quiet", options.quiet, "No live line per Bitcoin block");
}

constexpr const char* bench_examples = R"(Examples:
  quorate bench threshold
      the specification's sizes: 4,000/2,680 among 100 parties, and 100/67 among 4, 10 and 100
  quorate bench threshold --parties 10 --slots 400 --json

Without --threshold 67 % of the slots sign. Only ratios within one run mean anything.)";

CLI::App* add_bench(CLI::App& app, quorate::cli::BenchOptions& options) {
  CLI::App* bench = app.add_subcommand("bench", "Measure on this machine");
  bench->require_subcommand(1);
  CLI::App* threshold = bench->add_subcommand(
      "threshold", "Threshold keys and signatures, beside libsecp256k1's own operations");
  threshold->footer(bench_examples);
  threshold->add_option("--parties", options.threshold.parties, "Members of the group");
  threshold->add_option("--slots", options.threshold.slots, "Key ids of all members together");
  threshold->add_option("--threshold", options.threshold.threshold, "Key ids that sign");
  threshold->add_flag("--all-members", options.threshold.all_members,
                      "Also the whole key generation of all members in this process (minutes)");
  threshold->add_flag("--json", options.json, "Print JSON instead of a table");
  threshold->add_flag("--quiet", options.quiet, "No progress on standard error");
  return threshold;
}

constexpr const char* store_footer = R"(Examples:
  quorate sim --preset tiny --seed 7 --save-stores stores
  quorate store show stores/001-amber.store
  quorate store show --json stores/001-amber.store

There is no way to put a store back, on purpose: an old copy of a store has forgotten which
nonces it answered with since, and a nonce that is answered twice gives away the key.

Exit codes: 0 shown, 2 usage, 3 the file was refused.)";

CLI::App* add_store(CLI::App& app, quorate::cli::StoreOptions& options) {
  CLI::App* store = app.add_subcommand("store", "Look into what a node had on disk");
  store->require_subcommand(1);
  store->footer(store_footer);
  CLI::App* show = store->add_subcommand("show", "Print a snapshot's tables and promises");
  show->footer(store_footer);
  show->add_option("file", options.file, "A snapshot, from 'sim --save-stores'")
      ->required()
      ->type_name("FILE");
  show->add_flag("--json", options.json, "Print JSON instead of text");
  return show;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Quorate: Stacks blocks by producer sets, signed by producers and stackers",
               "quorate"};
  app.require_subcommand(1);
  quorate::cli::SimOptions sim;
  add_sim(app, sim);
  quorate::cli::BenchOptions bench;
  const CLI::App* const bench_threshold = add_bench(app, bench);
  quorate::cli::StoreOptions store;
  const CLI::App* const store_show = add_store(app, store);
  quorate::cli::FrostOptions frost;
  std::optional<quorate::cli::FrostVerb> frost_verb;
  quorate::cli::add_frost(app, frost, frost_verb);
  quorate::cli::NetworkOptions network;
  std::optional<quorate::cli::NetworkVerb> network_verb;
  quorate::cli::add_network(app, network, network_verb);
  quorate::cli::SlotOptions slot;
  std::optional<quorate::cli::SlotVerb> slot_verb;
  quorate::cli::add_slot(app, slot, slot_verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : static_cast<int>(quorate::cli::Exit::usage);
  }
  if (bench_threshold->parsed()) {
    return static_cast<int>(quorate::cli::run_bench_threshold(bench));
  }
  if (store_show->parsed()) return static_cast<int>(quorate::cli::run_store_show(store));
  if (network_verb) return static_cast<int>(quorate::cli::run_network(*network_verb, network));
  if (slot_verb) return static_cast<int>(quorate::cli::run_slot(*slot_verb, slot));
  if (frost_verb) return static_cast<int>(quorate::cli::run_frost(*frost_verb, frost));
  sim.arguments.assign(argv + 2, argv + argc);
  return static_cast<int>(quorate::cli::run_sim(sim));
}
