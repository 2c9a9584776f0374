// Replicas as processes of their own: the command line, two that replicate, and one that is killed
// under load again and again.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/chacha_rng.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/http/slot_client.hpp"
#include "tests/http/http_stage.hpp"
#include "tests/launch.hpp"

using namespace quorate;
using namespace quorate::stage;
namespace fs = std::filesystem;

namespace {

const std::string program = QUORATE_BINARY;

/// A folder with one writer's key and the nodes that a test makes.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "quorate-replicas-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    dir_ = pattern;
    std::ofstream{dir_ + "/passphrase"} << "correct horse\n";
  }
  ~Folder() {
    for (const auto& [name, pid] : running_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    std::error_code failed;
    fs::remove_all(dir_, failed);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return dir_ + "/" + name; }
  /// Runs the program to its end. @returns what it printed.
  [[nodiscard]] std::string run(const std::string& arguments, int expected = 0) const {
    int code = 0;
    const std::string out = output_of(
        "QUORATE_PASSPHRASE='correct horse' " + program + " " + arguments + " 2>&1", code);
    INFO(arguments, ": ", out);
    CHECK(code == expected);
    return out;
  }
  /// Ports are found out by asking for free ones: the node says which it got.
  void start(const std::string& name) {
    const std::string log = path(name + ".log");
    std::error_code failed;
    fs::remove(path(name + "/data/status.json"), failed);
    const std::string config = path(name + "/node.toml");
    const std::string passphrase = path("passphrase");
    running_[name] = launch(program,
                            {"node", "--config", config, "--role", "replica", "--passphrase-file",
                             passphrase},
                            log);
  }
  void kill(const std::string& name) {
    const pid_t pid = running_.at(name);
    REQUIRE(::kill(pid, SIGKILL) == 0);
    REQUIRE(::waitpid(pid, nullptr, 0) == pid);
    running_.erase(name);
  }
  /// SIGTERM; the process ends by itself with code 0.
  void end(const std::string& name) {
    const pid_t pid = running_.at(name);
    REQUIRE(::kill(pid, SIGTERM) == 0);
    int how = 0;
    REQUIRE(::waitpid(pid, &how, 0) == pid);
    CHECK(WIFEXITED(how));
    CHECK(WEXITSTATUS(how) == 0);
    running_.erase(name);
  }
  /// The HTTP port of a node that has come up.
  [[nodiscard]] std::uint16_t port_of(const std::string& name) const {
    std::uint16_t port = 0;
    const std::int64_t until = runtime::steady_ms() + 30'000;
    while (port == 0) {
      std::ifstream file(path(name + "/data/status.json"));
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      const Json status = Json::parse(text, nullptr, false);
      if (status.is_object()) port = status.value("http_port", std::uint16_t{0});
      if (port == 0) {
        REQUIRE(runtime::steady_ms() < until);
        // The process comes up by itself; its file says when.
        static_cast<void>(::poll(nullptr, 0, 20));
      }
    }
    return port;
  }
  [[nodiscard]] std::string at(const std::string& name) const {
    return "127.0.0.1:" + std::to_string(port_of(name));
  }
  /// A configured replica that has one DB with `slots` slots of one writer.
  void make_node(const std::string& name, const std::string& key, const std::string& more = "") {
    static_cast<void>(run("node init --dir " + path(name) +
                          " --role replica --alone --http "
                          "127.0.0.1:0 --listen 127.0.0.1:0 --db " +
                          notes + "=" + key + ":64 " + more));
  }

 private:
  std::string dir_;
  std::map<std::string, pid_t> running_;
};

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool await(const std::function<bool()>& holds) {
  const std::int64_t until = runtime::steady_ms() + 30'000;
  while (!holds()) {
    if (runtime::steady_ms() > until) return false;
    static_cast<void>(::poll(nullptr, 0, 20));  // Other processes do the work.
  }
  return true;
}

int kills_wanted() { return std::getenv("QUORATE_NIGHTLY") != nullptr ? 200 : 10; }

}  // namespace

