#include "runtime/network/porter.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "runtime/wall_clock.hpp"

namespace quorate::network {

namespace {

using actors::dialer::Target;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const Address& address, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &found);
  if (failed != 0 || found == nullptr) {
    return Error{Errc::cannot_connect, address.text() + ": " + ::gai_strerror(failed)};
  }
  return Addresses{found};
}

Error system_error(Errc code, const std::string& where, int number) {
  return {code, where + ": " + std::strerror(number)};
}

/// Small frames leave at once.
void send_at_once(int socket) {
  const int on = 1;
  // Without it everything still works, later.
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

Result<OwnedSocket> listen_on(const Address& address) {
  auto found = resolve(address, AI_PASSIVE);
  if (!found.ok()) return Error{Errc::cannot_listen, found.error().detail};
  const addrinfo& at = **found;
  OwnedSocket out{::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  const bool is_up =
      out.is_open() && ::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(out.get(), at.ai_addr, at.ai_addrlen) == 0 && ::listen(out.get(), 128) == 0;
  if (!is_up) return system_error(Errc::cannot_listen, address.text(), errno);
  return out;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) != 0) return 0;
  if (at.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&at)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&at)->sin_port);
}

std::string host_of(const sockaddr_storage& at, socklen_t size) {
  char host[NI_MAXHOST] = "?";
  static_cast<void>(::getnameinfo(reinterpret_cast<const sockaddr*>(&at), size, host, sizeof host,
                                  nullptr, 0, NI_NUMERICHOST));
  return host;
}

}  // namespace

Porter::Porter(std::shared_ptr<HalfOpenGate> gate, NetworkCounters& counters, Reports reports)
    : gate_(std::move(gate)), counters_(counters), reports_(std::move(reports)) {}

Result<std::unique_ptr<Porter>> Porter::start(const std::optional<Address>& listen,
                                              std::shared_ptr<HalfOpenGate> gate,
                                              NetworkCounters& counters, Reports reports) {
  std::unique_ptr<Porter> out{new Porter{std::move(gate), counters, std::move(reports)}};
  if (listen) {
    TRY_ASSIGN(out->listening_, listen_on(*listen));
    out->port_ = port_of(out->listening_.get());
  }
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
    return system_error(Errc::cannot_listen, "pipe", errno);
  }
  out->wake_reader_ = OwnedSocket{ends[0]};
  out->wake_writer_ = OwnedSocket{ends[1]};
  out->thread_ = std::thread{[porter = out.get()] { porter->run(); }};
  return out;
}

Porter::~Porter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    is_stopping_ = true;
  }
  wake();
  thread_.join();
}

void Porter::wake() {
  const char byte = 0;
  // A full pipe wakes as well.
  static_cast<void>(!::write(wake_writer_.get(), &byte, 1));
}

void Porter::dial(const Target& target) {
  {
    const std::lock_guard lock{mutex_};
    asked_.push_back(target);
  }
  wake();
}

void Porter::run() {
  while (true) {
    std::vector<pollfd> polled{{wake_reader_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    std::int64_t wait = -1;
    for (const Attempt& attempt : attempts_) {
      polled.push_back({attempt.socket.get(), POLLOUT, 0});
      const std::int64_t left =
          std::max<std::int64_t>(attempt.deadline_ms - runtime::steady_ms(), 0);
      wait = wait < 0 ? left : std::min(wait, left);
    }
    static_cast<void>(::poll(polled.data(), polled.size(), static_cast<int>(wait)));
    char drained[64];
    while (::read(wake_reader_.get(), drained, sizeof drained) > 0) {
    }
    std::vector<short> events;
    for (std::size_t i = 2; i < polled.size(); ++i) events.push_back(polled[i].revents);
    settle(events);
    if (polled[1].revents != 0) accept_all();
    std::vector<Target> asked;
    {
      const std::lock_guard lock{mutex_};
      if (is_stopping_) return;
      asked.swap(asked_);
    }
    for (const Target& target : asked) begin(target);
  }
}

void Porter::accept_all() {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    OwnedSocket socket{::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!socket.is_open()) return;
    std::string address = host_of(from, size);
    auto place = gate_->enter(address);
    if (!place.ok()) {
      counters_.count(Occasion::refused, place.error(), address);
      continue;
    }
    send_at_once(socket.get());
    reports_.accepted(std::move(socket), std::move(place).value(), std::move(address));
  }
}

void Porter::begin(const Target& target) {
  const auto address = parse_address(target.address);
  if (!address.ok()) return reports_.failed(target, address.error());
  const auto found = resolve(*address, 0);
  if (!found.ok()) return reports_.failed(target, found.error());
  const addrinfo& at = **found;
  OwnedSocket socket{::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) {
    return reports_.failed(target, system_error(Errc::cannot_connect, target.address, errno));
  }
  if (::connect(socket.get(), at.ai_addr, at.ai_addrlen) != 0 && errno != EINPROGRESS) {
    return reports_.failed(target, system_error(Errc::cannot_connect, target.address, errno));
  }
  attempts_.push_back({target, std::move(socket), runtime::steady_ms() + dial_timeout_ms});
}

void Porter::settle(const std::vector<short>& events) {
  std::vector<Attempt> going;
  const std::int64_t now = runtime::steady_ms();
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    Attempt& attempt = attempts_[i];
    if (events[i] == 0) {
      if (now < attempt.deadline_ms) {
        going.push_back(std::move(attempt));
      } else {
        reports_.failed(attempt.target,
                        Error{Errc::cannot_connect, attempt.target.address + ": no answer"});
      }
      continue;
    }
    int number = 0;
    socklen_t size = sizeof number;
    static_cast<void>(::getsockopt(attempt.socket.get(), SOL_SOCKET, SO_ERROR, &number, &size));
    if (number != 0) {
      reports_.failed(attempt.target,
                      system_error(Errc::cannot_connect, attempt.target.address, number));
      continue;
    }
    send_at_once(attempt.socket.get());
    reports_.connected(attempt.target, std::move(attempt.socket));
  }
  attempts_ = std::move(going);
}

}  // namespace quorate::network
