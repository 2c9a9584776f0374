// What two connected nodes encrypt with: an ephemeral key pair each, one key per direction from it,
// and one seal per frame. Who the other end is is decided elsewhere (messages/transport_frames:
// signatures over both ephemeral keys). Source: docs/wire_formats.md "Transport".
#pragma once

#include "base/bytes.hpp"

namespace quorate::crypto {

/// X25519 public key of one handshake.
using ExchangeKey = FixedBytes<struct ExchangeKeyTag, 32>;

/// Which end of a connection a node is.
enum class LinkSide : std::uint8_t { dialer = 0, listener = 1 };
constexpr bool is_valid(LinkSide side) { return static_cast<std::uint8_t>(side) <= 1; }
constexpr LinkSide other_side(LinkSide side) {
  return side == LinkSide::dialer ? LinkSide::listener : LinkSide::dialer;
}

/// Bytes that a seal adds to a frame.
inline constexpr std::size_t seal_tag_size = 16;

/// One direction's key and counter; move-only, wiped. Frames are ChaCha20-Poly1305 (RFC 8439) with
/// the frame's number in this direction as nonce: a frame opens only in its place, so nothing can
/// be left out, repeated, reordered or reflected. After `frames_per_key` frames the key is replaced
/// by a hash of itself, so a key found later opens nothing older.
class DirectionKey {
 public:
  static constexpr std::uint64_t frames_per_key = 65'536;

  explicit DirectionKey(ByteView key);
  DirectionKey(DirectionKey&& other) noexcept;
  DirectionKey& operator=(DirectionKey&& other) noexcept;
  DirectionKey(const DirectionKey&) = delete;
  DirectionKey& operator=(const DirectionKey&) = delete;
  ~DirectionKey();

  /// Encrypts `content` in place; the tag binds `header` too, which stays readable.
  void seal(ByteView header, std::span<std::uint8_t> content, std::uint8_t* tag);
  /// Decrypts `content` in place. @returns sealed_frame_invalid; nothing is to be opened after it.
  [[nodiscard]] Result<> open(ByteView header, std::span<std::uint8_t> content, ByteView tag);

 private:
  void advance();

  std::array<std::uint8_t, 32> key_{};
  std::uint64_t frame_{};
};

/// Both directions as one end sees them.
struct SessionKeys {
  DirectionKey sending;
  DirectionKey receiving;
};

/// A key pair for one handshake; move-only, wiped.
class EphemeralKey {
 public:
  /// Fresh from the operating system.
  static EphemeralKey generate();
  /// The same for the same seed: for tests.
  static EphemeralKey derive(const Hash256& seed);

  EphemeralKey(EphemeralKey&& other) noexcept;
  EphemeralKey& operator=(EphemeralKey&& other) noexcept;
  EphemeralKey(const EphemeralKey&) = delete;
  EphemeralKey& operator=(const EphemeralKey&) = delete;
  ~EphemeralKey();

  [[nodiscard]] const ExchangeKey& public_key() const { return public_; }
  /// The session's keys; used up by it. @returns bad_exchange_key.
  [[nodiscard]] Result<SessionKeys> agree(LinkSide own, const ExchangeKey& theirs) &&;

 private:
  EphemeralKey() = default;
  ExchangeKey public_;
  std::array<std::uint8_t, 32> secret_{};
};

}  // namespace quorate::crypto
