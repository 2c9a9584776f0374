#include "runtime/simulation/trace.hpp"

#include <charconv>

#include "runtime/simulation/coordinator.hpp"

namespace quorate::simulation {

namespace {

constexpr std::size_t buffer_size = 1 << 16;

/// A fast fingerprint, so that the trace shows contents without printing them. Not cryptographic.
std::uint64_t fingerprint(ByteView bytes) {
  std::uint64_t h = 0x9e3779b97f4a7c15ULL ^ bytes.size();
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    h = (h ^ get_be<std::uint64_t>(&bytes[i])) * 0xff51afd7ed558ccdULL;
    h ^= h >> 32;
  }
  for (; i < bytes.size(); ++i) h = (h ^ bytes[i]) * 0x100000001b3ULL;
  return h ^ (h >> 29);
}

std::string_view text_of(Fate fate) {
  switch (fate) {
    case Fate::delivered: return "";
    case Fate::lost: return ",\"fate\":\"lost\"";
    case Fate::cut: return ",\"fate\":\"cut\"";
    case Fate::no_receiver: return ",\"fate\":\"no receiver\"";
  }
  return "";
}

std::uint64_t since_beginning(Instant at) {
  return static_cast<std::uint64_t>((at - beginning).us);
}

}  // namespace

Result<std::unique_ptr<Trace>> Trace::open(const std::string& path) {
  std::unique_ptr<Trace> trace(new Trace);
  trace->buffer_.reserve(buffer_size + 4096);
  if (path.empty()) return trace;
  trace->path_ = path;
  trace->file_ = std::fopen(path.c_str(), "wb");
  if (trace->file_ == nullptr) return Error{Errc::cannot_write_file, path};
  return trace;
}

Trace::~Trace() {
  flush();
  if (file_ != nullptr) std::fclose(file_);
}

void Trace::number(std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  buffer_.append(digits, end);
}

void Trace::flush() {
  sha_.update(as_bytes(buffer_));
  if (file_ != nullptr && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
    failed_ = true;
  }
  buffer_.clear();
}

std::uint64_t Trace::digest_of(const messages::Frame& frame) {
  if (&last_frame_.get() != &frame.get()) {
    last_digest_ = fingerprint(frame.view());
    last_frame_ = frame;
  }
  return last_digest_;
}

void Trace::message(Instant at, std::uint32_t from, std::uint32_t to, messages::FrameKind kind,
                    const messages::Frame& frame, Fate fate, Instant arrives) {
  const auto& row = messages::row_of(kind);
  if (row.keep_alive) return;
  buffer_ += "{\"t\":";
  number(since_beginning(at));
  buffer_ += ",\"from\":\"";
  buffer_ += names_[from];
  buffer_ += "\",\"to\":\"";
  buffer_ += names_[to];
  buffer_ += "\",\"kind\":\"";
  buffer_ += row.name;
  buffer_ += "\",\"bytes\":";
  number(frame.size());
  buffer_ += ",\"mark\":\"";
  char hex[16];
  const std::uint64_t digest = digest_of(frame);
  for (int i = 0; i < 16; ++i) hex[i] = "0123456789abcdef"[(digest >> (60 - 4 * i)) & 15];
  buffer_.append(hex, 16);
  buffer_ += '"';
  if (fate == Fate::delivered) {
    buffer_ += ",\"arrives\":";
    number(since_beginning(arrives));
  } else {
    buffer_ += text_of(fate);
  }
  buffer_ += "}\n";
  ++lines_;
  if (buffer_.size() >= buffer_size) flush();
}

void Trace::event(Instant at, std::string_view what, std::string_view fields) {
  buffer_ += "{\"t\":";
  number(since_beginning(at));
  buffer_ += ",\"event\":\"";
  buffer_ += what;
  buffer_ += '"';
  if (!fields.empty()) {
    buffer_ += ',';
    buffer_ += fields;
  }
  buffer_ += "}\n";
  ++lines_;
  if (buffer_.size() >= buffer_size) flush();
}

Hash256 Trace::hash() {
  flush();
  return sha_.finish();
}

Result<> Trace::finish() {
  flush();
  if (file_ != nullptr && std::fflush(file_) != 0) failed_ = true;
  if (failed_) return Error{Errc::cannot_write_file, path_};
  return done();
}

}  // namespace quorate::simulation
