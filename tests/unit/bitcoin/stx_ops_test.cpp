#include "bitcoin/stx_ops.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

const std::string generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const std::string million = "000000000000000000000000000f4240";

StackStx stack(int optionals) {
  StackStx op;
  op.amount = MicroStx{1'000'000};
  op.cycles = 12;
  if (optionals > 0) op.signer_key = fixed_from_hex<crypto::PublicKey>(generator).value();
  if (optionals > 1) op.max_amount = MicroStx{2};
  if (optionals > 2) op.auth_id = 3;
  return op;
}

template <class Op>
Errc refusal(const std::string& body) {
  return Op::from_body(hex(body)).code();
}

}  // namespace

TEST_CASE("PreStx: no data, and none accepted") {
  CHECK(PreStx{}.body().empty());
  CHECK(PreStx::from_body({}).ok());
  CHECK(refusal<PreStx>("00") == Errc::operation_wrong_length);
}

TEST_CASE("StackStx: golden bodies with none to three optional fields") {
  const std::string expected[] = {
      million + "0c", million + "0c" + generator,
      million + "0c" + generator + "00000000000000000000000000000002",
      million + "0c" + generator + "00000000000000000000000000000002" + "00000003"};
  for (int optionals = 0; optionals <= 3; ++optionals) {
    const StackStx op = stack(optionals);
    CHECK(to_hex(op.body()) == expected[optionals]);
    CHECK(StackStx::from_body(op.body()).value() == op);
  }
}

TEST_CASE("StackStx: every length between the four layouts is refused") {
  const Bytes body = stack(3).body();
  for (std::size_t n = 0; n <= body.size(); ++n) {
    const bool is_layout = n == 17 || n == 50 || n == 66 || n == 70;
    const auto op = StackStx::from_body(ByteView{body}.first(n));
    CHECK(op.ok() == is_layout);
    if (!op.ok()) CHECK(op.code() == Errc::operation_wrong_length);
  }
  CHECK(refusal<StackStx>(to_hex(body) + "00") == Errc::operation_wrong_length);
}

TEST_CASE("StackStx: 1 and 12 cycles are accepted; 0, 13, no amount and a false key are refused") {
  CHECK(StackStx::from_body(hex(million + "01")).ok());
  CHECK(StackStx::from_body(hex(million + "0c")).ok());
  CHECK(refusal<StackStx>(million + "00") == Errc::operation_bad_cycles);
  CHECK(refusal<StackStx>(million + "0d") == Errc::operation_bad_cycles);
  CHECK(refusal<StackStx>(std::string(32, '0') + "01") == Errc::operation_zero_amount);
  CHECK(refusal<StackStx>(million + "01" + std::string(66, '0')) == Errc::bad_public_key);
}

TEST_CASE("TransferStx: golden body; memos of 0 and 61 bytes are accepted, 62 refused") {
  CHECK(to_hex(TransferStx{MicroStx{1'000'000}, {1, 2}}.body()) == million + "0102");
  for (const std::size_t memo : {0u, 61u}) {
    const TransferStx op{MicroStx{7}, Bytes(memo, 0x31)};
    CHECK(TransferStx::from_body(op.body()).value() == op);
  }
  CHECK(refusal<TransferStx>(million + std::string(2 * 62, '0')) == Errc::operation_wrong_length);
  CHECK(refusal<TransferStx>(million.substr(2)) == Errc::operation_wrong_length);
  CHECK(refusal<TransferStx>(std::string(32, '0')) == Errc::operation_zero_amount);
}

TEST_CASE("DelegateStx: golden bodies with and without its optional fields") {
  const MicroStx amount{1'000'000};
  const DelegateStx bare{amount, std::nullopt, std::nullopt};
  const DelegateStx full{amount, 2, BurnHeight{3}};
  CHECK(to_hex(bare.body()) == million +
                                   "00"
                                   "00000000"
                                   "00");
  CHECK(to_hex(full.body()) == million +
                                   "01"
                                   "00000002"
                                   "01"
                                   "0000000000000003");
  for (const DelegateStx& op : {bare, full, DelegateStx{amount, 0, std::nullopt},
                                DelegateStx{amount, std::nullopt, BurnHeight{9}}}) {
    CHECK(DelegateStx::from_body(op.body()).value() == op);
  }
}

TEST_CASE("DelegateStx: flags, hidden index, lengths and amount are checked") {
  CHECK(refusal<DelegateStx>(million + "02"
                                       "00000000"
                                       "00") == Errc::bad_flag);
  CHECK(refusal<DelegateStx>(million + "00"
                                       "00000000"
                                       "02") == Errc::bad_flag);
  CHECK(refusal<DelegateStx>(million + "00"
                                       "00000001"
                                       "00") == Errc::spare_bits_set);
  CHECK(refusal<DelegateStx>(million + "00"
                                       "00000000"
                                       "01") == Errc::operation_wrong_length);
  CHECK(refusal<DelegateStx>(million + "00"
                                       "00000000"
                                       "00"
                                       "0000000000000003") == Errc::operation_wrong_length);
  CHECK(refusal<DelegateStx>(million + "00"
                                       "00000000") == Errc::operation_wrong_length);
  CHECK(refusal<DelegateStx>(std::string(32, '0') + "00"
                                                    "00000000"
                                                    "00") == Errc::operation_zero_amount);
}
