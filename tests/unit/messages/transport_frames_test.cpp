#include "messages/transport_frames.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::messages;

namespace {

NodeId node(std::uint8_t n) {
  NodeId out;
  out.bytes.fill(n);
  return out;
}

HandshakeHello some_hello() {
  HandshakeHello hello;
  hello.network_id = 0x80000000;
  hello.ephemeral.bytes.fill(0x11);
  hello.dialer = node(0x22);
  hello.listener = node(0x33);
  return hello;
}

std::string repeated(std::string_view byte, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += byte;
  return out;
}

struct Cut {
  std::vector<Bytes> frames;
  std::optional<Errc> refusal;
  std::size_t most_held{};
};
/// Feeds `stream` in pieces of `step` bytes.
Cut cut(Bytes stream, std::size_t step, std::size_t limit) {
  Cut out;
  FrameReader reader;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    std::span<std::uint8_t> piece{stream.data() + at, std::min(step, stream.size() - at)};
    while (true) {
      const auto frame = reader.next(piece, limit);
      out.most_held = std::max(out.most_held, reader.held());
      if (!frame.ok()) {
        out.refusal = frame.code();
        return out;
      }
      if (!*frame) break;
      out.frames.push_back(Bytes((*frame)->begin(), (*frame)->end()));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("golden: the handshake's frames") {
  const Bytes hello = encode_hello(some_hello());
  CHECK(to_hex(hello) ==
        "71756f7261746501"
        "80000000" +
            repeated("11", 32) + repeated("22", 32) + repeated("33", 32));
  const auto back = decode_hello(hello);
  REQUIRE(back.ok());
  CHECK((*back == some_hello()));
  HandshakeAnswer answer;
  answer.ephemeral.bytes.fill(0x44);
  answer.signature.bytes.fill(0x55);
  CHECK(to_hex(encode(answer)) == repeated("44", 32) + repeated("55", 64));
  HandshakeProof proof;
  proof.signature.bytes.fill(0x66);
  CHECK(to_hex(encode(proof)) == repeated("66", 64));
  Bytes framed;
  put_frame(framed, Bytes{0xaa, 0xbb});
  CHECK(to_hex(framed) == "00000002aabb");
}

TEST_CASE("golden: what the two ends sign differs in the side alone") {
  crypto::ExchangeKey listener;
  listener.bytes.fill(0x44);
  CHECK(to_hex(handshake_digest(some_hello(), listener, crypto::LinkSide::dialer)) ==
        "ca32bb55dd1b058ed60a76adc8cfb2aa04bdc3bdd8f427983534b7a279f32772");
  CHECK(to_hex(handshake_digest(some_hello(), listener, crypto::LinkSide::listener)) ==
        "7797020c3d4b20c7876093ca09de8ca46518269c4b54e9712aaf1165f705efd1");
}

TEST_CASE("golden: the link's own words") {
  CHECK(to_hex(encode(LinkControl{LinkCredit{0x01020304}})) == "0001020304");
  CHECK(to_hex(encode(LinkControl{LinkPing{5}})) == "010000000000000005");
  CHECK(to_hex(encode(LinkControl{LinkPong{6}})) == "020000000000000006");
  CHECK(to_hex(encode(LinkControl{LinkFarewell{{"bye"}}})) == "030003627965");
}

TEST_CASE("a hello of another length or version is refused") {
  Bytes hello = encode_hello(some_hello());
  Bytes shorter(hello.begin(), hello.end() - 1);
  CHECK(decode_hello(shorter).code() == Errc::handshake_malformed);
  Bytes longer = hello;
  longer.push_back(0);
  CHECK(decode_hello(longer).code() == Errc::handshake_malformed);
  hello[7] = 2;
  CHECK(decode_hello(hello).code() == Errc::handshake_wrong_version);
}

TEST_CASE("frames come out whole, however the bytes arrive") {
  Bytes stream;
  const std::vector<Bytes> sent{Bytes{1}, Bytes(300, 2), Bytes{3, 4}, Bytes(5'000, 5)};
  for (const Bytes& frame : sent) put_frame(stream, frame);
  for (const std::size_t step : {1u, 2u, 3u, 4u, 5u, 7u, 64u, 304u, 305u, 100'000u}) {
    INFO(step);
    const Cut got = cut(stream, step, 5'000);
    CHECK_FALSE(got.refusal);
    CHECK(got.frames == sent);
    CHECK(got.most_held <= 2 * 5'004);
  }
}

TEST_CASE("a length beyond the limit or of zero is refused before anything is kept for it") {
  for (const std::size_t step : {1u, 4u, 8u}) {
    const Cut huge = cut({0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, step, 1'000);
    CHECK(huge.refusal == Errc::transport_frame_too_big);
    CHECK(huge.most_held <= 64);
    CHECK(cut({0, 0, 0x03, 0xe9, 1}, step, 1'000).refusal == Errc::transport_frame_too_big);
    CHECK_FALSE(cut({0, 0, 0x03, 0xe8, 1}, step, 1'000).refusal);
    CHECK(cut({0, 0, 0, 0}, step, 1'000).refusal == Errc::transport_frame_empty);
  }
}

TEST_CASE("a frame that is promised but dribbles in costs what arrived of it") {
  Bytes stream{0, 0x40, 0, 0};  // 4 MiB
  stream.resize(1'004, 7);
  const Cut got = cut(stream, 1, 5'000'000);
  CHECK(got.frames.empty());
  CHECK(got.most_held <= 2'100);
}

TEST_CASE("the memory of a large frame is given back") {
  FrameReader reader;
  Bytes stream;
  put_frame(stream, Bytes(1'000'000, 1));
  std::span<std::uint8_t> first{stream.data(), 10};
  REQUIRE(reader.next(first, 2'000'000).ok());
  std::span<std::uint8_t> rest{stream.data() + 10, stream.size() - 10};
  const auto frame = reader.next(rest, 2'000'000);
  REQUIRE(frame.ok());
  REQUIRE(*frame);
  CHECK((*frame)->size() == 1'000'000);
  CHECK(reader.held() >= 1'000'000);
  std::span<std::uint8_t> nothing{};
  REQUIRE(reader.next(nothing, 2'000'000).ok());
  CHECK(reader.held() <= 16 * 1024);
}

TEST_CASE("sealed frames: kind and content return, everything else is refused") {
  crypto::DirectionKey sending{Bytes(32, 9)};
  crypto::DirectionKey receiving{Bytes(32, 9)};
  Bytes wire;
  put_sealed(wire, sending, message_kind, Bytes{1, 2, 3});
  put_sealed(wire, sending, LinkControl{LinkPing{77}});
  CHECK(wire.size() == (4 + 1 + 3 + 16) + (4 + 1 + 8 + 16));
  FrameReader reader;
  std::span<std::uint8_t> left{wire};
  const auto first = reader.next(left, 100);
  REQUIRE((first.ok() && *first));
  const auto opened = open_sealed(receiving, **first);
  REQUIRE(opened.ok());
  REQUIRE(carried_message(*opened));
  CHECK(to_bytes(*carried_message(*opened)) == Bytes{1, 2, 3});
  const auto second = reader.next(left, 100);
  REQUIRE((second.ok() && *second));
  const auto ping = open_sealed(receiving, **second);
  REQUIRE(ping.ok());
  CHECK_FALSE(carried_message(*ping));
  const auto control = decode_control(*ping);
  REQUIRE(control.ok());
  CHECK((*control == LinkControl{LinkPing{77}}));

  Bytes too_short(16, 0);
  CHECK(open_sealed(receiving, too_short).code() == Errc::sealed_frame_invalid);
  CHECK(decode_control(Bytes{5, 0}).code() == Errc::link_frame_malformed);
  CHECK(decode_control(Bytes{0, 0}).code() == Errc::link_frame_malformed);
  CHECK(decode_control(Bytes{0, 0, 0, 0, 1, 9}).code() == Errc::link_frame_malformed);
}
