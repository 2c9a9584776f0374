#include "crypto/session_cipher.hpp"

#include <sodium.h>

namespace quorate::crypto {
namespace {

static_assert(seal_tag_size == crypto_aead_chacha20poly1305_ietf_ABYTES);
static_assert(ExchangeKey::size == crypto_kx_PUBLICKEYBYTES);
static_assert(crypto_kx_SECRETKEYBYTES == 32);
static_assert(crypto_kx_SESSIONKEYBYTES == crypto_aead_chacha20poly1305_ietf_KEYBYTES);

using Key = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

constexpr std::string_view rekey_tag = "quorate/transport-rekey";

void wipe(Key& key) { sodium_memzero(key.data(), key.size()); }

/// Four zero bytes, then the frame's number.
Nonce nonce_of(std::uint64_t frame) {
  Nonce nonce{};
  put_be(nonce.data() + 4, frame);
  return nonce;
}

}  // namespace

DirectionKey::DirectionKey(ByteView key) {
  ASSERT(key.size() == key_.size());
  std::copy(key.begin(), key.end(), key_.begin());
}
DirectionKey::DirectionKey(DirectionKey&& other) noexcept : key_(other.key_), frame_(other.frame_) {
  wipe(other.key_);
}
DirectionKey& DirectionKey::operator=(DirectionKey&& other) noexcept {
  if (this != &other) {
    key_ = other.key_;
    frame_ = other.frame_;
    wipe(other.key_);
  }
  return *this;
}
DirectionKey::~DirectionKey() { wipe(key_); }

void DirectionKey::advance() {
  if (++frame_ % frames_per_key != 0) return;
  Key next;
  ASSERT(crypto_generichash(next.data(), next.size(),
                            reinterpret_cast<const unsigned char*>(rekey_tag.data()),
                            rekey_tag.size(), key_.data(), key_.size()) == 0);
  key_ = next;
  wipe(next);
}

void DirectionKey::seal(ByteView header, std::span<std::uint8_t> content, std::uint8_t* tag) {
  const Nonce nonce = nonce_of(frame_);
  unsigned long long tag_size = 0;
  ASSERT(crypto_aead_chacha20poly1305_ietf_encrypt_detached(
             content.data(), tag, &tag_size, content.data(), content.size(), header.data(),
             header.size(), nullptr, nonce.data(), key_.data()) == 0);
  ASSERT(tag_size == seal_tag_size);
  advance();
}

Result<> DirectionKey::open(ByteView header, std::span<std::uint8_t> content, ByteView tag) {
  ASSERT(tag.size() == seal_tag_size);
  const Nonce nonce = nonce_of(frame_);
  if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(
          content.data(), nullptr, content.data(), content.size(), tag.data(), header.data(),
          header.size(), nonce.data(), key_.data()) != 0) {
    return Errc::sealed_frame_invalid;
  }
  advance();
  return done();
}

EphemeralKey EphemeralKey::generate() {
  ASSERT(sodium_init() >= 0);
  EphemeralKey out;
  ASSERT(crypto_kx_keypair(out.public_.bytes.data(), out.secret_.data()) == 0);
  return out;
}

EphemeralKey EphemeralKey::derive(const Hash256& seed) {
  ASSERT(sodium_init() >= 0);
  EphemeralKey out;
  ASSERT(crypto_kx_seed_keypair(out.public_.bytes.data(), out.secret_.data(), seed.bytes.data()) ==
         0);
  return out;
}

EphemeralKey::EphemeralKey(EphemeralKey&& other) noexcept
    : public_(other.public_), secret_(other.secret_) {
  wipe(other.secret_);
}
EphemeralKey& EphemeralKey::operator=(EphemeralKey&& other) noexcept {
  if (this != &other) {
    public_ = other.public_;
    secret_ = other.secret_;
    wipe(other.secret_);
  }
  return *this;
}
EphemeralKey::~EphemeralKey() { wipe(secret_); }

Result<SessionKeys> EphemeralKey::agree(LinkSide own, const ExchangeKey& theirs) && {
  Key receiving;
  Key sending;
  const auto derive =
      own == LinkSide::dialer ? crypto_kx_client_session_keys : crypto_kx_server_session_keys;
  const int failed = derive(receiving.data(), sending.data(), public_.bytes.data(), secret_.data(),
                            theirs.bytes.data());
  wipe(secret_);
  if (failed != 0) return Errc::bad_exchange_key;
  SessionKeys keys{DirectionKey{sending}, DirectionKey{receiving}};
  wipe(sending);
  wipe(receiving);
  return keys;
}

}  // namespace quorate::crypto
