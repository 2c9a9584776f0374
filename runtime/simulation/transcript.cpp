#include "runtime/simulation/transcript.hpp"

#include <algorithm>
#include <fstream>

namespace quorate::simulation {

namespace {

std::string quoted(const std::vector<std::string>& lines, std::size_t at) {
  return at < lines.size() ? "\"" + lines[at] + "\"" : "the end";
}

}  // namespace

std::string Transcript::text() const {
  std::string out;
  for (const std::string& line : lines_) out += line + "\n";
  return out;
}

std::optional<std::string> first_difference(const std::vector<std::string>& expected,
                                            const std::vector<std::string>& found) {
  if (expected == found) return std::nullopt;
  std::size_t at = 0;
  while (at < std::min(expected.size(), found.size()) && expected[at] == found[at]) ++at;
  return "line " + std::to_string(at + 1) + ": expected " + quoted(expected, at) + ", found " +
         quoted(found, at);
}

Result<std::vector<std::string>> read_transcript(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{Errc::cannot_read_file, path};
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) out.push_back(std::move(line));
  return out;
}

Result<> write_transcript(const std::string& path, const Transcript& transcript) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << transcript.text();
  file.flush();
  if (!file) return Error{Errc::cannot_write_file, path};
  return done();
}

}  // namespace quorate::simulation
