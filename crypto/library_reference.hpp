// libsecp256k1's own speed at the operations that figures are compared with. For measurements only:
// every call does its work anew, nothing is remembered and nothing secret is involved.
#pragma once

#include <memory>

#include "crypto/keys.hpp"

namespace quorate::crypto {

/// One fixed operand for each operation. Every function returns whether the library agreed, so that
/// no compiler leaves the work out.
class LibraryReference {
 public:
  LibraryReference();
  ~LibraryReference();
  LibraryReference(const LibraryReference&) = delete;
  LibraryReference& operator=(const LibraryReference&) = delete;

  /// secp256k1_ec_pubkey_create: k·G in constant time.
  [[nodiscard]] bool pubkey_create() const;
  /// secp256k1_ec_pubkey_parse: one square root.
  [[nodiscard]] bool pubkey_parse() const;
  /// secp256k1_ec_pubkey_tweak_mul: k·P in variable time.
  [[nodiscard]] bool pubkey_tweak_mul() const;
  /// secp256k1_schnorrsig_verify of a 32-byte message, the key already parsed.
  [[nodiscard]] bool schnorrsig_verify() const;

 private:
  struct Operands;
  std::unique_ptr<const Operands> operands_;
};

}  // namespace quorate::crypto
