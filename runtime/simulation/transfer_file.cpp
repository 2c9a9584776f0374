#include "runtime/simulation/transfer_file.hpp"

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace quorate::simulation {

namespace {

using nlohmann::json;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{Errc::cannot_read_file, path + ": is it there, readable and not empty?"};
  }
  return text.str();
}

/// The line in which a byte of the text stands, from 1.
std::size_t line_of(std::string_view text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

Error bad(Errc code, const std::string& path, std::size_t line, const std::string& why) {
  return Error{code, path + ":" + std::to_string(line) + ": " + why};
}

Result<TransferLine> read_line(const std::string& path, std::uint32_t number,
                               std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return bad(Errc::transfers_malformed, path, number, why);
  };
  const json row = json::parse(text, nullptr, false);
  if (row.is_discarded()) return refuse("not a JSON object (cut off?)");
  if (!row.is_object() || !row.contains("hex") || !row["hex"].is_string()) {
    return refuse("expected an object with 'hex', the signed transaction");
  }
  TransferLine out;
  out.line = number;
  auto bytes = from_hex(row["hex"].get_ref<const std::string&>());
  if (!bytes.ok()) return refuse("'hex' is not hexadecimal");
  if (bytes->size() > 65536) return refuse("'hex' is longer than any transaction");
  out.txid = stacks::txid_of(*bytes);
  if (row.contains("txid") && !row["txid"].is_null()) {
    if (!row["txid"].is_string()) return refuse("'txid' must be a text");
    if (row["txid"].get_ref<const std::string&>() != to_hex(out.txid)) {
      return refuse("'txid' does not belong to 'hex'");
    }
  }
  auto tx = stacks::decode_transaction(*bytes);
  if (tx.ok()) {
    out.tx = std::move(tx).value();
  } else {
    out.refusal = tx.code();
  }
  out.bytes = SharedBytes{std::move(bytes).value()};
  return out;
}

/// A JSON document; a syntax error is named with its line.
Result<json> read_document(const std::string& path, Errc code, std::string& text) {
  TRY_ASSIGN(text, read_file(path));
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    return bad(code, path, line_of(text, e.byte), "not valid JSON (cut off?)");
  }
}

struct BalanceRow {
  stacks::Principal owner;
  U128 amount{};
};

/// One {address, ustx} row. Its line is found by the address, or else the row's number is told.
Result<BalanceRow> read_balance(const std::string& path, Errc code, const std::string& text,
                                const json& row, std::size_t index) {
  const std::string where = "entry " + std::to_string(index + 1) + ": ";
  if (!row.is_object() || !row.contains("address") || !row["address"].is_string() ||
      !row.contains("ustx") || !row["ustx"].is_string()) {
    return bad(code, path, 1, where + "expected an object with 'address' and 'ustx' (a text)");
  }
  const auto& address = row["address"].get_ref<const std::string&>();
  const std::size_t line = line_of(text, text.find('"' + address + '"'));
  const auto owner = stacks::parse_principal(address);
  if (!owner.ok()) return bad(code, path, line, where + owner.error().message());
  const auto amount = from_decimal(row["ustx"].get_ref<const std::string&>());
  if (!amount) return bad(code, path, line, where + "'ustx' must be decimal digits");
  return BalanceRow{*owner, *amount};
}

}  // namespace

std::string to_decimal(U128 value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  return out;
}

std::optional<U128> from_decimal(std::string_view text) {
  if (text.empty() || text.size() > 38) return std::nullopt;
  U128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<U128>(c - '0');
  }
  return value;
}

Result<std::vector<TransferLine>> read_transfers(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  std::vector<TransferLine> out;
  std::string_view rest = text;
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && !json::accept(rest)) {
      return bad(Errc::transfers_malformed, path, number, "the file ends inside this line");
    }
    TRY_ASSIGN(TransferLine line, read_line(path, number, rest.substr(0, end)));
    out.push_back(std::move(line));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  if (out.empty()) return bad(Errc::transfers_malformed, path, 1, "the file holds no transfers");
  return out;
}

Result<consensus::Genesis> read_genesis(const std::string& path) {
  constexpr Errc code = Errc::genesis_malformed;
  std::string text;
  TRY_ASSIGN(const json document, read_document(path, code, text));
  if (!document.is_object()) return bad(code, path, 1, "expected an object");
  for (const auto& [key, value] : document.items()) {
    if (key != "network" && key != "chain_id" && key != "balances") {
      return bad(code, path, line_of(text, text.find('"' + key + '"')),
                 "unknown key '" + key + "'");
    }
  }
  consensus::Genesis out;
  const std::string network = document.value("network", "");
  if (network != "testnet" && network != "mainnet") {
    return bad(code, path, line_of(text, text.find("\"network\"")),
               "'network' must be \"testnet\" or \"mainnet\"");
  }
  out.network = network == "testnet" ? stacks::Network::testnet : stacks::Network::mainnet;
  if (!document.contains("chain_id") || !document["chain_id"].is_number_unsigned() ||
      document["chain_id"].get<std::uint64_t>() > UINT32_MAX) {
    return bad(code, path, line_of(text, text.find("\"chain_id\"")),
               "'chain_id' must be a number of 32 bits");
  }
  out.chain_id = document["chain_id"].get<std::uint32_t>();
  if (!document.contains("balances") || !document["balances"].is_array()) {
    return bad(code, path, 1, "expected a list 'balances'");
  }
  for (std::size_t i = 0; i < document["balances"].size(); ++i) {
    TRY_ASSIGN(const BalanceRow row, read_balance(path, code, text, document["balances"][i], i));
    out.balances.push_back({row.owner, MicroStx{row.amount}});
  }
  return out;
}

Result<std::vector<ExpectedAccount>> read_expected(const std::string& path) {
  constexpr Errc code = Errc::expectation_malformed;
  std::string text;
  TRY_ASSIGN(const json document, read_document(path, code, text));
  if (!document.is_object() || !document.contains("accounts") ||
      !document["accounts"].is_array()) {
    return bad(code, path, 1, "expected an object with a list 'accounts'");
  }
  std::vector<ExpectedAccount> out;
  for (std::size_t i = 0; i < document["accounts"].size(); ++i) {
    const json& row = document["accounts"][i];
    TRY_ASSIGN(const BalanceRow balance, read_balance(path, code, text, row, i));
    if (!row.contains("nonce") || !row["nonce"].is_number_unsigned()) {
      return bad(code, path, 1, "entry " + std::to_string(i + 1) + ": 'nonce' must be a number");
    }
    out.push_back({balance.owner, MicroStx{balance.amount}, row["nonce"].get<std::uint64_t>()});
  }
  return out;
}

}  // namespace quorate::simulation
