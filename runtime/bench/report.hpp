// What a measurement found: steps with their costs, and bars that hold or do not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "runtime/bench/stopwatch.hpp"

namespace quorate::bench {

/// One step, per single execution.
struct Row {
  std::string section;
  std::string step;
  std::uint64_t count{
      1};  ///< Executions measured; the fastest, or the mean of a fast loop, counts.
  Times times;
  std::uint64_t bytes{};  ///< What the step writes or reads; 0 where that means nothing.
  std::uint64_t peak{};   ///< Largest resident size of the process up to here.
};

/// A figure that has to stay at or below its limit.
struct Bar {
  std::string what;
  std::string unit;
  double measured{};
  double limit{};
  [[nodiscard]] bool holds() const { return measured <= limit; }
};

/// Runs `work` on a thread of its own, where nothing is remembered yet.
void on_fresh_thread(const std::function<void()>& work);

/// Told about anything that takes longer than a moment.
using Progress = std::function<void(const std::string& what)>;

/// Rows and bars in the order they were measured.
class Report {
 public:
  explicit Report(std::string title) : title_(std::move(title)) {}

  /// Runs `work` once.
  const Row& once(const std::string& section, const std::string& step,
                  const std::function<void()>& work);
  /// Runs `work` `count` times and keeps the fastest execution: the least disturbed one.
  const Row& best_of(std::uint64_t count, const std::string& section, const std::string& step,
                     const std::function<void()>& work);
  /// As best_of, each execution on a thread of its own, where nothing is remembered yet.
  const Row& best_of_fresh(std::uint64_t count, const std::string& section, const std::string& step,
                           const std::function<void()>& work);
  /// Runs `work` in rounds of `count` and keeps the mean of the fastest round, for work of
  /// microseconds.
  const Row& loop(std::uint64_t count, const std::string& section, const std::string& step,
                  const std::function<void()>& work);
  void set_bytes(std::uint64_t bytes) { rows_.back().bytes = bytes; }
  void add(Row row) { rows_.push_back(std::move(row)); }
  void add(Bar bar) { bars_.push_back(std::move(bar)); }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<Bar>& bars() const { return bars_; }
  /// The first row so named; asking for one that was not measured is a bug.
  [[nodiscard]] const Row& row(const std::string& section, const std::string& step) const;
  [[nodiscard]] double cpu_us(const std::string& section, const std::string& step) const {
    return row(section, step).times.cpu_us;
  }

  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;

 private:
  const Row& keep_best(std::uint64_t count, const std::string& section, const std::string& step,
                       const std::function<Times()>& measure);

  std::string title_;
  std::vector<Row> rows_;
  std::vector<Bar> bars_;
};

}  // namespace quorate::bench
