#include "runtime/toml_file.hpp"

#include <fstream>
#include <sstream>

namespace quorate::runtime {

Result<toml::table> read_toml(const std::string& path, Errc malformed) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{Errc::cannot_read_file, path + ": is it there, readable and not empty?"};
  }
  try {
    return toml::parse(text.str(), path);
  } catch (const toml::parse_error& e) {
    return Error{malformed, path + ":" + std::to_string(e.source().begin.line) + ": " +
                                std::string(e.description())};
  }
}

}  // namespace quorate::runtime
