#include "bitcoin/operations.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

constexpr Magic magic{'X', '2'};

Transaction carrying(const Operation& operation) {
  Transaction tx = sample_transaction();
  tx.outputs.insert(tx.outputs.begin(), {Sats{0}, operation_script(magic, operation)});
  return tx;
}

Transaction with_payload(const Bytes& payload) {
  Transaction tx = sample_transaction();
  tx.outputs.insert(tx.outputs.begin(), {Sats{0}, op_return_script(payload)});
  return tx;
}

bool is_operation(const Transaction& tx) {
  const auto found = operation_of(magic, tx);
  return found.ok() && found.value().has_value();
}
bool is_foreign(const Transaction& tx) {
  const auto found = operation_of(magic, tx);
  return found.ok() && !found.value().has_value();
}

const TransferStx transfer{MicroStx{5}, {}};

}  // namespace

TEST_CASE("operation_of: what carries no payload of ours is not an operation") {
  CHECK(is_foreign(sample_transaction()));
  CHECK(is_foreign(with_payload({'X', '3', 'p'})));
  CHECK(is_foreign(with_payload({'X', '2'})));
  Transaction second = sample_transaction();
  second.outputs.push_back({Sats{0}, operation_script(magic, PreStx{})});
  CHECK(is_foreign(second));  // only output 0 counts
  CHECK(is_foreign(Transaction{}));
}

TEST_CASE("operation_of: every operation is read back") {
  Enrollment enrollment;
  enrollment.signing_key = sample_key(1).public_key();
  VrfRegistration registration;
  registration.key = crypto::vrf_key_of_seed(Hash256{});
  for (const Operation& operation :
       {Operation{registration}, Operation{enrollment}, Operation{Announcement{}},
        Operation{PreStx{}}, Operation{StackStx{MicroStx{1}, 1, {}, {}, {}}}, Operation{transfer},
        Operation{DelegateStx{MicroStx{1}, {}, {}}}}) {
    CHECK(operation_of(magic, carrying(operation)).value() == operation);
  }
}

TEST_CASE("operation_of: an unknown letter and malformed data are refused by name") {
  CHECK(operation_of(magic, with_payload({'X', '2', '?'})).code() == Errc::operation_unknown);
  CHECK(operation_of(magic, with_payload({'X', '2', '['})).code() == Errc::operation_unknown);
  CHECK(operation_of(magic, with_payload({'X', '2', '@'})).code() == Errc::operation_wrong_length);
}

TEST_CASE("operation_of: further outputs must exist and be standard") {
  Transaction tx = carrying(transfer);
  CHECK(is_operation(tx));
  tx.outputs.push_back({Sats{0}, op_return_script(Bytes{1})});
  CHECK(operation_of(magic, tx).code() == Errc::operation_strange_output);
  tx.outputs.resize(1);
  CHECK(operation_of(magic, tx).code() == Errc::operation_missing_output);
}

TEST_CASE("operation_of: STX operations spend output 1 first, others may spend anything") {
  Transaction tx = carrying(transfer);
  tx.inputs[0].previous.vout = 0;
  CHECK(operation_of(magic, tx).code() == Errc::operation_not_from_pre_stx);
  tx = carrying(PreStx{});
  tx.inputs[0].previous.vout = 0;
  CHECK(is_operation(tx));
}

TEST_CASE("operations_of: keeps block order and indices, and names what it ignores") {
  List<BurnTx, 20'000> mined;
  const auto mine = [&mined](const Transaction& tx) {
    mined.push_back({{encode_transaction(tx)}, {burn_script()}});
  };
  mine(sample_transaction());
  mine(carrying(PreStx{}));
  mine(with_payload({'X', '2', '?'}));
  mine(carrying(transfer));
  const BurnBlock block = make_burn_block(BurnHeight{9}, BurnHash{}, 1, 2, mined);

  const BlockOperations found = operations_of(magic, block);
  REQUIRE(found.operations.size() == 2);
  CHECK(found.operations[0].place == BurnPlace{BurnHeight{9}, 1});
  CHECK(found.operations[0].operation == Operation{PreStx{}});
  CHECK(found.operations[0].txid == carrying(PreStx{}).txid());
  CHECK(*found.operations[0].spent_script(0) == burn_script());
  CHECK(found.operations[0].spent_script(1) == nullptr);
  CHECK(found.operations[0].output(1)->value == Sats{1000});
  CHECK(found.operations[0].output(2) == nullptr);
  CHECK(found.operations[1].place == BurnPlace{BurnHeight{9}, 3});
  REQUIRE(found.ignored.size() == 1);
  CHECK(found.ignored[0].place == BurnPlace{BurnHeight{9}, 2});
  CHECK(found.ignored[0].reason == Errc::operation_unknown);
}
