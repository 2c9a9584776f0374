// Frames over pipes between the test and the signer it kills: length 4 ‖ bytes; an empty frame from
// the signer says that it has done all that a frame asked for. And the group both of them know.
#pragma once

#include <unistd.h>

#include <optional>

#include "tests/simulation/keygen/keygen_network.hpp"

namespace quorate::test {

/// Three members with a slot each; all three sign. Member 0 is the process.
inline KeygenScenario signer_scenario() {
  KeygenScenario scenario;
  scenario.seed = 4'004;
  scenario.members.resize(3);
  for (DrawnMember& member : scenario.members) member.weight = 1;
  return scenario;
}

/// Where the signer's path can be cut.
enum class CutPoint : std::uint8_t {
  step_done,        ///< Nonces are drawn or taken; nothing of it is stored.
  before_log,       ///< About to store a promise.
  after_log,        ///< Stored; nothing has left.
  before_replica,   ///< The chunk is signed, the own replica does not hold it yet.
  before_release,   ///< The own replica holds it, nobody else does.
  half_released,    ///< Half of its bytes have left.
  released,
};
inline constexpr int cut_points = 7;

inline bool read_all(int fd, std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(fd, to, size);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}
inline bool write_all(int fd, const std::uint8_t* from, std::size_t size) {
  while (size > 0) {
    const ssize_t put = ::write(fd, from, size);
    if (put <= 0) return false;
    from += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

/// The next whole frame, or nothing when the other side is gone.
inline std::optional<Bytes> read_frame(int fd) {
  std::uint8_t head[4];
  if (!read_all(fd, head, 4)) return std::nullopt;
  Bytes out(get_be<std::uint32_t>(head));
  if (!read_all(fd, out.data(), out.size())) return std::nullopt;
  return out;
}
inline Bytes framed(ByteView content) {
  Bytes out;
  Writer{out}.put(static_cast<std::uint32_t>(content.size())).raw(content);
  return out;
}
inline bool write_frame(int fd, ByteView content) {
  const Bytes out = framed(content);
  return write_all(fd, out.data(), out.size());
}

}  // namespace quorate::test
