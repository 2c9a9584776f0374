// The sample transfers of examples/data, all of them, through parsing, signatures and the ledger.
// They were signed by another implementation, and the expected balances were computed by it.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "consensus/ledger.hpp"

using namespace quorate;
using namespace quorate::consensus;
using Json = nlohmann::json;

namespace {

std::string path_of(const std::string& folder, const std::string& file) {
  return std::string{QUORATE_SOURCE_DIR} + "/examples/data/" + folder + "/" + file;
}

Json read_json(const std::string& folder, const std::string& file) {
  std::ifstream in(path_of(folder, file));
  REQUIRE(in.good());
  return Json::parse(in);
}

MicroStx micro_stx(const Json& text) { return MicroStx{std::stoull(text.get<std::string>())}; }

Ledger genesis_of(const std::string& folder) {
  const Json json = read_json(folder, "genesis.json");
  LedgerRules rules;
  rules.chain_id = json.at("chain_id");
  GenesisState state;
  for (const Json& balance : json.at("balances")) {
    state.balances.push_back(
        {stacks::parse_principal(balance.at("address").get<std::string>()).value(),
         micro_stx(balance.at("ustx"))});
  }
  return Ledger::genesis(rules, state).value();
}

/// Feeds lines as examples/data/README.md says: in nonce order within an account, a line with a gap
/// before it waits for the line that fills it.
class Feeder {
 public:
  explicit Feeder(Ledger ledger) : ledger_(std::move(ledger)) {}

  void feed(std::size_t line, const stacks::Transaction& tx) {
    const Txid id = stacks::txid_of(tx);
    if (!seen_.emplace(id, line).second) return settle(line, "duplicate");
    if (const auto good = stacks::verify_signature(tx); !good) return refuse(line, good.code());
    waiting_[tx.origin()][tx.nonce].emplace_back(line, tx);
    run(tx.origin());
  }

  /// No line can fill the gaps any more.
  void finish() {
    for (const auto& account : waiting_) {
      for (const auto& [nonce, lines] : account.second) {
        for (const auto& [line, tx] : lines) refuse(line, Errc::bad_nonce);
      }
    }
  }

  const Ledger& ledger() const { return ledger_; }
  const std::map<std::size_t, std::string>& outcome() const { return outcome_; }

 private:
  using Lines = std::vector<std::pair<std::size_t, stacks::Transaction>>;

  void run(const stacks::Address& origin) {
    auto& account = waiting_[origin];
    while (!account.empty()) {
      const auto first = account.begin();
      if (first->first > ledger_.account(origin).nonce) return;
      const Lines lines = std::move(first->second);
      account.erase(first);
      for (const auto& [line, tx] : lines) apply(line, tx);
    }
  }

  void apply(std::size_t line, const stacks::Transaction& tx) {
    const auto receipt = ledger_.apply_transfer(tx, BurnHeight{101});
    receipt ? settle(line, "ok") : refuse(line, receipt.code());
  }

  void refuse(std::size_t line, Errc code) { settle(line, std::string{name_of(code)}); }
  void settle(std::size_t line, std::string words) {
    const bool is_first = outcome_.emplace(line, std::move(words)).second;
    REQUIRE(is_first);
  }

  Ledger ledger_;
  std::map<Txid, std::size_t> seen_;
  std::map<stacks::Address, std::map<std::uint64_t, Lines>> waiting_;
  std::map<std::size_t, std::string> outcome_;
};

void check_folder(const std::string& folder, std::size_t line_count) {
  Feeder feeder{genesis_of(folder)};
  const MicroStx supply = feeder.ledger().supply();
  std::vector<std::string> expect;
  std::ifstream in(path_of(folder, "transfers.jsonl"));
  for (std::string text; std::getline(in, text);) {
    const Json json = Json::parse(text);
    const Bytes raw = from_hex(json.at("hex").get<std::string>()).value();
    const auto tx = stacks::decode_transaction(raw);
    REQUIRE(tx.ok());
    // A line whose signature was spoilt names no txid.
    if (!json.at("txid").is_null()) CHECK(to_hex(stacks::txid_of(*tx)) == json.at("txid"));
    CHECK(stacks::encode_transaction(*tx) == raw);
    feeder.feed(expect.size(), *tx);
    expect.push_back(json.at("expect"));
  }
  feeder.finish();
  REQUIRE(expect.size() == line_count);
  for (std::size_t line = 0; line < expect.size(); ++line) {
    INFO("line " << line + 1);
    CHECK(feeder.outcome().at(line) == expect[line]);
  }
  const Json expected = read_json(folder, "expected.json");
  CHECK(feeder.ledger().held_fees() == micro_stx(expected.at("total_fees_ustx")));
  MicroStx total = feeder.ledger().held_fees();
  for (const Json& json : expected.at("accounts")) {
    const auto owner = stacks::parse_principal(json.at("address").get<std::string>()).value();
    const Account account = feeder.ledger().account(owner);
    INFO(stacks::to_text(owner));
    CHECK(account.balance == micro_stx(json.at("ustx")));
    CHECK(account.nonce == json.at("nonce"));
    total += account.balance;
  }
  CHECK(total == supply);
}

}  // namespace

TEST_CASE("ledger: the 5,000 sample transfers give the expected balances, nonces and fees") {
  check_folder("demo", 5'000);
}

TEST_CASE("ledger: the 635 mixed sample lines are taken and refused as their authors expect") {
  check_folder("mixed", 635);
}
