#include "bitcoin/operations.hpp"

namespace quorate::bitcoin {
namespace {

/// The alternative of `Operation` whose letter is `opcode`, read from `body`.
template <std::size_t I = 0>
Result<std::optional<Operation>> decode_alternative(std::uint8_t opcode, ByteView body) {
  if constexpr (I < std::variant_size_v<Operation>) {
    using Op = std::variant_alternative_t<I, Operation>;
    if (opcode != Op::opcode) return decode_alternative<I + 1>(opcode, body);
    TRY_ASSIGN(Op op, Op::from_body(body));
    return std::optional<Operation>{std::move(op)};
  } else {
    return Errc::operation_unknown;
  }
}

bool spends_pre_stx(const Operation& operation) {
  return std::holds_alternative<StackStx>(operation) ||
         std::holds_alternative<TransferStx>(operation) ||
         std::holds_alternative<DelegateStx>(operation);
}

Result<> check_outputs(const Transaction& tx) {
  for (std::size_t i = 1; i < tx.outputs.size(); ++i) {
    if (!destination_of(tx.outputs[i].script)) {
      return Error{Errc::operation_strange_output, "output " + std::to_string(i)};
    }
  }
  if (tx.outputs.size() < 2) return Errc::operation_missing_output;
  return done();
}

/// What a block holds at `txoff`: an operation, a reason to ignore it, or nothing of ours.
void sort_in(BlockOperations& out, const Magic& magic, const BurnPlace& place,
             const BurnTx& mined) {
  Result<Transaction> tx = decode_transaction(mined.raw.bytes);
  if (!tx.ok()) return;  // `check` refuses such a block.
  Result<std::optional<Operation>> operation = operation_of(magic, *tx);
  if (!operation.ok()) {
    out.ignored.push_back({place, tx->txid(), operation.error()});
  } else if (operation->has_value()) {
    const BurnTxid txid = tx->txid();
    out.operations.push_back(
        {place, txid, std::move(**operation), std::move(tx).value(), mined.spent_scripts});
  }
}

}  // namespace

Bytes payload_of(const Magic& magic, const Operation& operation) {
  Bytes payload{magic[0], magic[1]};
  std::visit(
      [&payload](const auto& op) {
        payload.push_back(op.opcode);
        append(payload, op.body());
      },
      operation);
  ASSERT(payload.size() <= max_payload);
  return payload;
}

Script operation_script(const Magic& magic, const Operation& operation) {
  return op_return_script(payload_of(magic, operation));
}

Result<std::optional<Operation>> decode_payload(const Magic& magic, ByteView payload) {
  if (payload.size() < payload_prefix) return std::optional<Operation>{};
  if (!std::equal(magic.begin(), magic.end(), payload.begin())) return std::optional<Operation>{};
  return decode_alternative(payload[2], payload.subspan(payload_prefix));
}

Result<std::optional<Operation>> operation_of(const Magic& magic, const Transaction& tx) {
  if (tx.outputs.empty()) return std::optional<Operation>{};
  const std::optional<ByteView> payload = op_return_payload(tx.outputs[0].script);
  if (!payload) return std::optional<Operation>{};
  TRY_ASSIGN(std::optional<Operation> operation, decode_payload(magic, *payload));
  if (!operation) return operation;
  TRY(check_outputs(tx));
  if (spends_pre_stx(*operation) && (tx.inputs.empty() || tx.inputs[0].previous.vout != 1)) {
    return Errc::operation_not_from_pre_stx;
  }
  return operation;
}

BlockOperations operations_of(const Magic& magic, const BurnBlock& block) {
  BlockOperations out;
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    const BurnPlace place{block.height, static_cast<std::uint16_t>(i)};
    sort_in(out, magic, place, block.transactions[i]);
  }
  return out;
}

}  // namespace quorate::bitcoin
