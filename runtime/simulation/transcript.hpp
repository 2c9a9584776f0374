// What happened in a run, for people and for golden files: one line per event that matters, in the
// order of events, without times and hashes. Two runs that tell the same story have the same
// transcript; a trace (trace.hpp) has every frame.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace quorate::simulation {

class Transcript {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  /// Each line with its end.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> lines_;
};

/// Where `found` leaves `expected` for the first time, as "line 7: expected …, found …"; nullopt if
/// nowhere.
[[nodiscard]] std::optional<std::string> first_difference(const std::vector<std::string>& expected,
                                                          const std::vector<std::string>& found);

/// The lines of a transcript's file. @returns cannot_read_file.
[[nodiscard]] Result<std::vector<std::string>> read_transcript(const std::string& path);
/// @returns cannot_write_file.
[[nodiscard]] Result<> write_transcript(const std::string& path, const Transcript& transcript);

}  // namespace quorate::simulation
