#include "runtime/cli/sim_command.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

#include <fmt/format.h>

#include "runtime/simulation/evidence_files.hpp"
#include "runtime/simulation/report.hpp"
#include "storage/snapshot.hpp"

namespace quorate::cli {

namespace {

using namespace simulation;

/// Everything a run needs, read and checked.
struct Prepared {
  Scenario scenario;
  consensus::Genesis genesis;
  std::vector<TransferLine> transfers;
  std::vector<ExpectedAccount> expected;
};

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "name:number". @returns bad_option.
Result<std::pair<std::string, std::uint64_t>> named_number(std::string_view option,
                                                           const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto number = colon == std::string::npos
                          ? std::nullopt
                          : whole_number<std::uint64_t>(std::string_view(text).substr(colon + 1));
  if (colon == 0 || !number || *number == 0) {
    return Error{Errc::bad_option, fmt::format("{} '{}': write name:number, as in {} amber:100000",
                                               option, text, option)};
  }
  return std::pair{text.substr(0, colon), *number};
}

Result<> apply_delay(const std::string& text, Scenario& scenario) {
  const std::size_t dash = text.find('-');
  const auto low = whole_number<std::int64_t>(std::string_view(text).substr(0, dash));
  const auto high = dash == std::string::npos
                        ? low
                        : whole_number<std::int64_t>(std::string_view(text).substr(dash + 1));
  if (!low || !high || *low < 0 || *low > *high || *high > 3'600'000) {
    return Error{Errc::bad_option,
                 "--delay '" + text + "': write shortest-longest in milliseconds, as in 20-60"};
  }
  scenario.links.delay_low = milliseconds(*low);
  scenario.links.delay_high = milliseconds(*high);
  return done();
}

Result<> apply_people(const SimOptions& options, Scenario& scenario) {
  if (!options.producers.empty()) scenario.producers.clear();
  for (const std::string& text : options.producers) {
    TRY_ASSIGN(const auto producer, named_number("--producer", text));
    scenario.producers.push_back({producer.first, Sats{producer.second}});
  }
  if (!options.stackers.empty()) scenario.stackers.clear();
  for (const std::string& text : options.stackers) {
    TRY_ASSIGN(const auto stacker, named_number("--stacker", text));
    scenario.stackers.push_back({stacker.first, static_cast<std::uint32_t>(stacker.second)});
  }
  return done();
}

Result<Scenario> chosen_scenario(const SimOptions& options) {
  if (options.demo && (options.preset || options.scenario)) {
    return Error{Errc::bad_option, "--demo is a preset of its own; leave out --preset, --scenario"};
  }
  if (options.preset && options.scenario) {
    return Error{Errc::bad_option, "a scenario file names its preset itself; leave out --preset"};
  }
  const std::string name = options.demo ? "demo" : options.preset.value_or("tiny");
  auto scenario = options.scenario ? read_scenario(*options.scenario) : preset(name);
  TRY(scenario);
  Scenario out = std::move(scenario).value();
  if (options.seed) out.seed = *options.seed;
  if (options.terms) out.producing_terms = *options.terms;
  TRY(apply_people(options, out));
  if (options.loss_percent) out.links.loss_per_mille = *options.loss_percent * 10;
  if (options.delay) TRY(apply_delay(*options.delay, out));
  if (options.faults == "off") out.faults.clear();
  TRY(check(out));
  return out;
}

/// The sample data: beside the working directory, or where this program was built from.
std::string sample(const std::string& name) {
  const std::string here = "examples/data/" + name;
  if (std::filesystem::exists(here)) return here;
  return std::string(QUORATE_DATA_DIR "/") + name;
}

Result<Prepared> prepare(const SimOptions& options) {
  Prepared out;
  TRY_ASSIGN(out.scenario, chosen_scenario(options));
  if (options.transfers.has_value() != options.genesis.has_value()) {
    return Error{Errc::bad_option, "--transfers and --genesis belong together; name both"};
  }
  TRY_ASSIGN(out.transfers,
             read_transfers(options.transfers.value_or(sample("demo/transfers.jsonl"))));
  TRY_ASSIGN(out.genesis, read_genesis(options.genesis.value_or(sample("demo/genesis.json"))));
  if (options.transfers) out.scenario.max_transfers = 0;
  std::optional<std::string> expected = options.expected;
  const bool all_of_demo = !options.transfers && out.scenario.max_transfers == 0;
  if (!expected && all_of_demo) expected = sample("demo/expected.json");
  if (expected) {
    TRY_ASSIGN(out.expected, read_expected(*expected));
  }
  return out;
}

void print_interval(const BurnInterval& interval) {
  const auto or_dash = [](const auto& height) {
    return height ? std::to_string(height->value) : std::string("-");
  };
  std::string faults;
  for (const std::string& fault : interval.faults) faults += "  ! " + fault;
  fmt::print("burn {:>5}  term {:>3}  leader {:<10}  blocks {:>4}  transfers {:>5}  announced {:>5}"
             "  final {:>5}  faults {}{}\n",
             interval.height.value, interval.term.value,
             interval.leader.empty() ? "-" : interval.leader, interval.accepted,
             interval.transactions, or_dash(interval.announced), or_dash(interval.final_height),
             interval.faults_so_far, faults);
  std::fflush(stdout);
}

void print_messages(const std::vector<KindCount>& counts) {
  fmt::print("\n  {:<24}{:>12}{:>16}{:>12}\n", "message", "sent", "bytes", "lost");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const KindCount& count = counts[i];
    if (count.sent == 0) continue;
    fmt::print("  {:<24}{:>12}{:>16}{:>12}\n", messages::frame_kinds()[i].name, count.sent,
               count.bytes, count.lost);
  }
}

/// The most memory this process has held so far, in MiB.
long peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

struct Outcome {
  Findings findings;
  std::string summary;
  std::map<std::string, std::uint64_t> counters;
  std::vector<KindCount> messages;
  Duration virtual_time;
  double wall_seconds{};
};

/// Files to write besides the report; empty: not wanted.
struct Records {
  std::string trace;
  std::string transcript;
  std::string stores;
  std::string evidence;
};

/// One snapshot per node.
Result<> save_stores(const std::string& folder, const World& world) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{Errc::cannot_write_file, folder};
  Result<> saved = done();
  int number = 0;
  world.each_store([&](const std::string& node, const storage::RecordStore& store) {
    const std::string name = plain_file_name(fmt::format("{:03}-{}.store", ++number, node));
    if (!saved.ok()) return;
    const auto snapshot = storage::take_snapshot(store, node);
    saved = snapshot.ok() ? storage::write_snapshot(folder + "/" + name, *snapshot)
                          : snapshot.error();
  });
  return saved;
}

