// Which transactions of a Bitcoin block mean something to us, and what.
// Source: SIP "Producer Set Enrollments"; SIP-001 (output 0 = OP_RETURN of magic, op, data).
#pragma once

#include "bitcoin/announcement_op.hpp"
#include "bitcoin/burn_block.hpp"
#include "bitcoin/enrollment_op.hpp"
#include "bitcoin/script.hpp"
#include "bitcoin/stx_ops.hpp"
#include "bitcoin/vrf_registration_op.hpp"

namespace quorate::bitcoin {

using Operation = std::variant<VrfRegistration, Enrollment, Announcement, PreStx, StackStx,
                               TransferStx, DelegateStx>;

/// magic ‖ op ‖ body, at most 80 bytes.
[[nodiscard]] Bytes payload_of(const Magic& magic, const Operation& operation);
/// The OP_RETURN script of that payload: output 0 of the transaction to build.
[[nodiscard]] Script operation_script(const Magic& magic, const Operation& operation);

/// Reads one payload. @returns nothing if it does not begin with our magic and an op letter; a
/// refusal if it does but is malformed.
[[nodiscard]] Result<std::optional<Operation>> decode_payload(const Magic& magic, ByteView payload);

/// Reads one transaction: nothing if output 0 carries no payload of ours, otherwise the operation
/// or why it is refused. Beyond the payload it checks that the further outputs are standard
/// (operation_strange_output), that there is one if the operation needs it
/// (operation_missing_output), and that a StackStx, TransferStx or DelegateStx spends some output 1
/// first (operation_not_from_pre_stx). Rules that need the chain are consensus/'s.
[[nodiscard]] Result<std::optional<Operation>> operation_of(const Magic& magic,
                                                            const Transaction& tx);

/// An operation with the transaction that carries it.
struct MinedOperation {
  BurnPlace place;
  BurnTxid txid;
  Operation operation;
  Transaction tx;
  /// Scripts of the outputs that the inputs spend, one per input; empty if the feed gave none.
  std::vector<Script> spent_scripts;

  /// The script that input `index` spends, if known.
  [[nodiscard]] const Script* spent_script(std::size_t index) const {
    return index < spent_scripts.size() ? &spent_scripts[index] : nullptr;
  }
  /// Output `index`, if there is one.
  [[nodiscard]] const TxOut* output(std::size_t index) const {
    return index < tx.outputs.size() ? &tx.outputs[index] : nullptr;
  }
};

/// A transaction with our magic that is no operation: ignored, but reported.
struct IgnoredOperation {
  BurnPlace place;
  BurnTxid txid;
  Error reason;
};

struct BlockOperations {
  std::vector<MinedOperation> operations;  ///< In block order.
  std::vector<IgnoredOperation> ignored;
};

/// All operations of a block that passed `check`. Never fails: what is malformed is ignored by
/// name.
[[nodiscard]] BlockOperations operations_of(const Magic& magic, const BurnBlock& block);

}  // namespace quorate::bitcoin
