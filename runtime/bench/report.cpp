#include "runtime/bench/report.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.hpp"

namespace quorate::bench {
namespace {

std::string time_text(double us) {
  if (us < 1e3) return fmt::format("{:.2f} us", us);
  if (us < 1e6) return fmt::format("{:.2f} ms", us / 1e3);
  return fmt::format("{:.2f} s", us / 1e6);
}

std::string bytes_text(std::uint64_t bytes) { return bytes == 0 ? "-" : std::to_string(bytes); }

std::string row_text(const Row& row) {
  return fmt::format("  {:<46}{:>12}{:>12}{:>12}{:>9} MB\n", row.step, time_text(row.times.wall_us),
                     time_text(row.times.cpu_us), bytes_text(row.bytes), row.peak >> 20);
}

std::string bar_text(const Bar& bar) {
  return fmt::format("  {:<76}{:>10.3f}{:>10.3f} {:<4}{}\n", bar.what, bar.measured, bar.limit,
                     bar.unit, bar.holds() ? "held" : "NOT HELD");
}

}  // namespace

void on_fresh_thread(const std::function<void()>& work) { std::jthread{work}.join(); }

const Row& Report::once(const std::string& section, const std::string& step,
                        const std::function<void()>& work) {
  return best_of(1, section, step, work);
}

const Row& Report::keep_best(std::uint64_t count, const std::string& section,
                             const std::string& step, const std::function<Times()>& measure) {
  ASSERT(count > 0);
  Row row{section, step, count, measure(), 0, 0};
  for (std::uint64_t i = 1; i < count; ++i) {
    const Times times = measure();
    row.times.cpu_us = std::min(row.times.cpu_us, times.cpu_us);
    row.times.wall_us = std::min(row.times.wall_us, times.wall_us);
  }
  row.peak = peak_memory();
  rows_.push_back(std::move(row));
  return rows_.back();
}

const Row& Report::best_of(std::uint64_t count, const std::string& section, const std::string& step,
                           const std::function<void()>& work) {
  return keep_best(count, section, step, [&work] {
    const Stopwatch watch;
    work();
    return watch.elapsed();
  });
}

const Row& Report::best_of_fresh(std::uint64_t count, const std::string& section,
                                 const std::string& step, const std::function<void()>& work) {
  return keep_best(count, section, step, [&work] {
    Times times;
    on_fresh_thread([&] {
      const Stopwatch watch;
      work();
      times = watch.elapsed();
    });
    return times;
  });
}

const Row& Report::loop(std::uint64_t count, const std::string& section, const std::string& step,
                        const std::function<void()>& work) {
  constexpr std::uint64_t rounds = 10;
  best_of(rounds, section, step, [&work, count] {
    for (std::uint64_t i = 0; i < count; ++i) work();
  });
  Row& row = rows_.back();
  row.count = rounds * count;
  row.times.wall_us /= static_cast<double>(count);
  row.times.cpu_us /= static_cast<double>(count);
  return row;
}

const Row& Report::row(const std::string& section, const std::string& step) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.section == section && row.step == step;
  });
  ASSERT(found != rows_.end());
  return *found;
}

std::string Report::to_text() const {
  std::string out = title_ + "\n";
  std::string section;
  for (const Row& row : rows_) {
    if (row.section != section) {
      section = row.section;
      out += fmt::format("\n{:<48}{:>12}{:>12}{:>12}{:>12}\n", section, "wall", "cpu", "bytes",
                         "peak");
    }
    out += row_text(row);
  }
  if (bars_.empty()) return out;
  out += fmt::format("\n{:<78}{:>10}{:>10}\n", "Bars", "measured", "limit");
  for (const Bar& bar : bars_) out += bar_text(bar);
  return out;
}

nlohmann::ordered_json Report::to_json() const {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const Row& row : rows_) {
    rows.push_back({{"section", row.section},
                    {"step", row.step},
                    {"executions", row.count},
                    {"wall_us", row.times.wall_us},
                    {"cpu_us", row.times.cpu_us},
                    {"bytes", row.bytes},
                    {"peak_bytes", row.peak}});
  }
  Json bars = Json::array();
  for (const Bar& bar : bars_) {
    bars.push_back({{"what", bar.what},
                    {"unit", bar.unit},
                    {"measured", bar.measured},
                    {"limit", bar.limit},
                    {"holds", bar.holds()}});
  }
  return {{"title", title_}, {"steps", rows}, {"bars", bars}};
}

}  // namespace quorate::bench