/// A step of a group's life, with the wall time since the beginning.
void print_phase(std::chrono::steady_clock::time_point started, const std::string& text) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started;
  fmt::print("{:>9.1f} s  {}\n", passed.count(), text);
  std::fflush(stdout);
}

Result<Outcome> simulate(const Prepared& prepared, const Records& records, bool with_live_line) {
  const auto started = std::chrono::steady_clock::now();
  WorldSetup setup{prepared.scenario, prepared.genesis, prepared.transfers, records.trace,
                   nullptr, nullptr};
  if (with_live_line) {
    setup.on_interval = print_interval;
    setup.on_phase = [started](const std::string& text) { print_phase(started, text); };
  }
  TRY_ASSIGN(auto world, World::create(std::move(setup)));
  world->run();
  if (!records.transcript.empty()) {
    TRY(write_transcript(records.transcript, world->transcript()));
  }
  if (!records.stores.empty()) TRY(save_stores(records.stores, *world));
  if (!records.evidence.empty()) TRY(write_evidence(records.evidence, *world));
  Outcome out;
  out.findings = examine(*world, prepared.expected);
  out.summary = summary(*world, out.findings);
  out.counters = world->counters();
  out.messages = world->network().counts();
  out.virtual_time = world->virtual_time();
  out.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return out;
}

Result<> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{Errc::cannot_write_file, path};
  return done();
}

/// Said before the run rather than after it. What stands in the file stays until then.
Result<> require_writable(const std::optional<std::string>& path) {
  if (path && !std::ofstream(*path, std::ios::binary | std::ios::app)) {
    return Error{Errc::cannot_write_file, *path};
  }
  return done();
}

void print_outcome(const Prepared& prepared, const Outcome& outcome) {
  const double virtual_seconds = static_cast<double>(outcome.virtual_time.ms()) / 1e3;
  fmt::print("\n{} (preset {}, seed {})\n{}", outcome.findings.failures.empty() ? "All held"
                                                                                 : "FAILED",
             prepared.scenario.params.preset, prepared.scenario.seed, outcome.summary);
  fmt::print("  {:<16}{:.1f} s wall for {:.0f} virtual seconds, {:.0f} times real time\n", "time",
             outcome.wall_seconds, virtual_seconds, virtual_seconds / outcome.wall_seconds);
  fmt::print("  {:<16}{} MiB at most\n", "memory", peak_memory_mib());
}

Exit complain(const Error& error) {
  fmt::print(stderr, "quorate sim: {}\n", error.message());
  const bool is_usage = error.code == Errc::bad_option || error.code == Errc::unknown_preset;
  if (is_usage) fmt::print(stderr, "Try 'quorate sim --help'.\n");
  return is_usage ? Exit::usage : Exit::refused_input;
}

/// The seed may come from the scenario's file or by default: it is always said.
std::string command_again(const SimOptions& options, std::uint64_t seed) {
  std::string out = "quorate sim";
  for (const std::string& argument : options.arguments) {
    const bool is_plain = argument.find_first_of(" \t'\"$\\") == std::string::npos;
    out += is_plain ? " " + argument : fmt::format(" {:?}", argument);
  }
  if (!options.seed) out += fmt::format(" --seed {}", seed);
  return out;
}

}  // namespace

Exit run_sim(const SimOptions& options) {
  const auto prepared = prepare(options);
  if (!prepared.ok()) return complain(prepared.error());
  for (const auto& path : {options.json, options.transcript}) {
    const auto writable = require_writable(path);
    if (!writable.ok()) return complain(writable.error());
  }
  const Records records{options.trace.value_or(""), options.transcript.value_or(""),
                        options.save_stores.value_or(""), options.evidence.value_or("")};
  auto outcome = simulate(*prepared, records, !options.quiet);
  if (!outcome.ok()) return complain(outcome.error());
  if (options.check_determinism) {
    const auto again = simulate(*prepared, {}, false);
    if (!again.ok()) return complain(again.error());
    if (again->findings.json != outcome->findings.json) {
      outcome->findings.failures.push_back("a second run with the same seed went differently");
      outcome->summary += "  FAILED          a second run with the same seed went differently\n";
    } else {
      fmt::print("\nA second run gave the same trace and report.\n");
    }
  }
  if (options.json) {
    const auto written = write_file(*options.json, outcome->findings.json);
    if (!written.ok()) return complain(written.error());
  }
  print_outcome(*prepared, *outcome);
  if (options.verbose) {
    for (const auto& [name, count] : outcome->counters) fmt::print("  {:<48}{}\n", name, count);
    print_messages(outcome->messages);
  }
  if (outcome->findings.failures.empty()) return Exit::held;
  fmt::print(stderr, "Again: {}\n", command_again(options, prepared->scenario.seed));
  return Exit::failed;
}

}  // namespace quorate::cli
