// Where the published vectors are and how they are read. Every test here works on the directory
// named by the environment variable QUORATE_VECTORS, so that full public files can be run through
// it.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace quorate::vectors {

using Json = nlohmann::ordered_json;
using CsvRow = std::vector<std::string>;

/// The project's own copy unless QUORATE_VECTORS names another directory.
inline std::string directory() {
  const char* chosen = std::getenv("QUORATE_VECTORS");
  return chosen != nullptr && *chosen != '\0' ? chosen
                                              : QUORATE_SOURCE_DIR "/tests/data/vectors";
}

/// The whole file `name` (relative to the directory); a missing file fails the test.
inline std::string read_file(const std::string& name) {
  const std::string path = directory() + "/" + name;
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "cannot read " << path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Json read_json(const std::string& name) { return Json::parse(read_file(name)); }

/// One line in comma-separated fields; a field in double quotes may contain commas.
inline CsvRow split_csv_line(const std::string& line) {
  CsvRow fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back().push_back(c);
    }
  }
  return fields;
}

/// All rows, the header included as row 0.
inline std::vector<CsvRow> read_csv(const std::string& name) {
  std::vector<CsvRow> rows;
  const std::string text = read_file(name);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) rows.push_back(split_csv_line(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return rows;
}

/// Bytes of a hexadecimal text; wrong text fails the test.
inline Bytes hex(const std::string& text) {
  Result<Bytes> bytes = from_hex(text);
  REQUIRE_MESSAGE(bytes.ok(), "not hexadecimal: " << text);
  return std::move(bytes).value();
}

/// A fixed-size value of a hexadecimal text; wrong text or size fails the test.
template <class T>
T fixed(const std::string& text) {
  Result<T> value = fixed_from_hex<T>(text);
  REQUIRE_MESSAGE(value.ok(), "not " << T::size << " bytes: " << text);
  return std::move(value).value();
}

}  // namespace quorate::vectors