TEST_CASE("slot: the command line writes, reads, lists, and says what is wrong") {
  Folder f;
  const std::string key = trimmed(f.run("keygen --out " + f.path("writer.json")));
  CHECK(key.size() == 66);
  CHECK(f.run("keygen --out " + f.path("writer.json"), 3).find("file_exists") != std::string::npos);
  f.make_node("n", key);
  f.start("n");
  const std::string node = " --node " + f.at("n") + " ";
  const std::string put = "slot put " + notes + " 5 --key " + f.path("writer.json") + node;
  CHECK(f.run(put + "--text hello").find("version 1") != std::string::npos);
  CHECK(f.run("slot get " + notes + " 5" + node) == "hello");
  CHECK(Json::parse(f.run(put + "--text again --json"))["version"] == 2);
  // A writer that lost its memory meets the version that stands, and goes above it.
  fs::remove(f.path("writer.json.versions"));
  CHECK(Json::parse(f.run(put + "--text third --json"))["version"] == 3);
  // One that remembers more than the node goes above what it remembers.
  std::string memory = frost::read_file(f.path("writer.json.versions")).value();
  memory.replace(memory.find(": 3"), 3, ": 41");
  std::ofstream{f.path("writer.json.versions")} << memory;
  CHECK(Json::parse(f.run(put + "--text fourth --json"))["version"] == 42);
  CHECK(f.run("slot list" + node).find(notes) != std::string::npos);
  CHECK(f.run("slot list " + notes + node).find("    42") != std::string::npos);
  CHECK(Json::parse(f.run("slot evidence " + notes + " --json" + node))["evidence"].empty());
  CHECK(f.run("slot get " + notes + " 64" + node, 1).find("no_such_slot") != std::string::npos);
  CHECK(f.run("slot get " + notes + "x 0" + node, 1).find("no_such_db") != std::string::npos);
  static_cast<void>(f.run("keygen --out " + f.path("other.json")));
  CHECK(f.run("slot put " + notes + " 5 --text x --key " + f.path("other.json") + node, 1)
            .find("slot_of_another") != std::string::npos);
  CHECK(f.run("slot get " + notes + " 0 --node 127.0.0.1:1", 1).find("http_unreachable") !=
        std::string::npos);
  CHECK(f.run("slot get " + notes + " 0 --node nowhere", 2).find("host:port") != std::string::npos);
  CHECK(f.run("slot put " + notes + " 5 --text x --key " + f.path("nothing.json") + node, 3)
            .find("cannot_read_file") != std::string::npos);
  std::ofstream{f.path("odd.json")} << "{}";
  CHECK(f.run("slot put " + notes + " 5 --text x --key " + f.path("odd.json") + node, 3)
            .find("document_malformed") != std::string::npos);
  CHECK(
      f.run("node --role replica --config " + f.path("n/none.toml"), 3).find("cannot_read_file") !=
      std::string::npos);
  f.end("n");
}

TEST_CASE("slot: of many writers of one slot all get a version of their own") {
  Folder f;
  const std::string key = trimmed(f.run("keygen --out " + f.path("writer.json")));
  f.make_node("n", key);
  f.start("n");
  const network::Address node{"127.0.0.1", f.port_of("n")};
  // Two memories: as two machines that hold the same key; each shared by two writers.
  const auto secret = crypto::SecretKey::derive("quorate/test-race", {});
  f.make_node("raced", to_hex(secret.public_key()));
  f.start("raced");
  const network::Address raced{"127.0.0.1", f.port_of("raced")};
  std::vector<std::thread> writers;
  std::mutex mutex;
  std::map<std::uint64_t, int> versions;
  std::atomic<int> lost{0};
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i, own = secret.clone()] {
      http::SlotClient client{raced};
      http::VersionMemory memory{f.path("memory" + std::to_string(i % 2))};
      for (int n = 0; n < 10; ++n) {
        const auto put = client.put(
            notes, std::nullopt, consensus::ChunkSlot{0},
            Bytes{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(n)}, own, memory);
        if (!put.ok()) {
          lost += put.code() == Errc::version_race_lost || put.code() == Errc::write_too_fast
                      ? 1
                      : 1'000;
          continue;
        }
        const std::lock_guard lock{mutex};
        ++versions[put->value];
      }
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(lost < 40);
  int twice = 0;
  for (const auto& [version, times] : versions) twice += times > 1 ? 1 : 0;
  // Two machines that hold one key can give out one version twice: the node keeps one of them and
  // has the evidence. Within one memory it never happens.
  MESSAGE(versions.size() << " versions, " << twice << " of them written twice, " << lost.load()
                          << " writes gave way");
  http::SlotClient reader{node};
  http::VersionMemory memory{f.path("memory9")};
  CHECK(reader.put(notes, std::nullopt, consensus::ChunkSlot{0}, Bytes{1}, secret, memory).code() ==
        Errc::slot_of_another);
}

