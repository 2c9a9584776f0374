// What a run proves against its members, taken out of it and judged by another process with nothing
// else at hand. Source: docs/threshold_signing.md "Complaints".
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

struct Folder {
  fs::path path;
  explicit Folder(fs::path p = "evidence_test.tmp") : path(std::move(p)) { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

int run_program(const std::string& arguments) {
  const std::string command = std::string(QUORATE_BINARY) + " " + arguments + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

/// Exit code of judging the document alone.
int judged(const Json& document) {
  const Folder scratch{"evidence_judged.tmp"};
  fs::create_directories(scratch.path);
  const fs::path file = scratch.path / "fault.json";
  std::ofstream(file) << document.dump();
  return run_program("frost judge " + file.string());
}

/// `text` of hexadecimal digits with one digit changed.
std::string flipped(std::string text, std::size_t at) {
  text[at] = text[at] == '0' ? '1' : '0';
  return text;
}

}  // namespace

TEST_CASE("evidence: sim writes each proof, judge confirms it alone and believes nothing tampered") {
  const Folder folder;
  REQUIRE(run_program("sim --quiet --scenario " QUORATE_SOURCE_DIR "/examples/bad_dealers.toml"
                      " --evidence " + folder.path.string()) == 0);
  std::set<std::string> accused;
  Json some;
  for (const auto& entry : fs::directory_iterator(folder.path)) {
    CAPTURE(entry.path().string());
    CHECK(run_program("frost judge " + entry.path().string()) == 0);
    CHECK(run_program("frost judge --json " + entry.path().string()) == 0);
    CHECK(run_program("frost inspect " + entry.path().string()) == 0);
    some = read_json(entry.path());
    CHECK(some["fault"] == "bad_dealing");
    accused.insert(some["member"].get<std::string>());
  }
  REQUIRE(accused == std::set<std::string>{"amber", "north"});

  // Every part is bound by the accused's signature or by what the proof shows.
  const std::string proof = some["bytes"];
  const std::string set = some["set"];
  for (std::size_t i = 0; i < 40; ++i) {
    Json bad = some;
    bad["bytes"] = flipped(proof, (i * proof.size()) / 40 + i % 2);
    CAPTURE(i);
    CHECK(judged(bad) != 0);
    bad = some;
    bad["set"] = flipped(set, (i * set.size()) / 40 + i % 2);
    CHECK(judged(bad) != 0);
  }
  Json bad = some;
  bad["network"] = 1;
  CHECK(judged(bad) == 1);
  bad = some;
  bad["accused"] = flipped(some["accused"], 5);
  CHECK(judged(bad) == 1);
  bad = some;
  bad["bytes"] = proof.substr(2);
  CHECK(judged(bad) == 3);
  bad["bytes"] = "no hexadecimal";
  CHECK(judged(bad) == 3);
  bad.erase("bytes");
  CHECK(judged(bad) == 3);
  bad = some;
  bad["document"] = "quorate frost dealing";
  CHECK(judged(bad) == 3);
  CHECK(judged("not a document") == 3);
  CHECK(run_program("frost judge no/such/file") == 3);
  // What is for people decides nothing.
  bad = some;
  bad["member"] = "somebody";
  bad.erase("fault");
  CHECK(judged(bad) == 0);
}

TEST_CASE("evidence: nothing is written where nobody is convicted, or into what is no folder") {
  const Folder folder;
  REQUIRE(run_program("sim --quiet --terms 1 --evidence " + folder.path.string()) == 0);
  CHECK(fs::is_empty(folder.path));
  const fs::path file = folder.path / "file";
  std::ofstream(file) << "in the way";
  CHECK(run_program("sim --quiet --terms 1 --evidence " + file.string()) == 3);
  // Half of the other form of the command.
  CHECK(run_program("frost judge --group " + file.string() + " " + file.string()) == 2);
  CHECK(run_program("frost judge") == 2);
}
