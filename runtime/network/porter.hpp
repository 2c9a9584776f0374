// The one thread that waits at sockets which are no connections yet: accepts, and connects without
// making anybody wait. CAF's I/O thread gets a socket only when it is connected.
#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/dialer_machine.hpp"
#include "runtime/network/address.hpp"
#include "runtime/network/half_open_gate.hpp"
#include "runtime/network/network_counters.hpp"
#include "runtime/network/owned_socket.hpp"

namespace quorate::network {

class Porter {
 public:
  /// Called on the porter's thread.
  struct Reports {
    std::function<void(OwnedSocket, HalfOpenGate::Place, std::string address)> accepted;
    std::function<void(const actors::dialer::Target&, OwnedSocket)> connected;
    std::function<void(const actors::dialer::Target&, const Error&)> failed;
  };

  /// @param listen where to accept connections; absent: nowhere. @returns cannot_listen.
  static Result<std::unique_ptr<Porter>> start(const std::optional<Address>& listen,
                                               std::shared_ptr<HalfOpenGate> gate,
                                               NetworkCounters& counters, Reports reports);
  /// Stops the thread; dials under way are forgotten.
  ~Porter();
  Porter(const Porter&) = delete;
  Porter& operator=(const Porter&) = delete;

  /// The port that is listened on; 0: none.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Begins a connection; ends with one report. Names are resolved by the operating system, which
  /// may make other dials wait, never a connection.
  void dial(const actors::dialer::Target& target);

 private:
  struct Attempt {
    actors::dialer::Target target;
    OwnedSocket socket;
    std::int64_t deadline_ms{};
  };

  Porter(std::shared_ptr<HalfOpenGate> gate, NetworkCounters& counters, Reports reports);
  void run();
  void wake();
  void accept_all();
  void begin(const actors::dialer::Target& target);
  /// Reports attempts that have ended. @returns those that go on.
  void settle(const std::vector<short>& events);

  static constexpr std::int64_t dial_timeout_ms = 3'000;

  std::shared_ptr<HalfOpenGate> gate_;
  NetworkCounters& counters_;
  Reports reports_;
  OwnedSocket listening_;
  OwnedSocket wake_reader_;
  OwnedSocket wake_writer_;
  std::uint16_t port_{};
  std::vector<Attempt> attempts_;  ///< The thread's own.

  std::mutex mutex_;
  std::vector<actors::dialer::Target> asked_;
  bool is_stopping_{};
  std::thread thread_;  ///< Last: everything is there when it starts.
};

}  // namespace quorate::network
