// SIP-005 transactions, the part this chain executes: STX transfers and coinbases with standard
// single-signature P2PKH authorization. Everything else is refused by name.
// Source: SIP-005 "Transaction Encoding"; docs/wire_formats.md "Transactions".
//
//   0    1   version 00 mainnet / 80 testnet        109  1   anchor mode
//   1    4   chain id                               110  1   post-condition mode
//   5    1   authorization 04 standard              111  4   post-conditions: 0
//   6    1   hash mode 00 P2PKH                     115  1   payload: 00 transfer, 04 coinbase
//   7   20   Hash160 of the signer's key            116  21+ recipient (contract: 22 + name)
//  27    8   nonce                                  138   8  amount       | coinbase:
//  35    8   fee                                    146  34  memo         | 32-byte buffer at 116
//  43    1   key encoding
//  44   65   signature V‖R‖S
#pragma once

#include "base/units.hpp"
#include "crypto/keys.hpp"
#include "stacks/principal.hpp"

namespace quorate::stacks {

/// How the signer's public key is serialized before it is hashed.
enum class KeyEncoding : std::uint8_t { compressed = 0, uncompressed = 1 };
/// Which kind of block may carry it; ignored for transfers, coinbases must be on-chain only.
enum class AnchorMode : std::uint8_t { on_chain_only = 1, off_chain_only = 2, any = 3 };
/// What happens to transfers that no post-condition names.
enum class PostConditionMode : std::uint8_t { allow = 1, deny = 2 };

using Memo = FixedBytes<struct MemoTag, 34>;
using CoinbaseBuffer = FixedBytes<struct CoinbaseBufferTag, 32>;

/// Moves `amount` microSTX to the recipient.
struct TransferPayload {
  Principal recipient;
  std::uint64_t amount{};
  Memo memo;
  bool operator==(const TransferPayload&) const = default;
};

/// Opens a term. Source: SIP "Producer Rewards".
struct CoinbasePayload {
  CoinbaseBuffer buffer;
  bool operator==(const CoinbasePayload&) const = default;
};

using Payload = std::variant<TransferPayload, CoinbasePayload>;

struct Transaction {
  Network network{};
  std::uint32_t chain_id{};
  Hash160 signer;
  std::uint64_t nonce{};
  std::uint64_t fee{};  ///< microSTX, for the whole transaction.
  KeyEncoding key_encoding{};
  crypto::RecoverableSignature signature;
  AnchorMode anchor_mode{AnchorMode::any};
  PostConditionMode post_condition_mode{PostConditionMode::deny};
  Payload payload;

  /// The account that pays and whose nonce counts.
  [[nodiscard]] Address origin() const { return single_key_address(signer, network); }
  /// The transfer, or null for a coinbase.
  [[nodiscard]] const TransferPayload* transfer() const {
    return std::get_if<TransferPayload>(&payload);
  }
  [[nodiscard]] const CoinbasePayload* coinbase() const {
    return std::get_if<CoinbasePayload>(&payload);
  }
  bool operator==(const Transaction&) const = default;
};

/// Largest encoding of a supported transaction: a transfer to the longest contract name.
inline constexpr std::size_t max_transaction_size = 180 + 1 + max_contract_name;

[[nodiscard]] Bytes encode_transaction(const Transaction& tx);

/// Reads exactly one transaction; trailing bytes are refused (Gap: stacks-core ignores them).
/// @returns bad_tx_version, unsupported_auth, unsupported_hash_mode, bad_key_encoding,
/// bad_anchor_mode, bad_post_condition_mode, unsupported_post_conditions, unsupported_payload,
/// unknown_payload, truncated, trailing_bytes, or a refusal of the recipient.
[[nodiscard]] Result<Transaction> decode_transaction(ByteView in);

/// SHA-512/256 of the encoding, shown without reversal.
[[nodiscard]] Txid txid_of(const Transaction& tx);
[[nodiscard]] Txid txid_of(ByteView encoding);

/// Hash of the transaction with nonce, fee and signature zeroed. Source: SIP-005 "Transaction
/// Signing and Verifying".
[[nodiscard]] Hash256 initial_sighash(const Transaction& tx);
/// What the signer's key signs: H(initial ‖ authorization ‖ fee ‖ nonce).
[[nodiscard]] Hash256 presign_sighash(const Transaction& tx);

/// Whether the signature was made by a key with the signer's hash. Every way to fail is
/// bad_signature (the detail says which), high S included.
[[nodiscard]] Result<> verify_signature(const Transaction& tx);

/// Fills in the signer's hash and signature. The key encoding stays as set.
void sign(Transaction& tx, const crypto::SecretKey& key);

/// What a wallet asks for.
struct TransferRequest {
  Network network{Network::testnet};
  std::uint32_t chain_id{testnet_chain_id};
  std::uint64_t nonce{};
  std::uint64_t fee{};
  Principal recipient;
  std::uint64_t amount{};
  std::string memo;  ///< At most 34 bytes; padded with zeros.
  KeyEncoding key_encoding{KeyEncoding::compressed};
};
/// @returns length_out_of_bounds when the memo is longer than 34 bytes.
[[nodiscard]] Result<Transaction> make_transfer(const TransferRequest& request,
                                                const crypto::SecretKey& key);

/// A coinbase with fee 0 and anchor mode on-chain only, signed by its producer.
[[nodiscard]] Transaction make_coinbase(Network network, std::uint32_t chain_id,
                                        std::uint64_t nonce, const CoinbaseBuffer& buffer,
                                        const crypto::SecretKey& key);

/// The hash a key's account is named by.
[[nodiscard]] Hash160 key_hash(const crypto::PublicKey& key, KeyEncoding encoding);

}  // namespace quorate::stacks
