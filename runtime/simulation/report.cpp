#include "runtime/simulation/report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quorate::simulation {

namespace {

using Json = nlohmann::ordered_json;

std::string ustx(MicroStx amount) { return to_decimal(amount.value); }

/// The q-th percentile (nearest rank) of sorted milliseconds.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, std::size_t q) {
  if (sorted.empty()) return 0;
  return sorted[(sorted.size() * q + 99) / 100 - 1];
}

struct Latencies {
  std::vector<std::int64_t> accepted;
  std::vector<std::int64_t> final_at;
};

Latencies latencies(const Feeder& feeder) {
  Latencies out;
  for (const auto& record : feeder.records()) {
    if (record.admitted && record.accepted) {
      out.accepted.push_back((*record.accepted - *record.admitted).ms());
    }
    if (record.admitted && record.final_at) {
      out.final_at.push_back((*record.final_at - *record.admitted).ms());
    }
  }
  std::sort(out.accepted.begin(), out.accepted.end());
  std::sort(out.final_at.begin(), out.final_at.end());
  return out;
}

/// Accounts of the report: those of the genesis file, then the producers'.
std::vector<stacks::Principal> principals(const World& world,
                                          const std::vector<ExpectedAccount>& expected) {
  std::vector<stacks::Principal> out = world.opening_accounts();
  const auto add = [&](const stacks::Principal& owner) {
    if (std::find(out.begin(), out.end(), owner) == out.end()) out.push_back(owner);
  };
  for (const auto& account : expected) add(account.owner);
  for (const auto& [name, owner] : world.producers()) add(owner);
  return out;
}

Json accounts(const World& world, const consensus::Chain& chain,
              const std::vector<ExpectedAccount>& expected) {
  Json out = Json::array();
  for (const auto& owner : principals(world, expected)) {
    const consensus::Account account = chain.ledger().account(owner);
    out.push_back({{"address", stacks::to_text(owner)},
                   {"ustx", ustx(account.balance)},
                   {"nonce", account.nonce}});
  }
  return out;
}

Json refused(const Feeder& feeder) {
  Json out = Json::array();
  for (std::size_t i = 0; i < feeder.records().size(); ++i) {
    if (feeder.records()[i].fate != Feeder::Fate::refused) continue;
    out.push_back({{"line", feeder.lines()[i].line}, {"reason", feeder.records()[i].reason}});
  }
  return out;
}

Json height_or_null(const std::optional<BurnHeight>& height) {
  return height ? Json(height->value) : Json(nullptr);
}

Json blocks(const std::vector<const BlockRecord*>& branch, const consensus::Chain& chain) {
  Json out = Json::array();
  for (const BlockRecord* block : branch) {
    out.push_back({{"height", block->height.value},
                   {"term", block->term.value},
                   {"block_id", to_hex(block->id)},
                   {"transactions", block->txids.size()},
                   {"fees_ustx", ustx(block->fees)},
                   {"producer_bits", block->producer_bits},
                   {"stacker_bits", block->stacker_bits},
                   {"announced", height_or_null(chain.finality(block->id).announced_at)},
                   {"final", height_or_null(block->final_at)}});
  }
  return out;
}

struct Payout {
  Sats spend;
  U128 coinbase{};
  U128 fees{};
};

/// What every producer received in one term.
struct TermRewards {
  U128 purse{};
  U128 fees{};
  U128 undistributed{};
  std::vector<std::pair<stacks::Principal, Payout>> payouts;

  Payout& of(const consensus::RewardLine& line) {
    for (auto& [payee, payout] : payouts) {
      if (payee == line.payee) return payout;
    }
    payouts.push_back({line.payee, {line.spend, 0, 0}});
    return payouts.back().second;
  }
};

std::map<TermNumber, TermRewards> rewards_by_term(const std::vector<const BlockRecord*>& branch) {
  std::map<TermNumber, TermRewards> out;
  for (const BlockRecord* block : branch) {
    TermRewards& term = out[block->term];
    if (block->coinbase_split) {
      term.purse += block->coinbase_split->purse.value;
      term.undistributed += block->coinbase_split->undistributed.value;
      for (const auto& line : block->coinbase_split->lines) {
        term.of(line).coinbase += line.amount.value;
      }
    }
    if (block->fee_split) {
      term.fees += block->fee_split->purse.value;
      term.undistributed += block->fee_split->undistributed.value;
      for (const auto& line : block->fee_split->lines) term.of(line).fees += line.amount.value;
    }
  }
  return out;
}

Json rewards(const std::map<TermNumber, TermRewards>& terms, U128& paid) {
  Json out = Json::array();
  for (const auto& [number, term] : terms) {
    Json payouts = Json::array();
    for (const auto& [payee, payout] : term.payouts) {
      paid += payout.coinbase + payout.fees;
      payouts.push_back({{"address", stacks::to_text(payee)},
                         {"spend_sats", std::to_string(payout.spend.value)},
                         {"coinbase_ustx", to_decimal(payout.coinbase)},
                         {"fees_ustx", to_decimal(payout.fees)}});
    }
    out.push_back({{"term", number.value},
                   {"purse_ustx", to_decimal(term.purse)},
                   {"fees_ustx", to_decimal(term.fees)},
                   {"undistributed_ustx", to_decimal(term.undistributed)},
                   {"payouts", std::move(payouts)}});
  }
  return out;
}

Json evidence(const World& world) {
  Json out = Json::array();
  for (const EvidenceRow& row : world.evidence()) {
    out.push_back({{"member", row.member},
                   {"group", row.group == GroupKind::producers ? "producers" : "stackers"},
                   {"generation", row.generation},
                   {"kind", row.kind},
                   {"nodes", row.nodes}});
  }
  return out;
}

