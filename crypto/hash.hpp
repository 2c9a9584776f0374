// Hashes. OpenSSL computes them; the domain tags are ours.
#pragma once

#include "base/bytes.hpp"

namespace quorate::crypto {

/// FIPS 180-4 SHA-512/256 (its own initial value). H of the protocol (docs/wire_formats.md).
[[nodiscard]] Hash256 sha512_256(ByteView data);
[[nodiscard]] Hash256 sha256(ByteView data);
/// SHA256(SHA256(data)): Bitcoin's transaction and block hash, internal byte order.
[[nodiscard]] Hash256 sha256d(ByteView data);
[[nodiscard]] Hash160 ripemd160(ByteView data);
/// RIPEMD160(SHA256(data)).
[[nodiscard]] Hash160 hash160(ByteView data);
/// SHA256(SHA256(tag) ‖ SHA256(tag) ‖ data). Source: BIP 340.
[[nodiscard]] Hash256 tagged_sha256(std::string_view tag, ByteView data);
/// H(tag ‖ data), H = SHA-512/256; `tag` starts with "quorate/".
[[nodiscard]] Hash256 tagged_h(std::string_view tag, ByteView data);

/// Incremental SHA-256, copyable mid-stream (cached prefixes).
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  /// A stream that has already absorbed SHA256(tag) twice. Source: BIP 340.
  static Sha256 tagged(std::string_view tag);
  Sha256& update(ByteView data);
  [[nodiscard]] Hash256 finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quorate::crypto
