// The first byte says how the rest arrives: whole or in pieces. What is cut from the stream is the
// same either way, costs no more than what arrived, and decodes in one way only.
#include "messages/transport_frames.hpp"

#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;
using namespace quorate::messages;

namespace {

constexpr std::size_t limit = 4'096;

struct Cut {
  std::vector<Bytes> frames;
  std::optional<Errc> refusal;
};
Cut cut(Bytes stream, std::size_t step) {
  Cut out;
  FrameReader reader;
  for (std::size_t at = 0; at < stream.size() && !out.refusal; at += step) {
    std::span<std::uint8_t> piece{stream.data() + at, std::min(step, stream.size() - at)};
    while (!out.refusal) {
      const auto frame = reader.next(piece, limit);
      ASSERT(reader.held() <= std::max<std::size_t>(64, 2 * (at + step)));
      if (!frame.ok()) {
        out.refusal = frame.code();
      } else if (*frame) {
        ASSERT((*frame)->size() <= limit);
        out.frames.push_back(Bytes((*frame)->begin(), (*frame)->end()));
      } else {
        break;
      }
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest{data + 1, size - 1};
  const Cut pieces = cut(to_bytes(rest), std::max<std::size_t>(1, data[0]));
  const Cut whole = cut(to_bytes(rest), std::max<std::size_t>(1, rest.size()));
  ASSERT(pieces.frames == whole.frames);
  ASSERT(pieces.refusal == whole.refusal);
  for (const Bytes& frame : whole.frames) {
    const auto hello = decode_hello(frame);
    if (hello.ok()) ASSERT(encode_hello(*hello) == frame);
    static_cast<void>(fuzz::check_one_encoding<HandshakeAnswer>(frame));
    static_cast<void>(fuzz::check_one_encoding<HandshakeProof>(frame));
    const auto control = decode_control(frame);
    if (control.ok()) ASSERT(encode(*control) == frame);
    crypto::DirectionKey key{Bytes(32, 1)};
    Bytes sealed = frame;
    static_cast<void>(open_sealed(key, sealed));
  }
  return 0;
}
