#include "consensus/ledger_operations.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;
using bitcoin::MinedOperation;

namespace {

Hash160 hash_of(std::uint8_t n) {
  Hash160 hash;
  hash.bytes[0] = n;
  return hash;
}

const bitcoin::Script alice_script = bitcoin::p2pkh_script(hash_of(1));
const bitcoin::Script bob_script = bitcoin::p2pkh_script(hash_of(2));
const stacks::Address alice = stacks::single_key_address(hash_of(1), stacks::Network::testnet);
const stacks::Address bob = stacks::single_key_address(hash_of(2), stacks::Network::testnet);
constexpr BurnHeight at{105};

Ledger ledger() {
  LedgerRules rules;
  rules.first_burn_height = BurnHeight{100};
  rules.cycle_length = 100;
  return Ledger::genesis(rules, {{{alice, MicroStx{10'000}}}, {}}).value();
}

/// Alice's operation, whose output 1 pays Bob.
MinedOperation mined(bitcoin::Operation operation) {
  MinedOperation out;
  out.operation = std::move(operation);
  out.tx.inputs.resize(1);
  out.tx.outputs = {{Sats{}, {}}, {Sats{546}, bob_script}};
  out.spent_scripts = {alice_script};
  return out;
}

bitcoin::StackStx stack_op() {
  bitcoin::StackStx op;
  op.amount = MicroStx{5'000};
  op.cycles = 3;
  op.signer_key = crypto::SecretKey::derive("quorate/test", as_bytes("signer")).public_key();
  return op;
}

}  // namespace

TEST_CASE("operations: an output script speaks for the Stacks address with its hash") {
  const auto network = stacks::Network::testnet;
  CHECK(stacks_address(alice_script, network).value() == alice);
  const Bytes twenty(20, 7);
  const bitcoin::Script p2sh = bitcoin::script_of({bitcoin::OutputKind::p2sh, twenty});
  CHECK(stacks_address(p2sh, network).value() ==
        stacks::script_address(Hash160::from(twenty), network));
  const bitcoin::Script p2wpkh = bitcoin::script_of({bitcoin::OutputKind::p2wpkh, twenty});
  CHECK(stacks_address(p2wpkh, network).value() ==
        stacks::single_key_address(Hash160::from(twenty), network));
  const bitcoin::Script p2tr = bitcoin::script_of({bitcoin::OutputKind::p2tr, Bytes(32, 7)});
  CHECK(stacks_address(p2tr, network).code() == Errc::unsupported_operation_address);
  CHECK(stacks_address(bitcoin::Script{{0x6a}}, network).code() ==
        Errc::unsupported_operation_address);
}

TEST_CASE("operations: TransferStx moves STX from the spent script to output 1") {
  Ledger state = ledger();
  CHECK(apply_operation(state, mined(bitcoin::TransferStx{MicroStx{400}, {}}), at).ok());
  CHECK(state.account(alice).balance == MicroStx{9'600});
  CHECK(state.account(bob).balance == MicroStx{400});
}

TEST_CASE("operations: StackStx locks and lists output 1 with the signing key") {
  Ledger state = ledger();
  CHECK(apply_operation(state, mined(stack_op()), at).ok());
  CHECK(state.account(alice).locked == MicroStx{5'000});
  const auto entries = state.pox_entries(CycleNumber{1});
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].reward_script.bytes == bob_script.bytes);
  CHECK(entries[0].signing_key == *stack_op().signer_key);
}

TEST_CASE("operations: StackStx above its own maximum is refused, at the maximum it is not") {
  Ledger state = ledger();
  bitcoin::StackStx op = stack_op();
  op.max_amount = MicroStx{4'999};
  CHECK(apply_operation(state, mined(op), at).code() == Errc::stake_above_maximum);
  op.max_amount = MicroStx{5'000};
  CHECK(apply_operation(state, mined(op), at).ok());
}

TEST_CASE("operations: DelegateStx names output 1 and the output of its index") {
  Ledger state = ledger();
  bitcoin::DelegateStx op;
  op.amount = MicroStx{100};
  op.reward_output = 2;
  op.until = BurnHeight{300};
  MinedOperation operation = mined(op);
  CHECK(apply_operation(state, operation, at).code() == Errc::operation_missing_output);
  operation.tx.outputs.push_back({Sats{546}, alice_script});
  CHECK(apply_operation(state, operation, at).ok());
  const auto delegation = state.delegation(alice, at);
  REQUIRE(delegation);
  CHECK(delegation->delegate == bob);
  CHECK(delegation->reward_script->bytes == alice_script.bytes);
  CHECK(delegation->until == BurnHeight{300});
}

TEST_CASE("operations: an unknown sender, a strange address or another operation is named") {
  Ledger state = ledger();
  MinedOperation operation = mined(bitcoin::TransferStx{MicroStx{400}, {}});
  operation.spent_scripts.clear();
  CHECK(apply_operation(state, operation, at).code() == Errc::operation_sender_unknown);
  operation = mined(bitcoin::TransferStx{MicroStx{400}, {}});
  operation.spent_scripts = {bitcoin::Script{{0x51}}};
  CHECK(apply_operation(state, operation, at).code() == Errc::unsupported_operation_address);
  operation = mined(bitcoin::TransferStx{MicroStx{400}, {}});
  operation.tx.outputs.resize(1);
  CHECK(apply_operation(state, operation, at).code() == Errc::operation_missing_output);
  CHECK(apply_operation(state, mined(bitcoin::PreStx{}), at).code() ==
        Errc::not_a_ledger_operation);
  CHECK(state == ledger());
}
