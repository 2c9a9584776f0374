#include "runtime/frost/secret_files.hpp"

#include <sodium.h>

namespace quorate::frost {
namespace {

constexpr std::size_t salt_size = crypto_pwhash_SALTBYTES;
constexpr std::size_t nonce_size = crypto_secretbox_NONCEBYTES;
constexpr std::size_t tag_size = crypto_secretbox_MACBYTES;
constexpr std::size_t parameters_size = salt_size + 8 + 8;

struct Cost {
  std::uint64_t operations;
  std::uint64_t memory;
};

Cost cost_of(PassphraseCost cost) {
  if (cost == PassphraseCost::interactive) {
    return {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};
  }
  return {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
}

/// A file must not make its reader allocate or compute without limit.
bool is_affordable(const Cost& cost) {
  return cost.operations <= crypto_pwhash_OPSLIMIT_MODERATE &&
         cost.operations >= crypto_pwhash_OPSLIMIT_MIN &&
         cost.memory <= crypto_pwhash_MEMLIMIT_MODERATE &&
         cost.memory >= crypto_pwhash_MEMLIMIT_MIN;
}

SecretBytes stretched(ByteView passphrase, const std::uint8_t* salt, const Cost& cost) {
  SecretBytes key{crypto_secretbox_KEYBYTES};
  // Fails only for want of memory, of which there is no better use.
  ASSERT(crypto_pwhash(key.writable().data(), key.size(),
                       reinterpret_cast<const char*>(passphrase.data()), passphrase.size(), salt,
                       cost.operations, static_cast<std::size_t>(cost.memory),
                       crypto_pwhash_ALG_ARGON2ID13) == 0);
  return key;
}

SecretBytes file_key(const crypto::SecretKey& key, std::string_view purpose) {
  SecretBytes text{32 + purpose.size()};
  std::copy(key.reveal().begin(), key.reveal().end(), text.writable().begin());
  std::copy(purpose.begin(), purpose.end(), text.writable().begin() + 32);
  Hash256 hash = crypto::tagged_sha256("quorate/frost-file", text.view());
  SecretBytes out{hash.view()};
  sodium_memzero(hash.bytes.data(), Hash256::size);
  return out;
}

/// nonce ‖ box, appended to `out`.
void put_box(Bytes& out, const SecretBytes& key, ByteView public_part, ByteView secret) {
  const Hash256 bound = crypto::sha256(public_part);
  SecretBytes plain{Hash256::size + secret.size()};
  std::copy(bound.bytes.begin(), bound.bytes.end(), plain.writable().begin());
  std::copy(secret.begin(), secret.end(), plain.writable().begin() + Hash256::size);
  const std::size_t at = out.size();
  out.resize(at + nonce_size + tag_size + plain.size());
  randombytes_buf(out.data() + at, nonce_size);
  ASSERT(crypto_secretbox_easy(out.data() + at + nonce_size, plain.view().data(), plain.size(),
                               out.data() + at, key.view().data()) == 0);
}

/// `otherwise` is the refusal when the box does not open, or opens for another public part.
Result<SecretBytes> open_box(ByteView sealed, const SecretBytes& key, ByteView public_part,
                             Errc otherwise) {
  if (sealed.size() < nonce_size + tag_size + Hash256::size) return Errc::document_malformed;
  const ByteView box = sealed.subspan(nonce_size);
  SecretBytes plain{box.size() - tag_size};
  if (crypto_secretbox_open_easy(plain.writable().data(), box.data(), box.size(), sealed.data(),
                                 key.view().data()) != 0) {
    return otherwise;
  }
  const Hash256 bound = crypto::sha256(public_part);
  if (!std::equal(bound.bytes.begin(), bound.bytes.end(), plain.view().begin())) return otherwise;
  return SecretBytes{plain.view().subspan(Hash256::size)};
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  ASSERT(sodium_init() >= 0);
  bytes_.reset(static_cast<std::uint8_t*>(sodium_malloc(size == 0 ? 1 : size)));
  ASSERT(bytes_ != nullptr);
}

SecretBytes::SecretBytes(ByteView copy_of) : SecretBytes(copy_of.size()) {
  std::copy(copy_of.begin(), copy_of.end(), bytes_.get());
}

void SecretBytes::Free::operator()(std::uint8_t* bytes) const { sodium_free(bytes); }

Bytes seal_with_passphrase(ByteView passphrase, PassphraseCost cost, ByteView public_part,
                           ByteView secret) {
  ASSERT(sodium_init() >= 0);
  const Cost chosen = cost_of(cost);
  Bytes out(parameters_size);
  randombytes_buf(out.data(), salt_size);
  put_be(out.data() + salt_size, chosen.operations);
  put_be(out.data() + salt_size + 8, chosen.memory);
  put_box(out, stretched(passphrase, out.data(), chosen), public_part, secret);
  return out;
}

Result<SecretBytes> open_with_passphrase(ByteView passphrase, ByteView public_part,
                                         ByteView sealed) {
  if (sealed.size() < parameters_size) return Errc::document_malformed;
  const Cost cost{get_be<std::uint64_t>(sealed.data() + salt_size),
                  get_be<std::uint64_t>(sealed.data() + salt_size + 8)};
  if (!is_affordable(cost)) return Error{Errc::document_malformed, "cost of the passphrase"};
  return open_box(sealed.subspan(parameters_size), stretched(passphrase, sealed.data(), cost),
                  public_part, Errc::passphrase_wrong);
}

Bytes seal_with_key(const crypto::SecretKey& key, std::string_view purpose, ByteView public_part,
                    ByteView secret) {
  Bytes out;
  put_box(out, file_key(key, purpose), public_part, secret);
  return out;
}

Result<SecretBytes> open_with_key(const crypto::SecretKey& key, std::string_view purpose,
                                  ByteView public_part, ByteView sealed) {
  return open_box(sealed, file_key(key, purpose), public_part, Errc::unreadable_box);
}

Hash256 fresh_randomness() {
  ASSERT(sodium_init() >= 0);
  Hash256 out;
  randombytes_buf(out.bytes.data(), Hash256::size);
  return out;
}

}  // namespace quorate::frost
