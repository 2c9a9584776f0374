// The program with input it cannot use: exit code 3, and a message that names file and line.
// Source: docs/simulation.md "Input".
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

const std::string demo = QUORATE_SOURCE_DIR "/examples/data/demo/";

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A file that goes away with the test.
struct Scratch {
  std::string path;
  Scratch(std::string name, const std::string& text) : path(std::move(name)) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~Scratch() { std::remove(path.c_str()); }
};

struct Ended {
  int code{};
  std::string said;
};

Ended quorate(const std::string& arguments) {
  const std::string command = std::string(QUORATE_BINARY) + " sim --quiet " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ended out;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) out.said += buffer;
  const int status = pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

void check_refused(const std::string& arguments, const std::string& what) {
  const Ended ended = quorate(arguments);
  INFO(arguments);
  INFO(ended.said);
  CHECK(ended.code == 3);
  CHECK(ended.said.find(what) != std::string::npos);
}

std::string with(const std::string& transfers, const std::string& genesis) {
  return "--transfers " + transfers + " --genesis " + genesis;
}

}  // namespace

TEST_CASE("a run that does not hold says how to run it again, with every option it was given") {
  const Scratch scenario("again.toml", "preset = \"tiny\"\n");
  const Scratch expected("again.json", content(demo + "expected.json"));
  const std::string options = "--scenario again.toml --terms 1 --expected again.json --loss 1";
  const Ended ended = quorate(options);
  INFO(ended.said);
  CHECK(ended.code == 1);
  CHECK(ended.said.find("Again: quorate sim --quiet " + options + " --seed 1\n") !=
        std::string::npos);
}

TEST_CASE("a transfer file that cannot be read, is cut off or malformed is named with its line") {
  const std::string good = content(demo + "transfers.jsonl");
  const std::string first = good.substr(0, good.find('\n') + 1);
  const std::string genesis = demo + "genesis.json";
  check_refused(with("no/such/file", genesis), "no/such/file");

  const Scratch cut("cut.jsonl", first + first.substr(0, 100));
  check_refused(with(cut.path, genesis), "cut.jsonl:2:");
  const Scratch malformed("malformed.jsonl", first + first + "not json\n");
  check_refused(with(malformed.path, genesis), "malformed.jsonl:3:");
  const Scratch bad_hex("bad_hex.jsonl", "{\"txid\":\"00\",\"hex\":\"zz\"}\n");
  check_refused(with(bad_hex.path, genesis), "bad_hex.jsonl:1:");
}

TEST_CASE("a genesis file that cannot be read, is cut off or malformed is named with its line") {
  const std::string good = content(demo + "genesis.json");
  const std::string transfers = demo + "transfers.jsonl";
  check_refused(with(transfers, "no/such/file"), "no/such/file");

  const Scratch cut("cut.json", good.substr(0, good.size() / 2));
  check_refused(with(transfers, cut.path), "cut.json:");
  const Scratch empty("empty.json", "{}");
  check_refused(with(transfers, empty.path), "empty.json");
  const Scratch no_json("no.json", "{\n \"network\": testnet\n}\n");
  check_refused(with(transfers, no_json.path), "no.json:2:");
}

TEST_CASE("a scenario file that is malformed is named with its line") {
  const Scratch unknown("unknown.toml", "preset = \"tiny\"\nseeds = 7\n");
  check_refused("--scenario " + unknown.path, "unknown.toml:2:");
  const Scratch broken("broken.toml", "preset = \"tiny\nseed = 7\n");
  check_refused("--scenario " + broken.path, "broken.toml:1:");
}

TEST_CASE("an option that does not exist or makes no sense is a usage error") {
  CHECK(quorate("--sed 7").code == 2);
  CHECK(quorate("--producer amber").code == 2);
  CHECK(quorate("--preset small").code == 2);
}

TEST_CASE("a report that cannot be written is refused before the run, not after it") {
  // A demonstration would take a minute first, and say so with its summary.
  for (const std::string option : {"--json", "--transcript", "--trace"}) {
    const Ended ended = quorate("--demo " + option + " no/such/folder/report");
    INFO(option);
    CHECK(ended.code == 3);
    CHECK(ended.said.find("no/such/folder/report") != std::string::npos);
    CHECK(ended.said.find("messages") == std::string::npos);
  }
}
