// One node's configuration file: where it listens, whom it knows, which roles it has. Everything
// that only this node's operator decides.
#pragma once

#include "consensus/own_contract.hpp"
#include "runtime/config/network_file.hpp"
#include "runtime/http/server.hpp"
#include "runtime/network/peer_transport.hpp"

namespace quorate::config {

struct NodeFile {
  std::string path;
  std::string network{"network.toml"};
  std::string keys{"keys.json"};
  std::string data{"data"};
  std::string passphrase_file;
  std::string listen{"127.0.0.1:20444"};
  std::vector<std::string> peers;
  std::string feed;
  bool is_producer{};
  bool is_stacker{};
  std::uint64_t spend_sats{100'000};
  std::uint32_t threads{2};
  std::string log{"info"};
  std::uint32_t max_connections{64};
  std::uint32_t half_open{256};
  std::uint32_t half_open_per_address{32};
  std::uint64_t outbox_bytes{16u << 20};
  std::string transfers;
  std::string expected;
  std::uint32_t share{0};
  std::uint32_t shares{1};
  std::uint64_t spread_ms{60'000};
  /// Serves Stacker DBs and has no other role.
  bool is_replica{};
  /// Of own DBs' signatures where there is no network file.
  std::uint32_t network_id{0x80000000};
  std::string http_listen;
  std::vector<consensus::OwnDb> dbs;

  std::vector<Shown> shown;            ///< Every value with its origin.
  network::TransportConfig transport;  ///< What `listen`, `peers`, `feed` and limits say.
  std::optional<http::ServerConfig> http;

  /// Own DBs alone: no network file, so no chain and no boot contracts.
  [[nodiscard]] bool is_alone() const { return network.empty(); }
};

/// @returns cannot_read_file; config_malformed with every error, one a line.
[[nodiscard]] Result<NodeFile> read_node_file(const std::string& path);

/// One [[db]] as it stands in a file.
[[nodiscard]] std::string own_db_text(const consensus::OwnDb& db);

/// A commented file with these values.
[[nodiscard]] std::string node_file_text(const NodeFile& file);

}  // namespace quorate::config
