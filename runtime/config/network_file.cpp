#include "runtime/config/network_file.hpp"

#include <fmt/format.h>

#include "runtime/simulation/scenario.hpp"
#include "runtime/simulation/transfer_file.hpp"

namespace quorate::config {

namespace {

void read_timing(ConfigReader& reader, consensus::Timing& timing) {
  const auto span = [&](const std::string& key, Duration& out) {
    std::int64_t ms = out.ms();
    reader.number(key, ms, 1, 3'600'000);
    out = milliseconds(ms);
  };
  span("burn_interval_ms", timing.mean_burn_interval);
  span("timing.min_block_spacing_ms", timing.min_block_spacing);
  span("timing.candidate_cutoff_ms", timing.candidate_cutoff);
  span("timing.round_timeout_ms", timing.round_timeout);
  span("timing.epoch_timer_ms", timing.epoch_timer);
  span("timing.epoch_timer_cap_ms", timing.epoch_timer_cap);
  span("timing.stacker_view_timeout_ms", timing.stacker_view_timeout);
  span("timing.stacker_view_timeout_cap_ms", timing.stacker_view_timeout_cap);
  span("timing.anti_entropy_ms", timing.anti_entropy);
}

}  // namespace

Result<NetworkFile> read_network_file(const std::string& path) {
  TRY_ASSIGN(ConfigReader reader, ConfigReader::open(path));
  std::string preset = "tiny";
  std::string balances;
  reader.text("preset", preset);
  const auto scenario = simulation::preset(preset);
  if (!scenario.ok()) {
    reader.fail("preset", scenario.error().message());
    TRY(reader.finish());
  }
  NetworkFile out;
  out.params = scenario->params;
  out.timing = scenario->timing;
  reader.text("balances", balances);
  reader.require("balances", !balances.empty());
  read_timing(reader, out.timing);
  std::vector<consensus::GenesisSigner> signers;
  reader.tables("stacker", [&](ConfigReader& table) {
    std::string name;
    std::string key;
    std::string reward;
    consensus::GenesisSigner signer;
    table.text("name", name);
    table.text("key", key);
    table.text("reward", reward);
    table.number("slots", signer.slots, 1, 1'000'000);
    const auto parsed = fixed_from_hex<crypto::PublicKey>(key);
    if (parsed.ok() && crypto::is_valid(*parsed)) {
      signer.signing_key = *parsed;
    } else {
      table.fail("key", "must be a compressed public key, 66 hexadecimal digits");
    }
    auto script = from_hex(reward);
    if (script.ok() && !script->empty() && script->size() <= consensus::RewardScript::max_size) {
      signer.reward_script.bytes = std::move(script).value();
    } else {
      table.fail("reward", "must be a Bitcoin output script in hexadecimal");
    }
    table.require("slots", signer.slots > 0);
    out.stacker_names.push_back(name);
    signers.push_back(std::move(signer));
  });
  if (signers.empty()) reader.fail("stacker", "at least one [[stacker]] is needed");
  TRY(reader.finish());
  TRY_ASSIGN(out.genesis, simulation::read_genesis(beside(path, balances)));
  out.genesis.signers = std::move(signers);
  if (out.genesis.chain_id != out.params.network_id) {
    return Error{Errc::config_impossible, balances + " is for another chain id than the preset"};
  }
  TRY(consensus::genesis_ledger(out.params, out.genesis));
  return out;
}

std::string stacker_text(const std::string& name, const consensus::GenesisSigner& stacker) {
  return fmt::format("[[stacker]]\nname = \"{}\"\nkey = \"{}\"\nreward = \"{}\"\nslots = {}\n",
                     name, to_hex(stacker.signing_key), to_hex(stacker.reward_script.bytes),
                     stacker.slots);
}

std::string network_file_text(const std::string& preset, std::int64_t burn_interval_ms,
                              const std::string& balances, const std::vector<std::string>& names,
                              const std::vector<consensus::GenesisSigner>& stackers) {
  std::string out = fmt::format(
      "# What all nodes of this network have in common: the same file on every machine.\n\n"
      "# Lengths of terms and cycles, slots, limits: tiny, demo, full or mainnet.\n"
      "preset = \"{}\"\n"
      "# Opening balances, beside this file.\nbalances = \"{}\"\n"
      "# Mean time between Bitcoin blocks; those of a scripted Bitcoin come exactly so.\n"
      "burn_interval_ms = {}\n\n",
      preset, balances, burn_interval_ms);
  // A term lasts ten Bitcoin blocks: who waits for a silent member must be done well within it.
  out += fmt::format(
      "# Timers, for terms of {} s: none may grow beyond a fraction of a term.\n[timing]\n"
      "candidate_cutoff_ms = 400\nround_timeout_ms = {}\nepoch_timer_ms = {}\n"
      "epoch_timer_cap_ms = {}\nstacker_view_timeout_ms = {}\nstacker_view_timeout_cap_ms = {}\n"
      "anti_entropy_ms = 2000\n\n"
      "# The stackers of cycle 0, in their order: signing key, reward script, slots.\n",
      burn_interval_ms / 100, burn_interval_ms * 3 / 4, burn_interval_ms * 3 / 2,
      burn_interval_ms * 3, burn_interval_ms * 3 / 4, burn_interval_ms * 5 / 2);
  for (std::size_t i = 0; i < stackers.size(); ++i) {
    out += stacker_text(names[i], stackers[i]) + "\n";
  }
  return out;
}

}  // namespace quorate::config
