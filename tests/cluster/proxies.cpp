#include "tests/cluster/proxies.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace quorate::stage {

namespace {

/// Read ahead of a slow reader; beyond it the sender has to wait.
constexpr std::size_t max_waiting = 64 * 1024;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

}  // namespace

Proxies::Proxies() {
  REQUIRE(::pipe2(wakeup_, O_CLOEXEC | O_NONBLOCK) == 0);
  thread_ = std::thread{[this] { run(); }};
}

Proxies::~Proxies() {
  is_over_ = true;
  wake();
  thread_.join();
  for (Link& link : links_) {
    ::close(link.listener);
    for (const Pair& pair : link.pairs) {
      for (const int end : pair.ends) ::close(end);
    }
  }
  for (const int end : wakeup_) ::close(end);
}

std::uint16_t Proxies::open(const std::string& a, const std::string& b, std::uint16_t target) {
  Link link{a, b, target, new_socket(), Cut::none, {}};
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(link.listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(link.listener, 16) == 0);
  REQUIRE(::getsockname(link.listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const std::scoped_lock lock{mutex_};
  links_.push_back(std::move(link));
  wake();
  return ntohs(address.sin_port);
}

void Proxies::cut(const std::set<std::string>& side, Cut how) {
  const std::scoped_lock lock{mutex_};
  for (Link& link : links_) {
    link.cut = side.contains(link.a) != side.contains(link.b) ? how : Cut::none;
    if (link.cut != Cut::closed) continue;
    for (const Pair& pair : link.pairs) {
      for (const int end : pair.ends) ::close(end);
    }
    link.pairs.clear();
  }
  wake();
}

void Proxies::wake() const { static_cast<void>(!::write(wakeup_[1], "", 1)); }

void Proxies::run() {
  while (!is_over_) turn();
}

void Proxies::turn() {
  std::vector<pollfd> fds{{wakeup_[0], POLLIN, 0}};
  const auto each = [&](const auto& visit) {
    for (Link& link : links_) {
      if (link.cut != Cut::silent) visit(link);
    }
  };
  {
    const std::scoped_lock lock{mutex_};
    each([&](Link& link) {
      fds.push_back({link.listener, POLLIN, 0});
      for (const Pair& pair : link.pairs) {
        for (int end = 0; end < 2; ++end) {
          const bool may_read = pair.waiting[end].size() < max_waiting;
          const bool may_write = !pair.waiting[1 - end].empty();
          fds.push_back({pair.ends[end],
                         static_cast<short>((may_read ? POLLIN : 0) | (may_write ? POLLOUT : 0)),
                         0});
        }
      }
    });
  }
  if (::poll(fds.data(), fds.size(), -1) < 0) return;
  if (fds[0].revents != 0) {
    // Something was cut, healed or opened: what was polled may be no more.
    char bytes[64];
    while (::read(wakeup_[0], bytes, sizeof bytes) > 0) continue;
    return;
  }
  const std::scoped_lock lock{mutex_};
  if (::poll(fds.data(), 1, 0) > 0) return;
  auto next = fds.begin() + 1;
  each([&](Link& link) {
    const bool is_called = (next++)->revents != 0;
    for (auto pair = link.pairs.begin(); pair != link.pairs.end();) {
      const short ready[2] = {(next++)->revents, (next++)->revents};
      pair = move(*pair, ready) ? std::next(pair) : link.pairs.erase(pair);
    }
    if (is_called) accept(link);
  });
}

void Proxies::accept(Link& link) {
  const int caller = ::accept4(link.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (caller < 0) return;
  if (link.cut == Cut::closed) {
    ::close(caller);
    return;
  }
  const int called = new_socket();
  const sockaddr_in address = loopback(link.target);
  // Loopback connects at once or is still connecting; a refusal shows with the first byte.
  static_cast<void>(
      ::connect(called, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  link.pairs.push_back({{caller, called}, {}});
}

bool Proxies::move(Pair& pair, const short (&ready)[2]) {
  bool is_whole = true;
  for (int end = 0; end < 2; ++end) {
    std::string& out = pair.waiting[1 - end];
    if ((ready[end] & POLLOUT) != 0 && !out.empty()) {
      const ssize_t sent = ::send(pair.ends[end], out.data(), out.size(), MSG_NOSIGNAL);
      if (sent > 0) out.erase(0, static_cast<std::size_t>(sent));
      is_whole = is_whole && (sent > 0 || errno == EAGAIN);
    }
    if ((ready[end] & (POLLIN | POLLHUP | POLLERR)) != 0) {
      char bytes[16 * 1024];
      const ssize_t got = ::recv(pair.ends[end], bytes, sizeof bytes, 0);
      if (got > 0) pair.waiting[end].append(bytes, static_cast<std::size_t>(got));
      is_whole = is_whole && (got > 0 || (got < 0 && errno == EAGAIN));
    }
  }
  if (is_whole) return true;
  for (const int end : pair.ends) ::close(end);
  return false;
}

}  // namespace quorate::stage
