#include "runtime/simulation/transfer_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace quorate;
using namespace quorate::simulation;

namespace {

const std::string data = QUORATE_SOURCE_DIR "/examples/data/";

std::string first_line() {
  std::ifstream file(data + "demo/transfers.jsonl");
  std::string line;
  std::getline(file, line);
  return line;
}

/// A file that goes away with the test.
struct Scratch {
  std::string path;
  explicit Scratch(const std::string& text) : path("transfer_file_test.tmp") {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~Scratch() { std::remove(path.c_str()); }
};

void check_refused(const std::string& text, const std::string& what) {
  const Scratch file(text);
  const auto read = read_transfers(file.path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.code() == Errc::transfers_malformed);
  INFO(read.error().detail);
  CHECK(read.error().detail.find(what) != std::string::npos);
}

void check_genesis_refused(const std::string& text, const std::string& what) {
  const Scratch file(text);
  const auto read = read_genesis(file.path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.code() == Errc::genesis_malformed);
  INFO(read.error().detail);
  CHECK(read.error().detail.find(what) != std::string::npos);
}

void check_expected_refused(const std::string& text, const std::string& what) {
  const Scratch file(text);
  const auto read = read_expected(file.path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.code() == Errc::expectation_malformed);
  INFO(read.error().detail);
  CHECK(read.error().detail.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("the sample files are read whole") {
  const auto lines = read_transfers(data + "demo/transfers.jsonl");
  REQUIRE(lines.ok());
  CHECK(lines->size() == 5000);
  CHECK(lines->back().line == 5000);
  const auto genesis = read_genesis(data + "demo/genesis.json");
  REQUIRE(genesis.ok());
  CHECK(genesis->balances.size() == 64);
  CHECK(genesis->chain_id == 0x80000000);
  const auto expected = read_expected(data + "demo/expected.json");
  REQUIRE(expected.ok());
  CHECK(expected->size() == 64);
}

TEST_CASE("a file that is not there or empty is named") {
  const Scratch empty("");
  CHECK(read_transfers(empty.path).code() == Errc::cannot_read_file);
  CHECK(read_transfers("no/such/file").code() == Errc::cannot_read_file);
  CHECK(read_genesis("no/such/file").code() == Errc::cannot_read_file);
  CHECK(read_expected("no/such/file").code() == Errc::cannot_read_file);
}

TEST_CASE("a bad line is named by its number") {
  const std::string good = first_line() + "\n";
  check_refused(good + "\n" + good, ":2: not a JSON object");
  check_refused(good + good.substr(0, 100), ":2: the file ends inside this line");
  check_refused(good + "[1]\n", ":2: expected an object");
  check_refused("{\"hex\":7}\n", ":1: expected an object");
  check_refused("{\"hex\":\"zz\"}\n", ":1: 'hex' is not hexadecimal");
  check_refused("{\"hex\":\"00\",\"txid\":\"11\"}\n", ":1: 'txid' does not belong");
}

TEST_CASE("a last line without its line end is taken") {
  const Scratch file(first_line());
  const auto read = read_transfers(file.path);
  REQUIRE(read.ok());
  CHECK(read->size() == 1);
}

TEST_CASE("bytes that are no transaction are a refused line, not a bad file") {
  const Scratch file("{\"hex\":\"00\"}\n");
  const auto read = read_transfers(file.path);
  REQUIRE(read.ok());
  CHECK_FALSE(read->front().tx);
  CHECK(read->front().refusal == Errc::truncated);
}

TEST_CASE("a bad genesis file is named with the line of what is wrong") {
  check_genesis_refused("{\n \"network\": \"testnet\",", ":2: not valid JSON");
  check_genesis_refused("{\n \"network\": \"moon\"}", ":2: 'network' must be");
  check_genesis_refused("{\"network\": \"testnet\",\n\"chain_id\": -1}", ":2: 'chain_id' must");
  check_genesis_refused("{\"network\": \"testnet\", \"chain_id\": 1}", "a list 'balances'");
  check_genesis_refused("{\"network\": \"testnet\", \"chain_id\": 1,\n \"extra\": 0}",
                        ":2: unknown key 'extra'");
  const std::string head = "{\"network\": \"testnet\", \"chain_id\": 1, \"balances\": [\n";
  check_genesis_refused(head + "{\"address\": \"STX\", \"ustx\": \"1\"}]}", ":2: entry 1");
  check_genesis_refused(
      head + "{\"address\": \"ST07Z5CJ140EZ2T6982HHRHNS3NJW7JXJ635S4R4\", \"ustx\": \"-1\"}]}",
      ":2: entry 1: 'ustx' must be decimal digits");
}

TEST_CASE("amounts are decimal digits, however large") {
  CHECK(to_decimal(0) == "0");
  CHECK(to_decimal(from_decimal("340282366920938463463374607431768211").value()) ==
        "340282366920938463463374607431768211");
  CHECK_FALSE(from_decimal(""));
  CHECK_FALSE(from_decimal("1e3"));
  CHECK_FALSE(from_decimal("-1"));
}

TEST_CASE("a bad file of expected accounts is named with what is wrong in it") {
  const std::string address = "ST000000000000000000002AMW42H";
  const auto one = [&](const std::string& rest) {
    return "{\"accounts\":[{\"address\":\"" + address + "\",\"ustx\":\"5\"" + rest + "}]}";
  };
  check_expected_refused("{", "not");
  check_expected_refused("[]", "expected an object with a list 'accounts'");
  check_expected_refused("{\"accounts\":{}}", "expected an object with a list 'accounts'");
  check_expected_refused("{\"accounts\":[{}]}", "entry 1");
  check_expected_refused(one(""), "entry 1: 'nonce' must be a number");
  check_expected_refused(one(",\"nonce\":-1"), "entry 1: 'nonce' must be a number");
  check_expected_refused(one(",\"nonce\":\"7\""), "entry 1: 'nonce' must be a number");
  const Scratch file(one(",\"nonce\":7"));
  const auto good = read_expected(file.path);
  REQUIRE(good.ok());
  REQUIRE(good->size() == 1);
  CHECK(good->at(0).balance == MicroStx{5});
  CHECK(good->at(0).nonce == 7);
}
