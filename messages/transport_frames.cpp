#include "messages/transport_frames.hpp"

namespace quorate::messages {
namespace {

/// Buffers above this size are not kept between frames.
constexpr std::size_t kept_capacity = 16 * 1024;

std::size_t length_of(const std::uint8_t* prefix) { return get_be<std::uint32_t>(prefix); }

Result<> check_length(std::size_t length, std::size_t limit) {
  if (length == 0) return Errc::transport_frame_empty;
  if (length > limit) {
    return Error{Errc::transport_frame_too_big,
                 std::to_string(length) + " bytes, at most " + std::to_string(limit)};
  }
  return done();
}

}  // namespace

Bytes encode_hello(const HandshakeHello& hello) {
  Bytes out;
  Writer{out}
      .raw(hello.magic)
      .put(hello.network_id)
      .put(hello.ephemeral)
      .put(hello.dialer)
      .put(hello.listener);
  ASSERT(out.size() == max_handshake_frame);
  return out;
}

Result<HandshakeHello> decode_hello(ByteView content) {
  if (content.size() != max_handshake_frame) return Errc::handshake_malformed;
  Reader reader{content};
  HandshakeHello hello;
  const ByteView magic = reader.raw(transport_magic.size());
  if (!std::equal(magic.begin(), magic.end(), transport_magic.begin())) {
    return Errc::handshake_wrong_version;
  }
  hello.network_id = reader.get<std::uint32_t>();
  hello.ephemeral = reader.get<crypto::ExchangeKey>();
  hello.dialer = reader.get<NodeId>();
  hello.listener = reader.get<NodeId>();
  TRY(reader.finish());
  return hello;
}

Hash256 handshake_digest(const HandshakeHello& hello, const crypto::ExchangeKey& listener_ephemeral,
                         crypto::LinkSide side) {
  Bytes text;
  Writer{text}
      .put(hello.network_id)
      .put(hello.dialer)
      .put(hello.listener)
      .put(hello.ephemeral)
      .put(listener_ephemeral)
      .put(side);
  return crypto::tagged_h("quorate/transport-handshake", text);
}

std::optional<ByteView> carried_message(ByteView opened) {
  if (opened.empty() || opened[0] != message_kind) return std::nullopt;
  return opened.subspan(1);
}

Result<LinkControl> decode_control(ByteView opened) {
  auto control = decode<LinkControl>(opened);
  if (!control.ok()) return Error{Errc::link_frame_malformed, control.error().message()};
  return control;
}

void put_frame(Bytes& out, ByteView content) {
  ASSERT(!content.empty());
  Writer{out}.put(static_cast<std::uint32_t>(content.size())).raw(content);
}

void put_sealed(Bytes& out, crypto::DirectionKey& key, std::uint8_t kind, ByteView content) {
  const std::size_t at = out.size();
  const std::size_t plain = 1 + content.size();
  // Grown by insertion, so that nothing is zeroed first.
  std::array<std::uint8_t, frame_prefix_size + 1> head{};
  put_be(head.data(), static_cast<std::uint32_t>(plain + crypto::seal_tag_size));
  head[frame_prefix_size] = kind;
  const std::size_t needed = at + frame_prefix_size + plain + crypto::seal_tag_size;
  if (needed > out.capacity()) out.reserve(std::max(needed, 2 * out.capacity()));
  append(out, head);
  append(out, content);
  out.resize(out.size() + crypto::seal_tag_size);
  std::uint8_t* const start = out.data() + at + frame_prefix_size;
  key.seal(ByteView{out.data() + at, frame_prefix_size}, {start, plain}, start + plain);
}

void put_sealed(Bytes& out, crypto::DirectionKey& key, const LinkControl& control) {
  const Bytes content = encode(control);
  put_sealed(out, key, content[0], ByteView{content}.subspan(1));
}

Result<ByteView> open_sealed(crypto::DirectionKey& key, std::span<std::uint8_t> content) {
  // A sealed frame holds at least its kind.
  if (content.size() < 1 + crypto::seal_tag_size) return Errc::sealed_frame_invalid;
  std::array<std::uint8_t, frame_prefix_size> prefix{};
  put_be(prefix.data(), static_cast<std::uint32_t>(content.size()));
  const std::size_t plain = content.size() - crypto::seal_tag_size;
  TRY(key.open(prefix, content.first(plain), content.subspan(plain)));
  return ByteView{content.first(plain)};
}

bool FrameReader::fill(std::span<std::uint8_t>& input, std::size_t size) {
  if (partial_.size() >= size) return true;
  const std::size_t taken = std::min(size - partial_.size(), input.size());
  append(partial_, input.first(taken));
  input = input.subspan(taken);
  return partial_.size() == size;
}

Result<std::optional<std::span<std::uint8_t>>> FrameReader::next(std::span<std::uint8_t>& input,
                                                                 std::size_t limit) {
  using Found = std::optional<std::span<std::uint8_t>>;
  if (is_whole_) {
    is_whole_ = false;
    partial_.clear();
    if (partial_.capacity() > kept_capacity) partial_ = Bytes{};
  }
  if (partial_.empty() && input.size() >= frame_prefix_size) {
    const std::size_t length = length_of(input.data());
    TRY(check_length(length, limit));
    if (input.size() >= frame_prefix_size + length) {
      const auto content = input.subspan(frame_prefix_size, length);
      input = input.subspan(frame_prefix_size + length);
      return Found{content};
    }
  }
  if (!fill(input, frame_prefix_size)) return Found{};
  const std::size_t length = length_of(partial_.data());
  TRY(check_length(length, limit));
  if (!fill(input, frame_prefix_size + length)) return Found{};
  is_whole_ = true;
  return Found{std::span{partial_}.subspan(frame_prefix_size)};
}

}  // namespace quorate::messages
