// What the network and its commands refuse, by name.
#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <future>

#include "runtime/cluster/cluster_run.hpp"
#include "runtime/config/network_file.hpp"
#include "runtime/network/address.hpp"
#include "runtime/network/porter.hpp"

using namespace quorate;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("quorate-refusals-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

/// A porter and what it reports about dials.
struct Harbour {
  network::NetworkCounters counters;
  std::promise<Error> failed;
  Result<std::unique_ptr<network::Porter>> porter;

  explicit Harbour(const std::optional<network::Address>& listen)
      : porter(network::Porter::start(
            listen, std::make_shared<network::HalfOpenGate>(network::HalfOpenGate::Limits{}),
            counters,
            {[](network::OwnedSocket, network::HalfOpenGate::Place, std::string) {},
             [](const actors::dialer::Target&, network::OwnedSocket) {},
             [this](const actors::dialer::Target&, const Error& why) { failed.set_value(why); }})) {
  }
};

}  // namespace

TEST_CASE("an address is host:port, a peer id@host:port, and nothing else") {
  for (const char* text : {"", "host", "host:", ":1", "host:65536", "host:1x", "::1:5", "[::1:5"}) {
    CAPTURE(text);
    CHECK(network::parse_address(text).code() == Errc::address_malformed);
  }
  CHECK(network::parse_address("127.0.0.1:0").ok());
  CHECK(network::parse_peer("127.0.0.1:1").code() == Errc::address_malformed);
  CHECK(network::parse_peer("00@127.0.0.1:1").code() == Errc::address_malformed);
}

TEST_CASE("a port that is taken is refused, one that nobody listens on cannot be reached") {
  std::uint16_t port = 0;
  {
    Harbour first{network::parse_address("127.0.0.1:0").value()};
    REQUIRE(first.porter.ok());
    port = (*first.porter)->port();
    Harbour second{network::parse_address("127.0.0.1:" + std::to_string(port)).value()};
    CHECK(second.porter.code() == Errc::cannot_listen);
  }
  Harbour dialing{std::nullopt};
  REQUIRE(dialing.porter.ok());
  auto failed = dialing.failed.get_future();
  actors::dialer::Target target;
  target.address = "127.0.0.1:" + std::to_string(port);
  (*dialing.porter)->dial(target);
  REQUIRE(failed.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  CHECK(failed.get().code == Errc::cannot_connect);
}

TEST_CASE("a cluster's folder: nobody there, one there already, a program that cannot be started") {
  const Folder folder;
  const std::string dir = folder.path.string();
  CHECK(cluster::end_cluster(dir).code() == Errc::cluster_not_running);
  cluster::UpOptions up;
  up.plan.dir = dir + "/one";
  up.plan.genesis = QUORATE_SOURCE_DIR "/examples/data/demo/genesis.json";
  up.program = "/nonexistent/quorate";
  up.quiet = true;
  CHECK(cluster::run_cluster(up).code() == Errc::cluster_failed);
  REQUIRE(cluster::write_processes(up.plan.dir, {::getpid(), {}}).ok());
  // The keeper counts as long as a process of this program has its number.
  REQUIRE(::prctl(PR_SET_NAME, "another") == 0);
  CHECK_FALSE(cluster::is_running(::getpid()));
  REQUIRE(::prctl(PR_SET_NAME, "quorate") == 0);
  CHECK(cluster::run_cluster(up).code() == Errc::cluster_running);
}

TEST_CASE("a network file whose balances belong to another chain is refused") {
  const Folder folder;
  std::ifstream from(QUORATE_SOURCE_DIR "/examples/data/demo/genesis.json");
  auto genesis = nlohmann::ordered_json::parse(from);
  const auto key = crypto::SecretKey::derive("quorate/test", {}).public_key();
  const consensus::GenesisSigner signer{{Bytes{0x51}}, key, 40};
  const auto read = [&] {
    std::ofstream(folder.path / "genesis.json") << genesis;
    std::ofstream(folder.path / "network.toml")
        << "preset = \"tiny\"\nbalances = \"genesis.json\"\n\n"
        << config::stacker_text("north", signer);
    return config::read_network_file((folder.path / "network.toml").string());
  };
  CHECK(read().ok());
  genesis["chain_id"] = 1;
  CHECK(read().code() == Errc::config_impossible);
}
