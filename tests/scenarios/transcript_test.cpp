// What happens in a scenario, line by line, against golden files: docs/operating.md says when and
// how they are written anew.
#include "runtime/simulation/transcript.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

using Lines = std::vector<std::string>;

/// One producing term with these faults, against transcripts/<name>.txt.
void check_transcript(const std::string& name, std::vector<Fault> faults) {
  Scenario scenario = small_scenario();
  scenario.producing_terms = 1;
  scenario.faults = std::move(faults);
  const Finished done = run(std::move(scenario));
  CHECK_MESSAGE(done.findings.failures.empty(), joined(done.findings.failures));
  const std::string path = QUORATE_SOURCE_DIR "/tests/scenarios/transcripts/" + name + ".txt";
  if (std::getenv("QUORATE_UPDATE_TRANSCRIPTS") != nullptr) {
    REQUIRE(write_transcript(path, done.world->transcript()).ok());
  }
  const auto golden = read_transcript(path);
  REQUIRE_MESSAGE(golden.ok(), path);
  const auto difference = first_difference(*golden, done.world->transcript().lines());
  CHECK_MESSAGE(!difference, path, ", ", difference.value_or(""));
}

}  // namespace

TEST_CASE("transcript: nothing goes wrong") { check_transcript("no_faults", {}); }
TEST_CASE("transcript: the leader is killed and comes back") {
  check_transcript("kill_leader", {{FaultKind::kill_leader, 2, 3, "", 2, 0}});
}
TEST_CASE("transcript: Bitcoin replaces two blocks") {
  check_transcript("reorganise", {{FaultKind::reorganise, 2, 4, "", 0, 2}});
}
TEST_CASE("transcript: a producer shows two values") {
  check_transcript("equivocate", {{FaultKind::equivocate, 2, 1, "birch", 0, 0}});
}

TEST_CASE("transcript: a difference is named by its line, with what was expected and found") {
  const Lines golden{"a", "b", "c"};
  CHECK_FALSE(first_difference(golden, golden));
  CHECK(first_difference(golden, {"a", "x", "c"}) == "line 2: expected \"b\", found \"x\"");
  CHECK(first_difference(golden, {"x", "b", "c"}) == "line 1: expected \"a\", found \"x\"");
  CHECK(first_difference(golden, {"a", "b"}) == "line 3: expected \"c\", found the end");
  CHECK(first_difference(golden, {"a", "b", "c", "d"}) == "line 4: expected the end, found \"d\"");
  CHECK(first_difference({}, {"a"}) == "line 1: expected the end, found \"a\"");
}

TEST_CASE("transcript: a file is read as it was written; what cannot be opened is named") {
  Transcript transcript;
  transcript.add("one");
  transcript.add("two");
  CHECK(transcript.text() == "one\ntwo\n");
  const std::string path = "transcript_test.tmp";
  REQUIRE(write_transcript(path, transcript).ok());
  CHECK(read_transcript(path).value() == transcript.lines());
  std::remove(path.c_str());
  CHECK(read_transcript(path).code() == Errc::cannot_read_file);
  CHECK(write_transcript("no/such/folder/file", transcript).code() == Errc::cannot_write_file);
}
