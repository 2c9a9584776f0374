#include "crypto/dealing_box.hpp"

#include <sodium.h>

#include "crypto/declassify.hpp"
#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

/// cid ‖ dealer2 ‖ recipient2: the associated data, and the end of the key derivation.
Bytes address_bytes(const BoxAddress& address) {
  Bytes out;
  Writer{out}.put(address.config.id()).put(address.dealer).put(address.recipient);
  return out;
}

/// A key that serves one box, wiped when it goes.
class BoxKey {
 public:
  BoxKey(const BoxAddress& address, ByteView shared_point) {
    Bytes data;
    data.reserve(256);  // no reallocation: the shared point must not be left behind
    append(data, shared_point);
    append(data, address.ephemeral.view());
    append(data, address.config.party(address.recipient).key.view());
    append(data, address_bytes(address));
    key_ = tagged_sha256("quorate/dkg-kem", data);
    sodium_memzero(data.data(), data.size());
  }
  ~BoxKey() { sodium_memzero(key_.bytes.data(), key_.bytes.size()); }
  BoxKey(const BoxKey&) = delete;
  BoxKey& operator=(const BoxKey&) = delete;
  [[nodiscard]] const std::uint8_t* bytes() const { return key_.bytes.data(); }

 private:
  Hash256 key_;
};

/// The key is used once, so a constant nonce is right.
constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> zero_nonce{};

Result<std::vector<SecretScalar>> split_shares(ByteView plain) {
  std::vector<SecretScalar> out;
  out.reserve(plain.size() / 32);
  for (std::size_t i = 0; i < plain.size(); i += 32) {
    Result<SecretScalar> share = SecretScalar::from(plain.subspan(i, 32));
    if (!share.ok()) return Errc::bad_share;
    out.push_back(std::move(share).value());
  }
  return out;
}

}  // namespace

Bytes seal_box(const BoxAddress& address, ByteView shared_point, ByteView shares) {
  const BoxKey key{address, shared_point};
  const Bytes bound = address_bytes(address);
  Bytes out(shares.size() + box_tag_size);
  ASSERT(crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, shares.data(),
                                                   shares.size(), bound.data(), bound.size(),
                                                   nullptr, zero_nonce.data(), key.bytes()) == 0);
  declassify_bytes(out);
  return out;
}

Result<std::vector<SecretScalar>> open_box_with(const BoxAddress& address, ByteView shared_point,
                                                ByteView box) {
  const std::size_t count = address.config.party(address.recipient).ids.size();
  ASSERT(box.size() == 32 * count + box_tag_size);
  const BoxKey key{address, shared_point};
  const Bytes bound = address_bytes(address);
  Bytes plain(32 * count);
  const int refused = crypto_aead_chacha20poly1305_ietf_decrypt(
      plain.data(), nullptr, nullptr, box.data(), box.size(), bound.data(), bound.size(),
      zero_nonce.data(), key.bytes());
  if (declassified(refused) != 0) return Errc::unreadable_box;
  Result<std::vector<SecretScalar>> shares = split_shares(plain);
  sodium_memzero(plain.data(), plain.size());
  return shares;
}

}  // namespace quorate::crypto
