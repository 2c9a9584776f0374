// A real node that hosts one own DB and answers over HTTP, in this process or as a process of its
// own, and whatever a test throws at it.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <thread>

#include <nlohmann/json.hpp>

#include "consensus/own_contract.hpp"
#include "runtime/http/client.hpp"
#include "runtime/live/live_node.hpp"
#include "runtime/network/owned_socket.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"
#include "storage/memory_store.hpp"

namespace quorate::stage {

using Json = nlohmann::json;

inline constexpr std::uint32_t http_network = 7;
inline const std::string notes = "ST000000000000000000002AMW42H.notes";

/// Owner of all slots of the test's DB.
[[nodiscard]] crypto::SecretKey writer_key();
[[nodiscard]] consensus::OwnDb notes_db(std::uint32_t slots = 8,
                                        consensus::ChunkDigest digest = {});
[[nodiscard]] Json write_body(const consensus::OwnDb& db, std::uint32_t slot, std::uint64_t version,
                              const Bytes& content);
/// In the manner of deployed nodes.
[[nodiscard]] Json legacy_body(std::uint32_t slot, std::uint32_t version, const Bytes& content);

class HttpNode {
 public:
  explicit HttpNode(
      http::ServerConfig http = {}, consensus::OwnDb db = notes_db(),
      std::unique_ptr<storage::RecordStore> store = std::make_unique<storage::MemoryStore>(),
      const std::string& name = "host", std::vector<network::PeerAddress> peers = {});
  ~HttpNode();

  [[nodiscard]] std::uint16_t port() const { return node_->http_port(); }
  [[nodiscard]] network::Address address() const { return {"127.0.0.1", port()}; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port()) + path;
  }
  [[nodiscard]] runtime::LiveNode& node() { return *node_; }
  [[nodiscard]] network::PeerAddress as_peer() const {
    return {node_->transport().id(), {"127.0.0.1", node_->transport().port()}};
  }
  /// Refusals counted by the server.
  [[nodiscard]] std::uint64_t refused(Errc reason) const;
  /// Waits, with the node going on, until it holds; false after 20 seconds.
  [[nodiscard]] bool await(const std::function<bool()>& holds) const;

 private:
  runtime::WallClock clock_;
  runtime::RealSystemConfig config_{2};
  caf::actor_system system_{config_};
  std::unique_ptr<runtime::LiveNode> node_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_{};
  std::thread ticker_;
};

/// A socket that says what a test wants said. Everything gives up after 20 seconds.
class RawHttp {
 public:
  explicit RawHttp(std::uint16_t port);
  /// False once the other end is gone.
  bool send(std::string_view text);
  /// Everything until the other end closes.
  [[nodiscard]] std::string rest();
  /// Up to and with the first occurrence of `end`, or everything there was.
  [[nodiscard]] std::string until(std::string_view end);

 private:
  network::OwnedSocket socket_;
};

/// What a program prints; its exit code in `code`.
[[nodiscard]] std::string output_of(const std::string& command, int& code);
[[nodiscard]] bool has_program(const std::string& name);

}  // namespace quorate::stage
