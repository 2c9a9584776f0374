// What the STX operations of a Bitcoin block do to the ledger. An operation that cannot be applied
// is ignored by name; it never makes a block invalid. Source: SIP "Block Production during a Term"
// (on-Bitcoin operations), SIP-007; Gap: docs/spec_gaps.md "Operations".
#pragma once

#include "bitcoin/operations.hpp"
#include "consensus/ledger.hpp"

namespace quorate::consensus {

/// The Stacks address that an output script speaks for: P2PKH and P2WPKH by their key hash, P2SH by
/// its script hash. @returns unsupported_operation_address for every other script.
[[nodiscard]] Result<stacks::Address> stacks_address(const bitcoin::Script& script,
                                                     stacks::Network network);

/// Whether the operation is one of StackStx, TransferStx, DelegateStx.
[[nodiscard]] bool changes_ledger(const bitcoin::Operation& operation);

/// Applies such an operation, mined in Bitcoin block `at`. That its first input spends a PreStx is
/// the caller's to know (it keeps the PreStx of the chain); the sender is the script so spent.
/// @returns not_a_ledger_operation, operation_sender_unknown (the feed gave no spent script),
/// operation_missing_output, unsupported_operation_address, stake_above_maximum,
/// or the refusals of Ledger::stack, transfer_on_bitcoin and delegate.
Result<> apply_operation(Ledger& ledger, const bitcoin::MinedOperation& operation, BurnHeight at);

}  // namespace quorate::consensus
