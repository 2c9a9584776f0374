// A blocking HTTP client for the command line and for tests: one connection, one request at a time,
// every wait bounded.
#pragma once

#include <functional>
#include <memory>

#include "base/time.hpp"
#include "runtime/network/address.hpp"

namespace quorate::http {

struct Answer {
  unsigned status{};
  std::string body;
};

class Client {
 public:
  explicit Client(network::Address node, Duration patience = seconds(20));
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// @returns http_unreachable (nobody there, or too slow), http_answer_malformed (no HTTP).
  [[nodiscard]] Result<Answer> get(const std::string& target);
  [[nodiscard]] Result<Answer> post(const std::string& target, const std::string& body);
  /// Reads a stream of events until `visit`, which gets each event's data, returns false.
  /// @returns as get, or http_answer_malformed with the answer's text when it is no stream.
  [[nodiscard]] Result<> watch(const std::string& target,
                               const std::function<bool(std::string_view data)>& visit);

 private:
  struct Connection;
  [[nodiscard]] Result<Answer> exchange(const std::string& target, const std::string* body);
  [[nodiscard]] Result<> connect();

  network::Address node_;
  Duration patience_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace quorate::http
