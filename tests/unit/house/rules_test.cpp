// The house's rules that a compiler does not know (docs/ARCHITECTURE.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = QUORATE_SOURCE_DIR;

/// What each room may include. `actors` splits in two: *_actor.* files may also see CAF and runtime
/// headers of their own layer.
const std::map<std::string, std::set<std::string>> may_include = {
    {"base", {"base"}},
    {"crypto", {"base", "crypto"}},
    {"bitcoin", {"base", "crypto", "bitcoin"}},
    {"stacks", {"base", "crypto", "stacks"}},
    {"consensus", {"base", "crypto", "bitcoin", "stacks", "consensus"}},
    {"storage", {"base", "crypto", "bitcoin", "stacks", "consensus", "storage"}},
    {"messages", {"base", "crypto", "bitcoin", "stacks", "consensus", "storage", "messages"}},
    {"actors",
     {"base", "crypto", "bitcoin", "stacks", "consensus", "storage", "messages", "actors"}},
    {"runtime",
     {"base", "crypto", "bitcoin", "stacks", "consensus", "storage", "messages", "actors",
      "runtime"}},
};

struct SourceLine {
  fs::path file;
  int number{};
  std::string text;
};

std::vector<fs::path> sources(const std::string& room) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
    const auto extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp" || extension == ".def") out.push_back(entry);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<SourceLine> lines(const fs::path& file) {
  std::vector<SourceLine> out;
  std::ifstream in(file);
  std::string text;
  for (int n = 1; std::getline(in, text); ++n) out.push_back({file, n, text});
  return out;
}

std::string where(const SourceLine& line) {
  return fs::relative(line.file, root).string() + ":" + std::to_string(line.number) + ": " +
         line.text;
}

bool starts_with(const std::string& text, const std::string& head) {
  return text.compare(0, head.size(), head) == 0;
}

bool is_caf_file(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::string room = fs::relative(file, root).begin()->string();
  if (room == "runtime") return true;
  if (room == "actors")
    return name.find("_actor.") != std::string::npos || name == "machine_shell.hpp";
  if (room == "messages") {
    return starts_with(name, "caf_") || name == "interfaces.hpp" || name == "type_ids.hpp" ||
           name == "fields.hpp";
  }
  return false;
}

}  // namespace

TEST_CASE("includes go one way only") {
  for (const auto& [room, allowed] : may_include) {
    for (const fs::path& file : sources(room)) {
      for (const SourceLine& line : lines(file)) {
        const std::string head = "#include \"";
        const std::size_t slash = line.text.find('/');
        if (!starts_with(line.text, head) || slash == std::string::npos) continue;
        const std::string included = line.text.substr(head.size(), slash - head.size());
        if (allowed.count(included) == 0) FAIL_CHECK(where(line));
      }
    }
  }
}

TEST_CASE("CAF, libsecp256k1, SQLite and cereal stay in their rooms") {
  for (const auto& entry : may_include) {
    const std::string room = entry.first;
    for (const fs::path& file : sources(room)) {
      for (const SourceLine& line : lines(file)) {
        if (!starts_with(line.text, "#include <")) continue;
        INFO(where(line));
        const bool caf = line.text.find("<caf/") != std::string::npos;
        const bool secp = line.text.find("<secp256k1") != std::string::npos;
        const bool sqlite = line.text.find("<sqlite3") != std::string::npos;
        const bool cereal = line.text.find("<cereal/") != std::string::npos;
        CHECK((!caf || is_caf_file(file)));
        CHECK((!secp || room == "crypto"));
        CHECK((!sqlite || room == "storage"));
        CHECK((!cereal || room == "storage" || room == "messages"));
      }
    }
  }
}

TEST_CASE("rules and machines know no clock, chance, thread or float") {
  const char* const forbidden[] = {"system_clock", "steady_clock", "random_device",
                                   "mt19937",      " rand(",       "std::thread",
                                   "sleep_for",    "double ",      "float "};
  for (const std::string room : {"consensus", "messages", "actors"}) {
    for (const fs::path& file : sources(room)) {
      if (is_caf_file(file)) continue;
      for (const SourceLine& line : lines(file)) {
        const std::string code = line.text.substr(0, line.text.find("//"));
        for (const char* word : forbidden) {
          if (code.find(word) != std::string::npos) FAIL_CHECK(where(line));
        }
      }
    }
  }
}

TEST_CASE("a file opens with what it decides, no line is beyond 100 columns, no tabs") {
  for (const auto& entry : may_include) {
    for (const fs::path& file : sources(entry.first)) {
      const auto all = lines(file);
      if (file.extension() == ".hpp") {
        INFO(file.string());
        REQUIRE(!all.empty());
        CHECK(starts_with(all.front().text, "//"));
      }
      for (const SourceLine& line : all) {
        // Counts code points, not bytes: every byte but UTF-8 continuation bytes.
        const auto columns = std::count_if(line.text.begin(), line.text.end(),
                                           [](char c) { return (c & 0xC0) != 0x80; });
        if ((columns > 100 && file.extension() != ".def") ||
            line.text.find('\t') != std::string::npos) {
          FAIL_CHECK(where(line));
        }
      }
    }
  }
}

TEST_CASE("every named refusal is given by some source and asked for by some test") {
  // Names as code says them, and as transcripts and refusal texts quote them.
  const auto names_in = [](const std::vector<std::string>& rooms,
                           const std::vector<std::string>& heads) {
    std::set<std::string> out;
    for (const std::string& room : rooms) {
      for (const fs::path& file : sources(room)) {
        if (file.extension() == ".def") continue;
        for (const SourceLine& line : lines(file)) {
          const std::string code = line.text.substr(0, line.text.find("//"));
          for (const std::string& head : heads) {
            for (std::size_t at = code.find(head); at != std::string::npos;
                 at = code.find(head, at + 1)) {
              const std::size_t start = at + head.size();
              out.insert(code.substr(start, code.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                                   "0123456789_",
                                                                   start) -
                                                start));
            }
          }
        }
      }
    }
    return out;
  };
  std::vector<std::string> rooms;
  for (const auto& entry : may_include) rooms.push_back(entry.first);
  const auto given = names_in(rooms, {"Errc::"});
  const auto asked = names_in({"tests"}, {"Errc::", "\""});
  // Why a process ended, after one of its actors failed: no test has a process fail on purpose; that
  // shells hand on what failed is asked in tests/roles.
  const std::set<std::string> unasked{"role_ended"};
  std::size_t names = 0;
  for (const fs::path& file : sources("base")) {
    if (file.extension() != ".def") continue;
    for (const SourceLine& line : lines(file)) {
      if (!starts_with(line.text, "Q(")) continue;
      const std::string name = line.text.substr(2, line.text.find(',') - 2);
      ++names;
      if (given.count(name) == 0) FAIL_CHECK(where(line) << " (no source gives it)");
      if (asked.count(name) + unasked.count(name) == 0) FAIL_CHECK(where(line) << " (no test asks for it)");
    }
  }
  CHECK(names > 300);
}
