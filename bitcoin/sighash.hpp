// What the signature of an input covers. Source: BIP 341 (Taproot key path), BIP 143 (version 0
// witness programs), Bitcoin's original rule (P2PKH).
#pragma once

#include "bitcoin/transaction.hpp"

namespace quorate::bitcoin {

enum class SighashType : std::uint8_t {
  standard = 0x00,  ///< SIGHASH_DEFAULT, Taproot only: everything, and no type byte.
  all = 0x01,
  none = 0x02,
  single = 0x03,
  all_anyone = 0x81,  ///< "anyone": the other inputs are not covered.
  none_anyone = 0x82,
  single_anyone = 0x83,
};
constexpr bool is_valid(SighashType type) {
  const auto byte = static_cast<std::uint8_t>(type);
  return byte <= 3 || (byte >= 0x81 && byte <= 0x83);
}

/// Digest of a Taproot key-path spend of input `index`. `spent`: the outputs of all inputs, in
/// order (else a bug). @returns sighash_single_without_output.
[[nodiscard]] Result<Hash256> taproot_sighash(const Transaction& tx, std::size_t index,
                                              const std::vector<TxOut>& spent, SighashType type);

/// The message before hashing, epoch byte first (the published vectors show it).
[[nodiscard]] Result<Bytes> taproot_sighash_message(const Transaction& tx, std::size_t index,
                                                    const std::vector<TxOut>& spent,
                                                    SighashType type);

/// Digest of a P2WPKH input: `key_hash` and `value` are those of the spent output.
/// @returns sighash_type_unknown for SIGHASH_DEFAULT.
[[nodiscard]] Result<Hash256> segwit_sighash(const Transaction& tx, std::size_t index,
                                             const Hash160& key_hash, Sats value, SighashType type);

/// Digest of a P2PKH input; `script` is that of the spent output.
/// @returns sighash_type_unknown for SIGHASH_DEFAULT, sighash_single_without_output (Bitcoin signs
/// the number 1 there; nobody should).
[[nodiscard]] Result<Hash256> legacy_sighash(const Transaction& tx, std::size_t index,
                                             const Script& script, SighashType type);

}  // namespace quorate::bitcoin
