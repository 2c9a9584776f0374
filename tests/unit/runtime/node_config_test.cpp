#include "runtime/config/node_config.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "runtime/config/chunk_key.hpp"
#include "runtime/config/node_keys.hpp"

using namespace quorate;
using namespace quorate::config;

namespace {

struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string& text)
      : path((std::filesystem::temp_directory_path() / "quorate-node-config-test").string()) {
    std::ofstream{path} << text;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
};

constexpr const char* some_id = "92d77a431d8e3c1989cb930dac868f9700eeed068183e863ec0d081e9cc93a96";

}  // namespace

TEST_CASE("a written configuration reads back as it was") {
  NodeFile file;
  file.listen = "127.0.0.1:1234";
  file.peers = {std::string(some_id) + "@10.0.0.1:20444"};
  file.is_stacker = true;
  file.spend_sats = 7'777;
  file.max_connections = 9;
  const TemporaryFile written{node_file_text(file)};
  const auto back = read_node_file(written.path);
  REQUIRE(back.ok());
  CHECK(back->listen == file.listen);
  CHECK(back->peers == file.peers);
  CHECK_FALSE(back->is_producer);
  CHECK(back->is_stacker);
  CHECK(back->spend_sats == 7'777);
  CHECK(back->transport.peers.size() == 1);
  CHECK(back->transport.dialer.max_connections == 9);
  for (const auto& row : back->shown) {
    if (row.key == "threads") CHECK(row.origin.find(written.path + ":") == 0);
    if (row.key == "transfers.share") CHECK(row.origin == "default");
  }
}

TEST_CASE("every error is found at once, unknown keys among them") {
  const TemporaryFile bad{
      "listn = \"x\"\nthreads = 0\nlisten = \"nowhere\"\nroles = [\"boss\"]\n"
      "peers = [\"me\"]\n[limits]\nhalf = 3\n"};
  const auto read = read_node_file(bad.path);
  REQUIRE(!read.ok());
  CHECK(read.code() == Errc::config_malformed);
  for (const char* part :
       {":1: listn", ":2: threads", ":3: listen", ":4: roles", ":5: peers", ":7: limits.half"}) {
    INFO(part);
    CHECK(read.error().detail.find(part) != std::string::npos);
  }
}

TEST_CASE("own DBs and HTTP read back as they were written") {
  NodeFile file;
  file.network.clear();
  file.is_replica = true;
  file.http_listen = "127.0.0.1:20480";
  consensus::OwnDb db;
  db.contract.text = "ST000000000000000000002AMW42H.notes";
  db.generation = 3;
  db.owners = {{crypto::SecretKey::derive("quorate/test-owner", {}).public_key(), 4},
               {crypto::SecretKey::derive("quorate/test-owner", as_bytes("2")).public_key(), 1}};
  db.limits = {1'000, 7};
  db.digest = consensus::ChunkDigest::legacy;
  file.dbs = {db};
  const TemporaryFile written{node_file_text(file)};
  const auto back = read_node_file(written.path);
  REQUIRE_MESSAGE(back.ok(), back.error().message());
  CHECK(back->is_alone());
  CHECK(back->is_replica);
  REQUIRE(back->http.has_value());
  CHECK(back->http->listen == network::Address{"127.0.0.1", 20480});
  REQUIRE(back->dbs.size() == 1);
  CHECK(consensus::own_db_address(7, back->dbs[0]) == consensus::own_db_address(7, db));
}

TEST_CASE("HTTP is off unless it is given an address") {
  const TemporaryFile file{"[http]\nmax_connections = 5\n"};
  const auto read = read_node_file(file.path);
  REQUIRE(read.ok());
  CHECK_FALSE(read->http.has_value());
}

TEST_CASE("what is wrong with own DBs and HTTP is found at once") {
  const std::string key(66, '0');
  const TemporaryFile bad{
      "roles = [\"replica\", \"producer\"]\n[http]\nlisten = \"x\"\ncors = 5\nidle = 1\n"
      "[[db]]\ncontract = \"notes\"\nowners = [\"" + key + ":4\", \"abc\"]\n"
      "[[db]]\ncontract = \"ST000000000000000000002AMW42H.pox-5\"\nchunk_bytes = 3000000\n"
      "digest = \"new\"\nowners = []\nslots = 3\n"};
  const auto read = read_node_file(bad.path);
  REQUIRE(!read.ok());
  for (const char* part : {":1: roles", ":3: http.listen", ":4: http.cors", ":5: http.idle",
                           ":7: contract", ":8: owners", ":10: contract", ":11: chunk_bytes",
                           ":12: digest", ":13: owners", ":14: slots"}) {
    INFO(part, read.error().detail);
    CHECK(read.error().detail.find(part) != std::string::npos);
  }
}

TEST_CASE("only a replica with a DB of its own can be without a network") {
  const TemporaryFile node{"network = \"\"\n"};
  CHECK(read_node_file(node.path).error().detail.find("replica") != std::string::npos);
  const TemporaryFile replica{"network = \"\"\nroles = [\"replica\"]\n"};
  CHECK(read_node_file(replica.path).error().detail.find("[[db]]") != std::string::npos);
}

TEST_CASE("a chunk key opens under its passphrase only, and is never overwritten") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "quorate-chunk-key-test").string();
  std::remove(path.c_str());
  const auto ask = [](std::string_view what) {
    return [what]() -> Result<frost::SecretBytes> { return frost::SecretBytes{as_bytes(what)}; };
  };
  const auto made = create_chunk_key(path, as_bytes("secret"), frost::PassphraseCost::interactive);
  REQUIRE(made.ok());
  CHECK(create_chunk_key(path, as_bytes("secret"), frost::PassphraseCost::interactive).code() ==
        Errc::file_exists);
  CHECK(read_chunk_key(path, ask("secret")).value().public_key() == *made);
  CHECK(read_chunk_key(path, ask("other")).code() == Errc::passphrase_wrong);
  std::remove(path.c_str());
  CHECK(read_chunk_key(path, ask("secret")).code() == Errc::cannot_read_file);
}

TEST_CASE("keys open under their passphrase only, and only beside their own public part") {
  const NodeKeys keys = NodeKeys::generate();
  const std::string text =
      keys_file_text(keys, as_bytes("secret"), frost::PassphraseCost::interactive);
  const auto ask = [](std::string_view what) {
    return [what]() -> Result<frost::SecretBytes> { return frost::SecretBytes{as_bytes(what)}; };
  };
  const TemporaryFile file{text};
  const auto back = read_keys_file(file.path, ask("secret"));
  REQUIRE(back.ok());
  CHECK(back->id() == keys.id());
  CHECK(back->stacker.public_key() == keys.stacker.public_key());
  CHECK(read_keys_file(file.path, ask("other")).code() == Errc::passphrase_wrong);
  std::string moved = text;
  const std::size_t at = moved.find("\"purse\": \"") + 12;
  moved[at] = moved[at] == '0' ? '1' : '0';
  const TemporaryFile changed{moved};
  CHECK(read_keys_file(changed.path, ask("secret")).code() == Errc::passphrase_wrong);
  CHECK(text.find(to_hex(keys.node.reveal())) == std::string::npos);
}
