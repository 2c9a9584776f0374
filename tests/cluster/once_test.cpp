// The command of README's cluster section, as typed.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace fs = std::filesystem;

TEST_CASE("four nodes make every transfer final and end with the expected balances") {
  const std::string dir =
      (fs::temp_directory_path() / ("quorate-once-" + std::to_string(::getpid()))).string();
  const std::string command = std::string(QUORATE_BINARY) +
                              " cluster up --nodes 4 --port 22540 --spread-ms 20000 --once --dir " +
                              dir;
  const int how = std::system(command.c_str());
  CHECK(WIFEXITED(how));
  CHECK(WEXITSTATUS(how) == 0);
  fs::remove_all(dir);
}

TEST_CASE("a folder without a cluster is said to have none, a used one is refused") {
  const std::string program = QUORATE_BINARY;
  const auto code = [&](const std::string& arguments) {
    const int how = std::system((program + " " + arguments + " 2>/dev/null >/dev/null").c_str());
    return WEXITSTATUS(how);
  };
  CHECK(code("cluster status --dir /nonexistent") == 1);
  CHECK(code("cluster down --dir /nonexistent") == 1);
  CHECK(code("cluster up --nodes 4 --dir /proc") == 3);
  CHECK(code("cluster up --nodes 3 --dir /tmp/quorate-unused") == 2);
  CHECK(code("node --config /nonexistent.toml") == 3);
  CHECK(code("config show --config /nonexistent.toml") == 3);
}
