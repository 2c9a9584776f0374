// Reads one TOML file strictly: every error is found and named with its line, unknown keys are
// errors, and every value remembers where it came from.
#pragma once

#include <functional>
#include <memory>

#include <toml++/toml.h>

#include "base/bytes.hpp"

namespace quorate::config {

/// A value as it is in force, for `quorate config show`.
struct Shown {
  std::string key;
  std::string value;
  std::string origin;  ///< "file:line" or "default".
};

class ConfigReader {
 public:
  /// @returns cannot_read_file; config_malformed when the file is no TOML.
  static Result<ConfigReader> open(const std::string& path);

  /// Keys not asked for by then are errors. @returns config_malformed with every error, one a line.
  [[nodiscard]] Result<> finish();
  [[nodiscard]] const std::vector<Shown>& shown() const { return shown_; }

  // `key` may name a table: "limits.half_open". What is absent leaves `out` as it is.
  void text(const std::string& key, std::string& out);
  template <class Number>
  void number(const std::string& key, Number& out, std::int64_t low, std::int64_t high) {
    std::int64_t value = static_cast<std::int64_t>(out);
    whole_number(key, value, low, high);
    out = static_cast<Number>(value);
  }
  void texts(const std::string& key, std::vector<std::string>& out);
  /// Each table of an array of tables in turn, its keys without prefix.
  void tables(const std::string& key, const std::function<void(ConfigReader&)>& visit);
  /// An error at a key that was read.
  void fail(const std::string& key, const std::string& why);
  void require(const std::string& key, bool is_given);

 private:
  ConfigReader(std::string path, std::shared_ptr<const toml::table> whole,
               const toml::table& table)
      : path_(std::move(path)), whole_(std::move(whole)), table_(&table) {}
  void whole_number(const std::string& key, std::int64_t& out, std::int64_t low, std::int64_t high);
  [[nodiscard]] const toml::node* find(const std::string& key);
  void show(const std::string& key, std::string value, const toml::node* node);
  void find_unknown(const toml::table& table, const std::string& prefix);

  std::string path_;
  /// A copy of a table would not know its lines.
  std::shared_ptr<const toml::table> whole_;
  const toml::table* table_;
  std::vector<std::string> asked_;
  std::vector<std::pair<std::size_t, std::string>> errors_;  ///< By line.
  std::vector<Shown> shown_;
};

/// A path in a file means a place beside that file.
[[nodiscard]] std::string beside(const std::string& file, const std::string& path);

}  // namespace quorate::config
