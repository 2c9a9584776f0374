#include "bitcoin/stx_ops.hpp"

namespace quorate::bitcoin {
namespace {

constexpr std::size_t amount_size = 16;

// Bodies of a StackStx with none, one, two or all of its optional fields.
constexpr std::size_t stack_bare = amount_size + 1;
constexpr std::size_t stack_with_key = stack_bare + crypto::PublicKey::size;
constexpr std::size_t stack_with_max = stack_with_key + amount_size;
constexpr std::size_t stack_with_auth = stack_with_max + 4;

constexpr std::size_t delegate_bare = amount_size + 1 + 4 + 1;
constexpr std::size_t delegate_with_until = delegate_bare + 8;

}  // namespace

Result<PreStx> PreStx::from_body(ByteView body) {
  if (!body.empty()) return Errc::operation_wrong_length;
  return PreStx{};
}

Bytes StackStx::body() const {
  ASSERT(signer_key || !max_amount);
  ASSERT(max_amount || !auth_id);
  Bytes bytes;
  Writer out{bytes};
  out.put(amount).put(cycles);
  if (signer_key) out.put(*signer_key);
  if (max_amount) out.put(*max_amount);
  if (auth_id) out.put(*auth_id);
  return bytes;
}

Result<StackStx> StackStx::from_body(ByteView body) {
  const std::size_t size = body.size();
  if (size != stack_bare && size != stack_with_key && size != stack_with_max &&
      size != stack_with_auth) {
    return Errc::operation_wrong_length;
  }
  Reader in{body};
  StackStx op;
  op.amount = in.get<MicroStx>();
  op.cycles = in.get<std::uint8_t>();
  if (size >= stack_with_key) op.signer_key = in.get<crypto::PublicKey>();
  if (size >= stack_with_max) op.max_amount = in.get<MicroStx>();
  if (size >= stack_with_auth) op.auth_id = in.get<std::uint32_t>();
  TRY(in.finish());
  if (op.amount == MicroStx{0}) return Errc::operation_zero_amount;
  if (op.cycles == 0 || op.cycles > max_cycles) return Errc::operation_bad_cycles;
  if (op.signer_key && !crypto::is_valid(*op.signer_key)) return Errc::bad_public_key;
  return op;
}

Bytes TransferStx::body() const {
  ASSERT(memo.size() <= max_memo);
  Bytes bytes;
  Writer{bytes}.put(amount).raw(memo);
  return bytes;
}

Result<TransferStx> TransferStx::from_body(ByteView body) {
  if (body.size() < amount_size) return Errc::operation_wrong_length;
  if (body.size() > amount_size + max_memo) return Errc::operation_wrong_length;
  Reader in{body};
  TransferStx op;
  op.amount = in.get<MicroStx>();
  op.memo = to_bytes(in.raw(in.left()));
  TRY(in.finish());
  if (op.amount == MicroStx{0}) return Errc::operation_zero_amount;
  return op;
}

Bytes DelegateStx::body() const {
  Bytes bytes;
  Writer out{bytes};
  out.put(amount).put(reward_output.has_value()).put(reward_output.value_or(0));
  out.put(until);
  return bytes;
}

Result<DelegateStx> DelegateStx::from_body(ByteView body) {
  if (body.size() != delegate_bare && body.size() != delegate_with_until) {
    return Errc::operation_wrong_length;
  }
  Reader in{body};
  DelegateStx op;
  op.amount = in.get<MicroStx>();
  const bool has_output = in.get<bool>();
  const auto output = in.get<std::uint32_t>();
  op.until = in.get<std::optional<BurnHeight>>();
  if (const Result<> result = in.finish(); !result.ok()) {
    // A height without its flag or a flag without its height is a matter of length here.
    return result.code() == Errc::bad_flag ? Errc::bad_flag : Errc::operation_wrong_length;
  }
  if (has_output) op.reward_output = output;
  if (!has_output && output != 0) return Errc::spare_bits_set;
  if (op.amount == MicroStx{0}) return Errc::operation_zero_amount;
  return op;
}

}  // namespace quorate::bitcoin
