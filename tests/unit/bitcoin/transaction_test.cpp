#include "bitcoin/transaction.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

Transaction with_witness() {
  Transaction tx = sample_transaction();
  tx.inputs[0].witness = {{1, 2}, {}};
  return tx;
}

}  // namespace

TEST_CASE("transaction: golden encodings without and with witness") {
  const std::string input =
      "01"
      "0707070707070707070707070707070707070707070707070707070707070707"
      "01000000"
      "00"
      "ffffffff";
  const std::string output =
      "01"
      "e803000000000000"
      "19"
      "76a914000000000000000000000000000000000000000088ac";
  CHECK(to_hex(encode_transaction(sample_transaction())) ==
        "02000000" + input + output + "00000000");
  CHECK(to_hex(encode_transaction(with_witness())) ==
        "02000000"
        "0001" +
            input + output +
            "02"
            "020102"
            "00" +
            "00000000");
  CHECK(encode_without_witness(with_witness()) == encode_transaction(sample_transaction()));
}

// Source: Bitcoin's first block, whose coinbase is known to everybody.
TEST_CASE("transaction: the first coinbase of Bitcoin has its txid") {
  const Bytes raw = hex(
      "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff00"
      "1d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b20"
      "6f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afd"
      "b0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c"
      "384df7ba0b8d578a4c702b6bf11d5fac00000000");
  const Transaction tx = decode_transaction(raw).value();
  CHECK(to_hex(tx.txid()) == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
  CHECK(tx.wtxid() == tx.txid());
  CHECK(tx.weight() == 4 * raw.size());
  CHECK(tx.total_output() == Sats{5'000'000'000});
  CHECK(encode_transaction(tx) == raw);
}

TEST_CASE("transaction: witnesses change the wtxid and count once, not four times") {
  const Transaction plain = sample_transaction();
  const Transaction tx = with_witness();
  CHECK(tx.txid() == plain.txid());
  CHECK(tx.wtxid() != plain.wtxid());
  CHECK(tx.weight() == plain.weight() + 7);  // marker, flag, count, items of 1 + 2 and 1 + 0 bytes
  CHECK(tx.virtual_size() == plain.virtual_size() + 2);
}

TEST_CASE(
    "transaction: decoding returns what was encoded; truncations and a spare byte are refused") {
  for (const Transaction& tx : {sample_transaction(), with_witness()}) {
    Bytes bytes = encode_transaction(tx);
    CHECK(decode_transaction(bytes).value() == tx);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CHECK(decode_transaction(ByteView{bytes}.first(n)).code() == Errc::truncated);
    }
    bytes.push_back(0);
    CHECK(decode_transaction(bytes).code() == Errc::trailing_bytes);
  }
}

TEST_CASE("transaction: segwit form needs flag 1 and a witness") {
  Bytes bytes = encode_transaction(with_witness());
  bytes[5] = 2;
  CHECK(decode_transaction(bytes).code() == Errc::bad_segwit_flag);
  const Bytes plain = encode_transaction(sample_transaction());
  Bytes empty_witness(plain.begin(), plain.begin() + 4);
  append(empty_witness, Bytes{0, 1});
  append(empty_witness, ByteView{plain}.subspan(4, plain.size() - 8));
  append(empty_witness, Bytes{0, 0, 0, 0, 0});
  CHECK(decode_transaction(empty_witness).code() == Errc::witness_superfluous);
}

TEST_CASE("transaction: no outputs, or no inputs in segwit form, is refused") {
  Transaction tx = sample_transaction();
  tx.outputs.clear();
  CHECK(decode_transaction(encode_transaction(tx)).code() == Errc::transaction_empty);
  CHECK(decode_transaction(hex("020000000001"
                               "00"
                               "01"
                               "0000000000000000"
                               "00"
                               "00000000"))
            .code() == Errc::transaction_empty);
}

TEST_CASE(
    "transaction: 21 million bitcoin are accepted, one satoshi more is refused, also in sum") {
  Transaction tx = sample_transaction();
  tx.outputs[0].value = max_money;
  CHECK(decode_transaction(encode_transaction(tx)).ok());
  tx.outputs[0].value = max_money + Sats{1};
  CHECK(decode_transaction(encode_transaction(tx)).code() == Errc::money_out_of_range);
  tx.outputs[0].value = max_money;
  tx.outputs.push_back({Sats{1}, burn_script()});
  CHECK(decode_transaction(encode_transaction(tx)).code() == Errc::money_out_of_range);
}

TEST_CASE("transaction: the heaviest possible one is accepted, one byte more is refused") {
  Transaction tx = sample_transaction();
  tx.outputs[0].script.bytes.assign(max_weight / 4 - 64, 0x6a);
  while (tx.weight() < max_weight) tx.outputs[0].script.bytes.push_back(0x6a);
  CHECK(tx.weight() == max_weight);
  CHECK(decode_transaction(encode_transaction(tx)).ok());
  tx.outputs[0].script.bytes.push_back(0x6a);
  CHECK(decode_transaction(encode_transaction(tx)).code() == Errc::transaction_too_heavy);
}

TEST_CASE("transaction: lying counts are refused") {
  // 24,391 inputs cannot fit into a block.
  CHECK(decode_transaction(hex("02000000fd475f")).code() == Errc::length_out_of_bounds);
  CHECK(decode_transaction(hex("02000000fd465f")).code() == Errc::truncated);
}
