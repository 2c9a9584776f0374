#include "bitcoin/wallet.hpp"

#include "bitcoin/verify_input.hpp"
#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

const Script& change() {
  static const Script script = wallet_script(sample_key(9));
  return script;
}

std::vector<Coin> three_coins() {
  const crypto::SecretKey key = sample_key(1);
  return {sample_coin(1, Sats{1000}, key), sample_coin(2, Sats{5000}, key),
          sample_coin(3, Sats{1000}, key)};
}

std::vector<TxOut> pay(std::uint64_t sats) { return {{Sats{sats}, burn_script()}}; }

}  // namespace

TEST_CASE("draft_payment: takes the greatest coins first, equal ones by outpoint") {
  const Draft draft = draft_payment({}, three_coins(), pay(5500), change(), Sats{100}).value();
  REQUIRE(draft.spends.size() == 2);
  CHECK(draft.spends[0].output.value == Sats{5000});
  CHECK(draft.spends[1].at.txid == sample_txid(1));
  CHECK(draft.tx.inputs[1].previous == draft.spends[1].at);
  CHECK(draft.tx.outputs.size() == 2);
  CHECK(draft.tx.outputs[1] == TxOut{Sats{400}, change()});
  CHECK(draft.fee() == Sats{100});
}

TEST_CASE("draft_payment: the given first inputs lead, even if others would do") {
  const std::vector<Coin> first{sample_coin(8, Sats{300}, sample_key(2)),
                                sample_coin(7, Sats{300}, sample_key(3))};
  const Draft draft = draft_payment(first, three_coins(), pay(1000), change(), Sats{100}).value();
  REQUIRE(draft.spends.size() == 3);
  CHECK(draft.spends[0] == first[0]);
  CHECK(draft.spends[1] == first[1]);
  CHECK(draft.spent_scripts()[1] == first[1].output.script);
  CHECK(draft.spent_outputs()[0] == first[0].output);
}

TEST_CASE("draft_payment: all coins suffice exactly, one satoshi more does not") {
  CHECK(draft_payment({}, three_coins(), pay(6900), change(), Sats{100}).ok());
  CHECK(draft_payment({}, three_coins(), pay(6901), change(), Sats{100}).code() ==
        Errc::not_enough_coins);
  CHECK(draft_payment({}, {}, pay(1000), change(), Sats{0}).code() == Errc::not_enough_coins);
}

TEST_CASE("draft_payment: change of dust size is paid out, one satoshi less goes to the fee") {
  const std::vector<Coin> coins{sample_coin(1, Sats{5000}, sample_key(1))};
  const Draft with = draft_payment({}, coins, pay(4606), change(), Sats{100}).value();
  CHECK(with.tx.outputs.back() == TxOut{dust, change()});
  const Draft without = draft_payment({}, coins, pay(4607), change(), Sats{100}).value();
  CHECK(without.tx.outputs.size() == 1);
  CHECK(without.fee() == Sats{393});
}

TEST_CASE("draft_payment: payments below dust, sums out of range and empty payments are refused") {
  CHECK(draft_payment({}, three_coins(), pay(293), change(), Sats{0}).code() ==
        Errc::output_below_dust);
  CHECK(draft_payment({}, three_coins(), pay(294), change(), Sats{0}).ok());
  const std::vector<TxOut> data{{Sats{0}, op_return_script(Bytes{1})}};
  CHECK(draft_payment({}, three_coins(), data, change(), Sats{0}).ok());
  CHECK(draft_payment({}, three_coins(), {{Sats{~std::uint64_t{0}}, burn_script()}}, change(),
                      Sats{1})
            .code() == Errc::money_out_of_range);
  CHECK(draft_payment({}, three_coins(), pay(1000), change(), Sats{~std::uint64_t{0}}).code() ==
        Errc::money_out_of_range);
  CHECK(draft_payment({}, three_coins(), {}, change(), Sats{4800}).code() ==
        Errc::transaction_empty);
}

TEST_CASE("build_payment: every input verifies, and the result is the same every time") {
  const crypto::SecretKey key = sample_key(1);
  const Transaction tx = build_payment(three_coins(), pay(6000), change(), Sats{100}, key).value();
  CHECK(tx == build_payment(three_coins(), pay(6000), change(), Sats{100}, key).value());
  CHECK(decode_transaction(encode_transaction(tx)).value() == tx);
  const Draft draft = draft_payment({}, three_coins(), pay(6000), change(), Sats{100}).value();
  CHECK(tx.txid() == draft.tx.txid());
  for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
    CHECK(verify_input(tx, i, draft.spent_outputs()).ok());
  }
}

TEST_CASE("sign_input: another key's coin and other kinds of coins are refused") {
  CHECK(build_payment(three_coins(), pay(6000), change(), Sats{100}, sample_key(2)).code() ==
        Errc::input_wrong_key);
  const Coin taproot{{sample_txid(1), 0}, {Sats{900}, p2tr_script(crypto::XOnlyKey{})}};
  CHECK(build_payment({taproot}, pay(500), change(), Sats{100}, sample_key(1)).code() ==
        Errc::input_kind_unsupported);
  const Coin strange{{sample_txid(1), 0}, {Sats{900}, Script{}}};
  CHECK(build_payment({strange}, pay(500), change(), Sats{100}, sample_key(1)).code() ==
        Errc::input_kind_unsupported);
}
