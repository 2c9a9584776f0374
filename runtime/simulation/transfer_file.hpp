// Reads the two input files: opening balances (JSON) and signed transfers (one JSON object a line).
// Strict: whatever is wrong is named with file and line, and nothing of the file is used.
#pragma once

#include <string>
#include <vector>

#include "consensus/genesis.hpp"
#include "stacks/transaction.hpp"

namespace quorate::simulation {

struct TransferLine {
  std::uint32_t line{};  ///< From 1.
  Txid txid;
  SharedBytes bytes;
  /// Absent when the bytes are no transaction this chain knows; `refusal` says why.
  std::optional<stacks::Transaction> tx;
  Errc refusal{};
};

/// @returns cannot_read_file or transfers_malformed (a line that is not a JSON object with 'txid'
/// and 'hex', bad hexadecimal, a txid that does not belong to the bytes).
[[nodiscard]] Result<std::vector<TransferLine>> read_transfers(const std::string& path);

/// Network, chain id and balances; the signers are the caller's. @returns cannot_read_file or
/// genesis_malformed.
[[nodiscard]] Result<consensus::Genesis> read_genesis(const std::string& path);

/// What accounts must hold in the end.
struct ExpectedAccount {
  stacks::Principal owner;
  MicroStx balance;
  std::uint64_t nonce{};
};
/// @returns cannot_read_file or expectation_malformed.
[[nodiscard]] Result<std::vector<ExpectedAccount>> read_expected(const std::string& path);

/// Decimal digits of an amount; JSON numbers would lose precision.
[[nodiscard]] std::string to_decimal(U128 value);
[[nodiscard]] std::optional<U128> from_decimal(std::string_view text);

}  // namespace quorate::simulation
