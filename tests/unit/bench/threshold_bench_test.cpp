#include "runtime/bench/threshold_bench.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace quorate;
using namespace quorate::bench;

namespace {

std::vector<std::string> steps_of(const Report& report, const std::string& head) {
  std::vector<std::string> out;
  for (const Row& row : report.rows()) {
    if (row.section.compare(0, head.size(), head) == 0) out.push_back(row.step);
  }
  return out;
}

}  // namespace

TEST_CASE("Report: the fastest execution counts, and every execution happens") {
  Report report{"title"};
  int executions = 0;
  CHECK(report.best_of(3, "s", "best", [&] { ++executions; }).count == 3);
  CHECK(executions == 3);
  CHECK(report.loop(5, "s", "loop", [&] { ++executions; }).count == 50);
  CHECK(executions == 53);
  report.best_of_fresh(2, "s", "fresh", [&] { ++executions; });
  CHECK(executions == 55);
  report.set_bytes(77);
  CHECK(report.row("s", "fresh").bytes == 77);
}

TEST_CASE("Report: a bar holds up to its limit and not beyond, in text and JSON") {
  Report report{"title"};
  report.add(Bar{"at", "ms", 2.0, 2.0});
  report.add(Bar{"beyond", "ms", 2.001, 2.0});
  CHECK(report.bars()[0].holds());
  CHECK_FALSE(report.bars()[1].holds());
  CHECK(report.to_text().find("NOT HELD") != std::string::npos);
  CHECK(report.to_json()["bars"][0]["holds"] == true);
  CHECK(report.to_json()["bars"][1]["holds"] == false);
}

TEST_CASE("measure_threshold: sizes that make no group are refused") {
  const Progress quiet = [](const std::string&) {};
  const auto refused = [&](ThresholdOptions options) {
    const auto report = measure_threshold(options, quiet);
    return !report.ok() && report.code() == Errc::bad_option;
  };
  CHECK(refused({std::uint16_t{0}, 10u, {}}));
  CHECK(refused({std::uint16_t{11}, 10u, {}}));
  CHECK(refused({std::uint16_t{1}, 8001u, {}}));
  CHECK(refused({std::uint16_t{2}, 10u, 11u}));
  CHECK(refused({std::uint16_t{2}, 10u, 0u}));
}

TEST_CASE("measure_threshold: every step of a small group is there, with its bytes") {
  std::vector<std::string> told;
  const auto report = measure_threshold({std::uint16_t{6}, 12u, {}, true},
                                        [&](const std::string& what) { told.push_back(what); });
  REQUIRE(report.ok());
  CHECK_FALSE(told.empty());
  CHECK(steps_of(*report, "libsecp256k1").size() == 4);
  const std::string section = "Key generation 12/9, 6 parties, one member";
  CHECK(steps_of(*report, section).size() == 16);
  CHECK(report->to_text().find("all members in one process, wall") != std::string::npos);
  // 145 + 33T + 32(N − w) + 16(P − 1)
  CHECK(report->row(section, "deal").bytes == 145 + 33 * 9 + 32 * 10 + 16 * 5);
  CHECK(steps_of(*report, "Signing 12/9, 6 parties, 5 asked").size() == 5);
  CHECK(steps_of(*report, "Signing 12/9, 6 parties, 6 asked").size() == 6);
  CHECK(report->row("Signing 12/9, 6 parties, 6 asked", "aggregate and verify").bytes == 64);
}
