// Bitcoin transactions as they stand in blocks. Source: Bitcoin protocol; BIP 141, BIP 144
// (witness).
//
//   version 4 | [marker 00, flag 01] | inputs | outputs | [one witness per input] | lock time 4
//   input:   txid 32 (internal order) | vout 4 | script | sequence 4
//   output:  value 8 | script
//   witness: count | items
//
// Integers are little-endian; counts and lengths are compact sizes.
#pragma once

#include "base/units.hpp"
#include "bitcoin/compact.hpp"

namespace quorate::bitcoin {

/// A block's weight limit, hence also a bound on the bytes of one transaction. Source: BIP 141.
inline constexpr std::size_t max_weight = 4'000'000;
/// All the bitcoin there can be. Source: Bitcoin's MAX_MONEY.
inline constexpr Sats max_money{2'100'000'000'000'000};

using Script = Blob<max_weight>;

struct OutPoint {
  BurnTxid txid;
  std::uint32_t vout{};
  auto operator<=>(const OutPoint&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&OutPoint::txid, &OutPoint::vout);
  }
};

struct TxIn {
  OutPoint previous;
  Script script;
  std::uint32_t sequence{0xffffffff};
  std::vector<Bytes> witness;
  bool operator==(const TxIn&) const = default;
};

struct TxOut {
  Sats value;
  Script script;
  auto operator<=>(const TxOut&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&TxOut::value, &TxOut::script); }
};

struct Transaction {
  std::uint32_t version{2};
  std::vector<TxIn> inputs;
  std::vector<TxOut> outputs;
  std::uint32_t lock_time{};
  bool operator==(const Transaction&) const = default;

  [[nodiscard]] bool has_witness() const;
  /// Hash of the form without witnesses, display order.
  [[nodiscard]] BurnTxid txid() const;
  /// Hash of the form with witnesses, display order; equals the txid when there are none.
  [[nodiscard]] BurnTxid wtxid() const;
  /// Three times the size without witnesses plus the whole size. Source: BIP 141.
  [[nodiscard]] std::size_t weight() const;
  /// Weight in virtual bytes, rounded up.
  [[nodiscard]] std::size_t virtual_size() const { return (weight() + 3) / 4; }
  /// Sum of the output values. Bounded by `max_money` for every decoded transaction.
  [[nodiscard]] Sats total_output() const;
};

/// The form in blocks: with witnesses if there are any.
[[nodiscard]] Bytes encode_transaction(const Transaction& tx);
/// The form that is hashed to the txid.
[[nodiscard]] Bytes encode_without_witness(const Transaction& tx);

/// The transaction whose encoding is exactly `bytes`. @returns truncated, trailing_bytes,
/// length_out_of_bounds, compact_size_not_canonical, bad_segwit_flag, witness_superfluous,
/// transaction_empty, transaction_too_heavy or money_out_of_range.
[[nodiscard]] Result<Transaction> decode_transaction(ByteView bytes);
/// The same from the front of `in`; a failure is left in the reader.
[[nodiscard]] Transaction take_transaction(Reader& in);

}  // namespace quorate::bitcoin
