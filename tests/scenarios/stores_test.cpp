// What is left on the disks of a run, and the program that shows it. Source: docs/operating.md
// "Looking into a store".
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "runtime/store_view.hpp"
#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path{"stores_test.tmp"};
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

int run_program(const std::string& arguments) {
  const std::string command = std::string(QUORATE_BINARY) + " " + arguments + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("stores: every record that a run leaves behind is shown, of dead nodes too") {
  Scenario scenario = small_scenario();
  scenario.producing_terms = 1;
  // North never comes back.
  scenario.faults = {{FaultKind::crash, 2, 5, "north", 1'000, 0}};
  const Finished done = run(std::move(scenario));
  std::vector<std::string> names;
  done.world->each_store([&](const std::string& node, const storage::RecordStore& store) {
    names.push_back(node);
    const auto snapshot = storage::take_snapshot(store, node);
    REQUIRE(snapshot.ok());
    CHECK(storage::decode_snapshot(storage::encode_snapshot(*snapshot)).value() == *snapshot);
    const std::string shown = runtime::store_as_json(*snapshot);
    CHECK(shown.find("unreadable") == std::string::npos);
    CHECK(shown.find("\"prepared\"") != std::string::npos);
    CHECK(shown.find("\"sealed_bytes\"") != std::string::npos);
  });
  CHECK(names.size() == 8);
  CHECK(std::count(names.begin(), names.end(), "north") == 1);
}

TEST_CASE("stores: sim saves one snapshot per node, store show reads it and refuses the rest") {
  const Folder folder;
  REQUIRE(run_program("sim --quiet --terms 1 --save-stores " + folder.path.string()) == 0);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder.path)) {
    ++files;
    CHECK(run_program("store show " + entry.path().string()) == 0);
    CHECK(run_program("store show --json " + entry.path().string()) == 0);
  }
  CHECK(files == 8);
  const std::string one = (folder.path / "001-amber.store").string();
  fs::resize_file(one, fs::file_size(one) - 1);
  CHECK(run_program("store show " + one) == 3);
  CHECK(run_program("store show no/such/file") == 3);
  CHECK(run_program("store show") == 2);
  CHECK(run_program("store import " + one) == 2);
  // A file stands where the folder should be.
  CHECK(run_program("sim --quiet --terms 1 --save-stores " + one) == 3);
}
