// Members that stop and come back, and members that lie. Source: SIP "Stacker DBs";
// docs/protocol.md "Evidence".
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "scene.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

void check_survives(const Fault& fault) {
  // Among the checks: the member that came back ends with the same blocks, ledger and replicas.
  const Finished done = run_held({fault});
  CHECK(done.world->counters().at("fault." + std::string(name_of(fault.kind))) == 1);
  CHECK(done.world->evidence().empty());
}

}  // namespace

TEST_CASE("a stacker that crashes comes back from its store and nobody blames it") {
  check_survives({FaultKind::crash, 2, 3, "south", 2, 0});
}
TEST_CASE("a stacker that crashes while keys are generated comes back into the group") {
  check_survives({FaultKind::crash, 1, 2, "west", 1, 0});
}
TEST_CASE("a producer that crashes while keys are generated comes back into the group") {
  check_survives({FaultKind::crash, 1, 2, "cedar", 1, 0});
}
TEST_CASE("a term survives its leader") {
  check_survives({FaultKind::kill_leader, 2, 4, "", 2, 0});
}

TEST_CASE("members that deal badly are convicted with proof, and both keys are made without them") {
  const Finished done = run_held({{FaultKind::deal_badly, 0, 1, "amber", 0, 0},
                                  {FaultKind::deal_badly, 0, 1, "north", 0, 0}});
  std::set<std::string> convicted;
  for (const EvidenceRow& row : done.world->evidence()) {
    CHECK(row.kind == "bad_dealing");
    convicted.insert(row.member);
  }
  CHECK(convicted == std::set<std::string>{"amber", "north"});
}

TEST_CASE("a producer that shows two values is named in the evidence, and nobody else") {
  const Finished done = run_held({{FaultKind::equivocate, 2, 1, "birch", 0, 0}});
  const auto evidence = done.world->evidence();
  REQUIRE_FALSE(evidence.empty());
  for (const EvidenceRow& row : evidence) {
    CHECK(row.member == "birch");
    CHECK(row.group == GroupKind::producers);
    CHECK(row.generation == 2);
  }
  CHECK(done.findings.json.find("\"member\": \"birch\"") != std::string::npos);
}
