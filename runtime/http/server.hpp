// The HTTP server of a node: one thread, callbacks, everything bounded. It knows connections and
// HTTP; what a request means and how it is answered is asked of an `Api`.
#pragma once

#include <functional>
#include <memory>

#include "runtime/http/readiness.hpp"
#include "runtime/http/response.hpp"
#include "runtime/network/address.hpp"

namespace quorate::http {

struct ServerConfig {
  network::Address listen{"127.0.0.1", 0};
  std::uint32_t max_connections{1'024};
  std::uint32_t max_watchers{64};
  /// What a stream's reader may leave unread before it is let go.
  std::size_t watcher_bytes{1u << 20};
  Duration header_timeout{seconds(5)};
  Duration body_timeout{seconds(20)};
  Duration write_timeout{seconds(20)};
  /// Between two requests of one connection.
  Duration idle_timeout{seconds(30)};
  /// Between two signs of life on a stream.
  Duration heartbeat{seconds(15)};
  /// Whom browsers may let read: an origin, "*", or empty for nobody.
  std::string cors{"*"};
};

/// Answers calls. Called on the server's thread; must not block.
class Api {
 public:
  virtual ~Api() = default;
  /// @param done is called once, on any thread.
  virtual void answer(Call call, std::function<void(Response)> done) = 0;
};

class Server {
 public:
  /// @param api outlives the server. @returns cannot_listen.
  static Result<std::unique_ptr<Server>> start(const ServerConfig& config, Api& api);
  virtual ~Server() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// To every stream that watches this contract. From any thread.
  virtual void publish(const consensus::Chunk& chunk) = 0;
  [[nodiscard]] virtual ServerFigures figures() const = 0;
  /// Takes no more connections, lets requests under way end (two seconds at most), ends the thread.
  virtual void stop() = 0;
};

}  // namespace quorate::http
