#include "crypto/sealed_shares.hpp"

#include <sodium.h>

namespace quorate::crypto {
namespace {

constexpr std::size_t tag_size = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> zero_nonce{};

/// Bytes that are wiped when they go out of scope.
struct Wiped {
  Bytes bytes;
  explicit Wiped(std::size_t size) : bytes(size) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { sodium_memzero(bytes.data(), bytes.size()); }
};

Hash256 storage_key(const SecretKey& host, const Hash256& context) {
  Wiped text{64};
  std::copy(host.reveal().begin(), host.reveal().end(), text.bytes.begin());
  std::copy(context.bytes.begin(), context.bytes.end(), text.bytes.begin() + 32);
  return tagged_sha256("quorate/share-store", text.bytes);
}

}  // namespace

Bytes seal_shares(const SecretKey& host, const Hash256& context, const PartyKey& key) {
  Wiped plain{32 * key.shares.size()};
  for (std::size_t i = 0; i < key.shares.size(); ++i) {
    const ByteView share = key.shares[i].value.reveal();
    std::copy(share.begin(), share.end(), plain.bytes.data() + 32 * i);
  }
  Hash256 secret = storage_key(host, context);
  Bytes out(plain.bytes.size() + tag_size);
  crypto_aead_chacha20poly1305_ietf_encrypt(
      out.data(), nullptr, plain.bytes.data(), plain.bytes.size(), context.bytes.data(),
      context.bytes.size(), nullptr, zero_nonce.data(), secret.bytes.data());
  sodium_memzero(secret.bytes.data(), secret.bytes.size());
  return out;
}

Result<PartyKey> open_shares(const SecretKey& host, const Hash256& context, MemberIndex party,
                             std::span<const SlotIndex> ids, ByteView sealed) {
  if (sealed.size() != 32 * ids.size() + tag_size) return Errc::unreadable_box;
  Wiped plain{32 * ids.size()};
  Hash256 secret = storage_key(host, context);
  const int bad = crypto_aead_chacha20poly1305_ietf_decrypt(
      plain.bytes.data(), nullptr, nullptr, sealed.data(), sealed.size(), context.bytes.data(),
      context.bytes.size(), zero_nonce.data(), secret.bytes.data());
  sodium_memzero(secret.bytes.data(), secret.bytes.size());
  if (bad != 0) return Errc::unreadable_box;
  PartyKey key{party, {}};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    TRY_ASSIGN(SecretScalar share, SecretScalar::from(ByteView{plain.bytes}.subspan(32 * i, 32)));
    key.shares.push_back({ids[i], std::move(share)});
  }
  return key;
}

}  // namespace quorate::crypto