TEST_CASE("replicas: what is written to one is on the other; diff says so") {
  Folder f;
  const std::string key = trimmed(f.run("keygen --out " + f.path("writer.json")));
  f.make_node("one", key);
  f.start("one");
  const std::string at_one = f.at("one");
  const Json keys = Json::parse(frost::read_file(f.path("one/keys.json")).value());
  const Json status = Json::parse(frost::read_file(f.path("one/data/status.json")).value());
  const std::string peer =
      keys["node"].get<std::string>() + "@127.0.0.1:" + std::to_string(status["port"].get<int>());
  f.make_node("two", key, "--peer " + peer);
  f.start("two");
  const std::string at_two = f.at("two");
  const std::string diff = "slot diff " + notes + " --node " + at_one + " --with " + at_two;
  static_cast<void>(f.run("slot put " + notes + " 7 --text shared --key " + f.path("writer.json") +
                          " --node " + at_one));
  CHECK(await([&] {
    int code = 0;
    static_cast<void>(output_of(program + " " + diff + " 2>&1", code));
    return code == 0;
  }));
  CHECK(f.run("slot get " + notes + " 7 --node " + at_two) == "shared");
  f.end("two");
  static_cast<void>(f.run("slot put " + notes + " 8 --text alone --key " + f.path("writer.json") +
                          " --node " + at_one));
  f.start("two");
  const std::string again = f.at("two");
  CHECK(await([&] {
    int code = 0;
    return output_of(program + " slot get " + notes + " 8 --node " + again + " 2>&1", code) ==
           "alone";
  }));
  f.end("one");
  f.end("two");
}

TEST_CASE("replicas: killed under load, a replica loses nothing that it acknowledged") {
  Folder f;
  const auto secret = crypto::SecretKey::derive("quorate/test-kill", {});
  f.make_node("n", to_hex(secret.public_key()));
  const std::uint64_t seed = 20'261'126;
  MESSAGE("seed " << seed);
  crypto::ChaChaRng rng{crypto::sha256(as_bytes(std::to_string(seed))),
                        crypto::ChaChaRng::Rounds::twelve};
  std::map<std::uint32_t, std::pair<std::uint64_t, Bytes>> acknowledged;  // By slot.
  std::uint64_t writes = 0;
  for (int round = 0; round < kills_wanted(); ++round) {
    INFO("round ", round);
    f.start("n");
    const network::Address node{"127.0.0.1", f.port_of("n")};
    http::SlotClient reader{node};
    for (const auto& [slot, written] : acknowledged) {
      const auto held = reader.read(notes, std::nullopt, consensus::ChunkSlot{slot});
      REQUIRE_MESSAGE(held.ok(), held.error().message());
      // A later write may have been stored without its answer getting through.
      REQUIRE(held->version.value >= written.first);
      if (held->version.value == written.first) CHECK(held->content == written.second);
    }
    std::atomic<bool> is_killed{false};
    std::atomic<std::uint64_t> done{0};
    std::mutex mutex;
    std::vector<std::thread> writers;
    for (std::uint32_t w = 0; w < 4; ++w) {
      writers.emplace_back([&, w, own = secret.clone()] {
        http::SlotClient client{node};
        http::VersionMemory memory{f.path("versions" + std::to_string(w))};
        for (std::uint32_t i = 0; !is_killed; ++i) {
          const std::uint32_t slot = w * 16 + i % 16;
          Bytes content(64 + i % 4'000, static_cast<std::uint8_t>(i));
          const auto put =
              client.put(notes, std::nullopt, consensus::ChunkSlot{slot}, content, own, memory);
          if (!put.ok()) continue;
          const std::lock_guard lock{mutex};
          acknowledged[slot] = {put->value, std::move(content)};
          ++done;
        }
      });
    }
    const std::uint64_t wanted = 5 + rng.draw(60);
    CHECK(await([&] { return done >= wanted; }));
    f.kill("n");
    is_killed = true;
    for (auto& writer : writers) writer.join();
    writes += done;
  }
  MESSAGE(kills_wanted() << " kills, " << writes << " acknowledged writes, none missing");
}

TEST_CASE("replicas: a damaged store is named; rows are dropped, a broken file is put aside") {
  Folder f;
  const std::string key = trimmed(f.run("keygen --out " + f.path("writer.json")));
  f.make_node("n", key);
  f.start("n");
  static_cast<void>(f.run("slot put " + notes + " 1 --text kept --key " + f.path("writer.json") +
                          " --node " + f.at("n")));
  f.end("n");
  {
    std::fstream file(f.path("n/data/node.sqlite"),
                      std::ios::in | std::ios::out | std::ios::binary);
    const std::string garbage(4'096, '\x5a');
    file.seekp(4'096);
    file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
  f.start("n");
  const std::string node = " --node " + f.at("n");
  CHECK(f.run("slot get " + notes + " 1" + node).empty());  // Alone: nobody has it any more.
  CHECK(fs::exists(f.path("n/data/node.sqlite.damaged")));
  const std::string log = frost::read_file(f.path("n.log")).value();
  CHECK(log.find("store_corrupt") != std::string::npos);
  // The writer's memory keeps it from signing version 1 a second time.
  CHECK(Json::parse(f.run("slot put " + notes + " 1 --text new --json --key " +
                          f.path("writer.json") + node))["version"] == 2);
  f.end("n");
}
