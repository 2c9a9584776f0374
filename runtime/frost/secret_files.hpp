// Secrets at rest. A member's key is encrypted under its passphrase (argon2id, then libsodium's
// secretbox); everything else a member keeps is encrypted under that key.
//
//   sealed text: salt 16 ‖ operations u64 ‖ memory u64 ‖ nonce 24 ‖ secretbox     (passphrase)
//                nonce 24 ‖ secretbox                                             (member key)
//   plaintext:   SHA-256 of the document's public part ‖ secret, so that neither is moved elsewhere
#pragma once

#include <functional>
#include <memory>

#include "crypto/keys.hpp"

namespace quorate::frost {

/// Bytes in libsodium's guarded memory, wiped when they go.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size);
  explicit SecretBytes(ByteView copy_of);
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&&) noexcept = default;

  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> writable() { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const;
  };
  std::unique_ptr<std::uint8_t, Free> bytes_;
  std::size_t size_{};
};

/// How hard guessing a passphrase is made: argon2id with 64 MiB and some 0.1 s, or 256 MiB and 0.6
/// s.
enum class PassphraseCost : std::uint8_t { interactive, moderate };

/// Asked for a passphrase when one is needed. @returns passphrase_missing.
using AskPassphrase = std::function<Result<SecretBytes>()>;

/// Encrypts `secret` together with the hash of `public_part`.
[[nodiscard]] Bytes seal_with_passphrase(ByteView passphrase, PassphraseCost cost,
                                         ByteView public_part, ByteView secret);
/// @returns passphrase_wrong; document_malformed (lengths, a cost beyond what this program writes).
[[nodiscard]] Result<SecretBytes> open_with_passphrase(ByteView passphrase, ByteView public_part,
                                                       ByteView sealed);

/// The same under a member's key; `purpose` keeps files of different kinds apart.
[[nodiscard]] Bytes seal_with_key(const crypto::SecretKey& key, std::string_view purpose,
                                  ByteView public_part, ByteView secret);
/// @returns unreadable_box when key, purpose or public part are others, or the bytes damaged.
[[nodiscard]] Result<SecretBytes> open_with_key(const crypto::SecretKey& key,
                                                std::string_view purpose, ByteView public_part,
                                                ByteView sealed);

/// 32 bytes from the operating system.
[[nodiscard]] Hash256 fresh_randomness();

}  // namespace quorate::frost
