// One node's configuration file: where it listens, whom it knows, which roles it has. Everything
// that only this node's operator decides.
#pragma once

#include "runtime/config/network_file.hpp"
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

  std::vector<Shown> shown;            ///< Every value with its origin.
  network::TransportConfig transport;  ///< What `listen`, `peers`, `feed` and limits say.
};

/// @returns cannot_read_file; config_malformed with every error, one a line.
[[nodiscard]] Result<NodeFile> read_node_file(const std::string& path);

/// A commented file with these values.
[[nodiscard]] std::string node_file_text(const NodeFile& file);

}  // namespace quorate::config
