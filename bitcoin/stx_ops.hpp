// The operations that move, lock or delegate STX from Bitcoin. Source: SIP-007 and the later
// on-Bitcoin operations of Stacks; the SIP keeps them ("Block Production during a Term").
//
// Each of the last three spends output 1 of a PreStx as its first input; that output's script is
// the sender. All integers big-endian. Lengths are exact (stacks-core tolerates bytes behind a
// field; docs/spec_gaps.md "Operations"), so that an operation has one encoding.
#pragma once

#include "bitcoin/payload.hpp"
#include "crypto/keys.hpp"

namespace quorate::bitcoin {

/// `p`, no data: output 1 is the address that may act next.
struct PreStx {
  static constexpr std::uint8_t opcode = 'p';
  bool operator==(const PreStx&) const = default;
  [[nodiscard]] Bytes body() const { return {}; }
  [[nodiscard]] static Result<PreStx> from_body(ByteView body);
};

///     0      2  3            19       20          53           69       73
///     |------|--|-------------|--------|-----------|------------|--------|
///      magic  op  amount       cycles   [signer key  [max amount  [auth id]]]
///             x
/// Output 1 is the PoX reward address.
struct StackStx {
  static constexpr std::uint8_t opcode = 'x';
  static constexpr std::uint8_t max_cycles = 12;

  MicroStx amount;         ///< Positive.
  std::uint8_t cycles{1};  ///< 1..12.
  /// Each optional field is there only if the one before it is.
  std::optional<crypto::PublicKey> signer_key;
  std::optional<MicroStx> max_amount;
  std::optional<std::uint32_t> auth_id;

  bool operator==(const StackStx&) const = default;
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length, operation_zero_amount, operation_bad_cycles, bad_public_key.
  [[nodiscard]] static Result<StackStx> from_body(ByteView body);
};

///     0      2  3            19                80
///     |------|--|-------------|-----------------|
///      magic  op  amount        memo, 0..61
///             $
/// Output 1 is the recipient.
struct TransferStx {
  static constexpr std::uint8_t opcode = '$';
  static constexpr std::size_t max_memo = 61;

  MicroStx amount;  ///< Positive.
  Bytes memo;

  bool operator==(const TransferStx&) const = default;
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length or operation_zero_amount.
  [[nodiscard]] static Result<TransferStx> from_body(ByteView body);
};

///     0      2  3            19     20             24     25             33
///     |------|--|-------------|------|--------------|------|--------------|
///      magic  op  amount       flag   output index   flag   [until height]
///             #
/// Output 1 is the delegate. The index is zero when its flag is; the height is absent then.
struct DelegateStx {
  static constexpr std::uint8_t opcode = '#';

  MicroStx amount;  ///< Positive.
  std::optional<std::uint32_t> reward_output;
  std::optional<BurnHeight> until;

  bool operator==(const DelegateStx&) const = default;
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length, bad_flag, spare_bits_set or operation_zero_amount.
  [[nodiscard]] static Result<DelegateStx> from_body(ByteView body);
};

}  // namespace quorate::bitcoin
