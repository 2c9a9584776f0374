// A real node on loopback and, beside it, somebody with a socket and bad manners.
#pragma once

#include <doctest/doctest.h>

#include "runtime/live/live_node.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"

namespace quorate::stage {

inline constexpr std::uint32_t network_id = 0x80000000;

/// A key for one test; the same text gives the same key.
std::shared_ptr<const actors::link::NodeIdentity> identity(const std::string& name);

/// An observer of the tiny network with a store in memory.
class RealNode {
 public:
  explicit RealNode(const actors::link::Config& link, network::HalfOpenGate::Limits half_open = {});
  ~RealNode();

  [[nodiscard]] std::uint16_t port() const { return node_->transport().port(); }
  [[nodiscard]] const messages::NodeId& id() const { return node_->transport().id(); }
  [[nodiscard]] std::uint64_t refused(Errc reason) const;
  [[nodiscard]] std::uint64_t ended(Errc reason) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> reasons() const;
  [[nodiscard]] runtime::LiveNode& node() { return *node_; }

 private:
  runtime::WallClock clock_;
  runtime::RealSystemConfig config_{2};
  caf::actor_system system_{config_};
  std::unique_ptr<runtime::LiveNode> node_;
};

/// A blocking connection to a port of this machine. Everything gives up after 20 seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  /// False once the other end is gone.
  bool send(ByteView bytes);
  bool send_frame(ByteView content);
  /// The next frame's content; nothing once the other end is gone.
  std::optional<Bytes> receive_frame();
  /// Reads whatever comes until the other end closes. False: it did not.
  bool is_closed();

 private:
  bool read(std::uint8_t* out, std::size_t size);
  network::OwnedSocket socket_;
};

/// Ends a handshake honestly; what comes then is up to the test.
class Insider {
 public:
  Insider(const std::string& name, std::uint16_t port, const messages::NodeId& node);

  [[nodiscard]] bool is_in() const { return keys_.has_value(); }
  bool send(std::uint8_t kind, ByteView content);
  bool send(const messages::Frame& message) { return send(messages::message_kind, message.view()); }
  bool send(const messages::LinkControl& control);
  /// The name in the farewell, "" when the connection ended without one.
  std::string farewell();
  /// Sends a ping and waits for its pong.
  bool is_answered();
  [[nodiscard]] RawClient& raw() { return raw_; }

 private:
  RawClient raw_;
  std::optional<crypto::SessionKeys> keys_;
};

/// By how much the resident memory of this process exceeds `before`, in KiB: 0 when it shrank, as
/// the allocator and the kernel may take pages back at any time.
std::uint64_t grown_kib(std::uint64_t before);

}  // namespace quorate::stage
