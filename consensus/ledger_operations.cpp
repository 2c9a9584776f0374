#include "consensus/ledger_operations.hpp"

namespace quorate::consensus {
namespace {

using bitcoin::MinedOperation;

Result<const bitcoin::Script*> output_script(const MinedOperation& operation, std::size_t index) {
  const bitcoin::TxOut* output = operation.output(index);
  if (!output) return Errc::operation_missing_output;
  return &output->script;
}

Result<RewardScript> reward_script(const MinedOperation& operation, std::size_t index) {
  TRY_ASSIGN(const bitcoin::Script* script, output_script(operation, index));
  if (script->bytes.size() > max_reward_script) return Errc::unsupported_operation_address;
  return RewardScript{script->bytes};
}

/// Who is meant by output 1: the recipient of a transfer, the delegate.
Result<stacks::Address> counterpart(const Ledger& ledger, const MinedOperation& operation) {
  TRY_ASSIGN(const bitcoin::Script* script, output_script(operation, 1));
  return stacks_address(*script, ledger.rules().network);
}

Result<> stack(Ledger& ledger, const MinedOperation& operation, const bitcoin::StackStx& op,
               const stacks::Address& sender, BurnHeight at) {
  if (op.max_amount && op.amount > *op.max_amount) return Errc::stake_above_maximum;
  TRY_ASSIGN(RewardScript script, reward_script(operation, 1));
  return ledger.stack({sender, op.amount, op.cycles, std::move(script), op.signer_key}, at);
}

Result<> delegate(Ledger& ledger, const MinedOperation& operation, const bitcoin::DelegateStx& op,
                  const stacks::Address& sender, BurnHeight at) {
  Delegation delegation;
  TRY_ASSIGN(delegation.delegate, counterpart(ledger, operation));
  delegation.amount = op.amount;
  delegation.until = op.until;
  if (op.reward_output) {
    TRY_ASSIGN(delegation.reward_script, reward_script(operation, *op.reward_output));
  }
  return ledger.delegate(sender, delegation, at);
}

}  // namespace

Result<stacks::Address> stacks_address(const bitcoin::Script& script, stacks::Network network) {
  const auto destination = bitcoin::destination_of(script);
  if (!destination || destination->hash.size() != Hash160::size) {
    return Errc::unsupported_operation_address;
  }
  const Hash160 hash = Hash160::from(destination->hash);
  return destination->kind == bitcoin::OutputKind::p2sh ? stacks::script_address(hash, network)
                                                        : stacks::single_key_address(hash, network);
}

bool changes_ledger(const bitcoin::Operation& operation) {
  return std::holds_alternative<bitcoin::StackStx>(operation) ||
         std::holds_alternative<bitcoin::TransferStx>(operation) ||
         std::holds_alternative<bitcoin::DelegateStx>(operation);
}

Result<> apply_operation(Ledger& ledger, const MinedOperation& operation, BurnHeight at) {
  if (!changes_ledger(operation.operation)) return Errc::not_a_ledger_operation;
  const bitcoin::Script* spent = operation.spent_script(0);
  if (!spent) return Errc::operation_sender_unknown;
  TRY_ASSIGN(const stacks::Address sender, stacks_address(*spent, ledger.rules().network));
  if (const auto* op = std::get_if<bitcoin::StackStx>(&operation.operation)) {
    return stack(ledger, operation, *op, sender, at);
  }
  if (const auto* op = std::get_if<bitcoin::DelegateStx>(&operation.operation)) {
    return delegate(ledger, operation, *op, sender, at);
  }
  TRY_ASSIGN(const stacks::Address recipient, counterpart(ledger, operation));
  const auto& transfer = std::get<bitcoin::TransferStx>(operation.operation);
  return ledger.transfer_on_bitcoin(sender, recipient, transfer.amount, at);
}

}  // namespace quorate::consensus
