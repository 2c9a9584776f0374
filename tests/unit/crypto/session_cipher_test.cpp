#include "crypto/session_cipher.hpp"

#include <doctest/doctest.h>

#include "crypto/hash.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

Hash256 seed(std::uint8_t n) { return sha256(Bytes{n}); }

struct Ends {
  SessionKeys dialer;
  SessionKeys listener;
};
Ends connected() {
  EphemeralKey a = EphemeralKey::derive(seed(1));
  EphemeralKey b = EphemeralKey::derive(seed(2));
  const ExchangeKey pa = a.public_key();
  const ExchangeKey pb = b.public_key();
  auto dialer = std::move(a).agree(LinkSide::dialer, pb);
  auto listener = std::move(b).agree(LinkSide::listener, pa);
  REQUIRE(dialer.ok());
  REQUIRE(listener.ok());
  return {std::move(dialer).value(), std::move(listener).value()};
}

struct Sealed {
  Bytes header;
  Bytes content;
  std::array<std::uint8_t, seal_tag_size> tag{};
};
Sealed seal(DirectionKey& key, std::string_view text) {
  Sealed out{Bytes{0, 0, 0, 9}, to_bytes(as_bytes(text)), {}};
  key.seal(out.header, out.content, out.tag.data());
  return out;
}
Result<> open(DirectionKey& key, Sealed& sealed) {
  return key.open(sealed.header, sealed.content, sealed.tag);
}

}  // namespace

TEST_CASE("what one end seals the other opens, in both directions") {
  Ends ends = connected();
  Sealed there = seal(ends.dialer.sending, "to the listener");
  CHECK(there.content != to_bytes(as_bytes("to the listener")));
  REQUIRE(open(ends.listener.receiving, there).ok());
  CHECK(there.content == to_bytes(as_bytes("to the listener")));
  Sealed back = seal(ends.listener.sending, "to the dialer");
  REQUIRE(open(ends.dialer.receiving, back).ok());
  CHECK(back.content == to_bytes(as_bytes("to the dialer")));
}

TEST_CASE("golden: the first sealed frame of fixed keys") {
  Ends ends = connected();
  const Sealed first = seal(ends.dialer.sending, "quorate");
  CHECK(to_hex(first.content) == "26a7fda4d1cd72");
  CHECK(to_hex(ByteView{first.tag}) == "b88ecfa056f7d12c3980b57fc7a577dd");
}

TEST_CASE("a frame opens only once, in its place, in its direction, unchanged") {
  Ends ends = connected();
  const Sealed first = seal(ends.dialer.sending, "first");
  const Sealed second = seal(ends.dialer.sending, "second");
  const auto refused = [](DirectionKey& key, Sealed sealed) {
    const auto opened = open(key, sealed);
    REQUIRE(!opened.ok());
    CHECK(opened.code() == Errc::sealed_frame_invalid);
  };
  SUBCASE("out of order") { refused(ends.listener.receiving, second); }
  SUBCASE("repeated") {
    Sealed once = first;
    REQUIRE(open(ends.listener.receiving, once).ok());
    refused(ends.listener.receiving, first);
  }
  SUBCASE("reflected") { refused(ends.dialer.receiving, first); }
  SUBCASE("content changed") {
    Sealed changed = first;
    changed.content[0] ^= 1;
    refused(ends.listener.receiving, changed);
  }
  SUBCASE("header changed") {
    Sealed changed = first;
    changed.header[3] ^= 1;
    refused(ends.listener.receiving, changed);
  }
  SUBCASE("tag changed") {
    Sealed changed = first;
    changed.tag[15] ^= 1;
    refused(ends.listener.receiving, changed);
  }
}

TEST_CASE("both ends replace the key after the same frame") {
  Ends ends = connected();
  for (std::uint64_t i = 0; i < DirectionKey::frames_per_key + 2; ++i) {
    Sealed one = seal(ends.dialer.sending, "x");
    REQUIRE(open(ends.listener.receiving, one).ok());
  }
}

TEST_CASE("golden: the first frame under a replaced key") {
  // Recomputed with BLAKE2b, X25519 and ChaCha20-Poly1305 outside of this project, as is the other.
  DirectionKey key{Bytes(32, 9)};
  for (std::uint64_t i = 0; i < DirectionKey::frames_per_key; ++i) {
    static_cast<void>(seal(key, "x"));
  }
  const Sealed first = seal(key, "rekeyed");
  CHECK(to_hex(first.content) == "0938369aab2b25");
  CHECK(to_hex(ByteView{first.tag}) == "e51946949c99874b663fa9c4bbba66a7");
}

TEST_CASE("an ephemeral key of low order is refused") {
  EphemeralKey own = EphemeralKey::derive(seed(1));
  const auto agreed = std::move(own).agree(LinkSide::dialer, ExchangeKey{});
  REQUIRE(!agreed.ok());
  CHECK(agreed.code() == Errc::bad_exchange_key);
}

TEST_CASE("generated keys differ") {
  CHECK(EphemeralKey::generate().public_key() != EphemeralKey::generate().public_key());
}
