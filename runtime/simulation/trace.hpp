// The record of a simulation, one JSON line per message or event, and its SHA-256: two runs with
// the same seed must give the same bytes. Keep-alives are left out (messages/peer_message.hpp).
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "crypto/hash.hpp"
#include "messages/peer_message.hpp"

namespace quorate::simulation {

/// What the network did with a message.
enum class Fate : std::uint8_t { delivered, lost, cut, no_receiver };

class Trace {
 public:
  /// @param path file for the lines; empty: only the hash is computed.
  /// @returns cannot_write_file.
  static Result<std::unique_ptr<Trace>> open(const std::string& path);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Names by node number.
  void set_names(std::vector<std::string> names) { names_ = std::move(names); }
  [[nodiscard]] const std::string& name(std::uint32_t node) const { return names_[node]; }

  void message(Instant at, std::uint32_t from, std::uint32_t to, messages::FrameKind kind,
               const messages::Frame& frame, Fate fate, Instant arrives);
  /// `fields` is the inside of a JSON object: `"height":101`.
  void event(Instant at, std::string_view what, std::string_view fields);

  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Hash of all lines so far.
  [[nodiscard]] Hash256 hash();
  /// Writes what is buffered. @returns cannot_write_file when any write failed.
  [[nodiscard]] Result<> finish();

 private:
  Trace() = default;
  void number(std::uint64_t value);
  void flush();
  [[nodiscard]] std::uint64_t digest_of(const messages::Frame& frame);

  std::FILE* file_{};
  bool failed_{};
  std::string path_;
  std::string buffer_;
  crypto::Sha256 sha_;
  std::uint64_t lines_{};
  std::vector<std::string> names_;
  /// A broadcast's digest is computed once. Holding the frame keeps its address its own.
  messages::Frame last_frame_;
  std::uint64_t last_digest_{};
};

}  // namespace quorate::simulation
