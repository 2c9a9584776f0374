#include "runtime/config/config_reader.hpp"

#include <filesystem>

#include "runtime/toml_file.hpp"

namespace quorate::config {

Result<ConfigReader> ConfigReader::open(const std::string& path) {
  TRY_ASSIGN(toml::table table, runtime::read_toml(path, Errc::config_malformed));
  auto whole = std::make_shared<const toml::table>(std::move(table));
  const toml::table& root = *whole;
  return ConfigReader{path, std::move(whole), root};
}

const toml::node* ConfigReader::find(const std::string& key) {
  asked_.push_back(key);
  return table_->at_path(key).node();
}

void ConfigReader::show(const std::string& key, std::string value, const toml::node* node) {
  const std::string origin =
      node == nullptr ? "default" : path_ + ":" + std::to_string(node->source().begin.line);
  shown_.push_back({key, std::move(value), origin});
}

void ConfigReader::fail(const std::string& key, const std::string& why) {
  const toml::node* node = table_->at_path(key).node();
  const std::size_t line = node == nullptr ? 0 : node->source().begin.line;
  errors_.emplace_back(line, key + ": " + why);
}

void ConfigReader::require(const std::string& key, bool is_given) {
  if (!is_given && table_->at_path(key).node() == nullptr) fail(key, "must be given");
}

void ConfigReader::text(const std::string& key, std::string& out) {
  const toml::node* node = find(key);
  if (node != nullptr) {
    const auto value = node->value_exact<std::string>();
    if (!value) return fail(key, "must be a text in quotes");
    out = *value;
  }
  show(key, "\"" + out + "\"", node);
}

void ConfigReader::whole_number(const std::string& key, std::int64_t& out, std::int64_t low,
                                std::int64_t high) {
  const toml::node* node = find(key);
  if (node != nullptr) {
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
      return fail(key, "must be a whole number from " + std::to_string(low) + " to " +
                           std::to_string(high));
    }
    out = *value;
  }
  show(key, std::to_string(out), node);
}

void ConfigReader::texts(const std::string& key, std::vector<std::string>& out) {
  const toml::node* node = find(key);
  if (node != nullptr) {
    const toml::array* array = node->as_array();
    if (array == nullptr) return fail(key, "must be a list of texts");
    out.clear();
    for (const toml::node& one : *array) {
      const auto value = one.value_exact<std::string>();
      if (!value) return fail(key, "must be a list of texts");
      out.push_back(*value);
    }
  }
  std::string value = "[";
  for (const std::string& one : out) value += (value == "[" ? "\"" : ", \"") + one + "\"";
  show(key, value + "]", node);
}

void ConfigReader::tables(const std::string& key, const std::function<void(ConfigReader&)>& visit) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) return fail(key, "must be written as [[" + key + "]]");
  for (const toml::node& one : *array) {
    const toml::table* table = one.as_table();
    if (table == nullptr) return fail(key, "must be written as [[" + key + "]]");
    ConfigReader inner{path_, whole_, *table};
    visit(inner);
    inner.find_unknown(*table, "");
    errors_.insert(errors_.end(), inner.errors_.begin(), inner.errors_.end());
  }
}

void ConfigReader::find_unknown(const toml::table& table, const std::string& prefix) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    const bool is_prefix = std::any_of(asked_.begin(), asked_.end(), [&](const auto& asked) {
      return asked.compare(0, name.size() + 1, name + ".") == 0;
    });
    if (is_prefix && node.is_table()) {
      find_unknown(*node.as_table(), name + ".");
    } else {
      errors_.emplace_back(node.source().begin.line, name + ": there is no such key");
    }
  }
}

Result<> ConfigReader::finish() {
  find_unknown(*table_, "");
  if (errors_.empty()) return done();
  std::sort(errors_.begin(), errors_.end());
  std::string text;
  for (const auto& [line, error] : errors_) {
    text += "\n  " + path_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " + error;
  }
  return Error{Errc::config_malformed, text};
}

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? path : (folder / path).string();
}

}  // namespace quorate::config