Json faults(const World& world) {
  Json out = Json::object();
  for (const auto& [name, count] : world.counters()) {
    if (name.starts_with("fault.")) out[name.substr(6)] = count;
  }
  std::uint64_t lost = 0;
  for (const KindCount& kind : world.network().counts()) lost += kind.lost;
  out["messages_lost"] = lost;
  return out;
}

/// By kind; kinds never sent are left out.
Json messages(const Network& network) {
  Json out = Json::object();
  for (std::size_t i = 0; i < network.counts().size(); ++i) {
    const KindCount& count = network.counts()[i];
    if (count.sent == 0) continue;
    out[std::string(messages::frame_kinds()[i].name)] = {
        {"sent", count.sent}, {"bytes", count.bytes}, {"lost", count.lost}};
  }
  return out;
}

void check_expected(const consensus::Chain& chain, const std::vector<ExpectedAccount>& expected,
                    std::vector<std::string>& failures) {
  std::size_t wrong = 0;
  for (const ExpectedAccount& account : expected) {
    const consensus::Account got = chain.ledger().account(account.owner);
    if (got.balance == account.balance && got.nonce == account.nonce) continue;
    if (++wrong > 3) continue;
    failures.push_back(fmt::format("account {} ends with {} uSTX and nonce {}, expected {} and {}",
                                   stacks::to_text(account.owner), ustx(got.balance), got.nonce,
                                   ustx(account.balance), account.nonce));
  }
  if (wrong > 3) failures.push_back(fmt::format("{} accounts differ in all", wrong));
}

}  // namespace

Findings examine(World& world, const std::vector<ExpectedAccount>& expected) {
  Findings out;
  const Checkers& checkers = world.checkers();
  out.failures = checkers.violations();
  if (checkers.count() > out.failures.size()) {
    out.failures.push_back(fmt::format("{} violations in all", checkers.count()));
  }
  const consensus::Chain* chain = world.reference_chain();
  if (chain == nullptr) return out;
  const Feeder& feeder = world.feeder();
  if (!feeder.is_settled()) {
    out.failures.push_back(fmt::format(
        "{} of {} transfers are neither final nor refused",
        feeder.records().size() - feeder.count(Feeder::Fate::final) -
            feeder.count(Feeder::Fate::refused),
        feeder.records().size()));
  }
  check_expected(*chain, expected, out.failures);

  const auto branch = world.chronicle().branch(chain->tip());
  out.blocks = branch.size();
  for (const BlockRecord* block : branch) out.transactions += block->txids.size();
  out.final_transactions = feeder.count(Feeder::Fate::final);
  out.refused_transactions = feeder.count(Feeder::Fate::refused);
  out.announcements = world.announcements();
  out.trace_hash = to_hex(world.trace_hash());
  const Latencies latency = latencies(feeder);

  Json report;
  report["preset"] = world.scenario().params.preset;
  report["seed"] = world.scenario().seed;
  report["held"] = out.failures.empty();
  report["failures"] = out.failures;
  report["accounts"] = accounts(world, *chain, expected);
  report["refused"] = refused(feeder);
  report["blocks"] = blocks(branch, *chain);
  report["rewards"] = rewards(rewards_by_term(branch), out.rewards_paid);
  report["evidence"] = evidence(world);
  report["faults"] = faults(world);
  report["messages"] = messages(world.network());
  report["latency_ms"] = {{"p50", percentile(latency.accepted, 50)},
                          {"p99", percentile(latency.accepted, 99)},
                          {"final_p50", percentile(latency.final_at, 50)},
                          {"final_p99", percentile(latency.final_at, 99)}};
  report["trace_hash"] = out.trace_hash;
  out.json = report.dump(1) + "\n";
  return out;
}

std::string summary(World& world, const Findings& findings) {
  const Latencies latency = latencies(world.feeder());
  const auto seconds_of = [](std::int64_t ms) { return fmt::format("{:.1f} s", double(ms) / 1e3); };
  std::string out;
  const auto line = [&](std::string_view name, const std::string& text) {
    out += fmt::format("  {:<16}{}\n", name, text);
  };
  line("blocks", fmt::format("{} with {} transfers, {} announcements on Bitcoin", findings.blocks,
                             findings.transactions, findings.announcements));
  line("transfers", fmt::format("{} of {} final, {} refused", findings.final_transactions,
                                world.feeder().records().size(), findings.refused_transactions));
  line("confirmation",
       fmt::format("accepted after p50 {} / p99 {}, final after p50 {} / p99 {} (virtual)",
                   seconds_of(percentile(latency.accepted, 50)),
                   seconds_of(percentile(latency.accepted, 99)),
                   seconds_of(percentile(latency.final_at, 50)),
                   seconds_of(percentile(latency.final_at, 99))));
  line("rewards", to_decimal(findings.rewards_paid) + " uSTX paid, every purse exactly");
  for (const EvidenceRow& row : world.evidence()) {
    line("evidence", fmt::format("{} ({} {}): {}, proven on {} nodes", row.member,
                                 row.group == GroupKind::producers ? "term" : "cycle",
                                 row.generation, row.kind, row.nodes));
  }
  line("messages", fmt::format("{} between nodes, trace {}", world.network().sent(),
                               findings.trace_hash.substr(0, 16)));
  for (const std::string& failure : findings.failures) line("FAILED", failure);
  return out;
}

}  // namespace quorate::simulation
