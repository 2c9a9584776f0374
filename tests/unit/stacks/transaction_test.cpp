#include "stacks/transaction.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::stacks;

namespace {

/// A transfer signed by the client library for the testnet.
constexpr std::string_view transfer_hex =
    "80800000000400b71a091b4b8b7661a661c620966ab6573bc2dcd30000000000000000000000000000000a"
    "0000393810832bacd44cfc4024980876135de6b95429bdb610d5ce96a92c9ee9bfd81ec77ea0f1748c8515fc9a"
    "1589e51d8b92bf028e3e84ade1249682c05271d5b803020000000000051a525b8a36ef8a73548cd0940c248d3b"
    "71ecf4a45100000000000003e80000000000000000000000000000000000000000000000000000000000000000"
    "0000";

Bytes transfer_bytes() { return from_hex(transfer_hex).value(); }

Errc refusal_with(std::size_t offset, std::uint8_t byte) {
  Bytes bytes = transfer_bytes();
  bytes[offset] = byte;
  const auto decoded = decode_transaction(bytes);
  REQUIRE_FALSE(decoded.ok());
  return decoded.code();
}

crypto::SecretKey key() { return crypto::SecretKey::derive("quorate/test", as_bytes("sender")); }

TransferRequest request() {
  TransferRequest request;
  request.nonce = 3;
  request.fee = 200;
  request.amount = 1'000;
  request.recipient = {boot_address(Network::testnet), "pox-5"};
  request.memo = "hello";
  return request;
}

}  // namespace

TEST_CASE("transaction: a signed transfer decodes to its fields and encodes to its bytes") {
  const Transaction tx = decode_transaction(transfer_bytes()).value();
  CHECK(tx.network == Network::testnet);
  CHECK(tx.chain_id == testnet_chain_id);
  CHECK(tx.fee == 10);
  CHECK(tx.nonce == 0);
  REQUIRE(tx.transfer());
  CHECK(tx.transfer()->amount == 1'000);
  CHECK(to_text(tx.transfer()->recipient) == "ST195Q2HPXY576N4CT2A0R94D7DRYSX54A5X3YZTH");
  CHECK(to_text(tx.origin()) == "ST2VHM28V9E5QCRD6C73215KAPSBKQGPWTEE5CMQT");
  CHECK(to_hex(encode_transaction(tx)) == transfer_hex);
  CHECK(to_hex(txid_of(tx)) == "f52c124178eafc0671411cd110ff5098875a06c47e8fd7929836d4f87fe3dca4");
  CHECK(verify_signature(tx).ok());
}

TEST_CASE("transaction: every truncation and a trailing byte is refused") {
  const Bytes good = transfer_bytes();
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK(decode_transaction(ByteView{good}.first(n)).code() == Errc::truncated);
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(decode_transaction(longer).code() == Errc::trailing_bytes);
}

TEST_CASE("transaction: what is not supported is refused by its name") {
  CHECK(refusal_with(0, 0x01) == Errc::bad_tx_version);
  CHECK(refusal_with(5, 0x05) == Errc::unsupported_auth);
  for (const std::uint8_t mode : {1, 2, 3, 5, 7, 8}) {
    CHECK(refusal_with(6, mode) == Errc::unsupported_hash_mode);
  }
  CHECK(refusal_with(43, 2) == Errc::bad_key_encoding);
  CHECK(refusal_with(109, 0) == Errc::bad_anchor_mode);
  CHECK(refusal_with(109, 4) == Errc::bad_anchor_mode);
  CHECK(refusal_with(110, 0) == Errc::bad_post_condition_mode);
  CHECK(refusal_with(110, 3) == Errc::bad_post_condition_mode);
  CHECK(refusal_with(114, 1) == Errc::unsupported_post_conditions);
  for (const std::uint8_t payload : {1, 2, 3, 5, 6, 7, 8}) {
    CHECK(refusal_with(115, payload) == Errc::unsupported_payload);
  }
  CHECK(refusal_with(115, 9) == Errc::unknown_payload);
  CHECK(refusal_with(116, 9) == Errc::bad_principal);
  CHECK(refusal_with(117, 32) == Errc::bad_address_version);
}

TEST_CASE("transaction: the refusal of a payload names it") {
  Bytes bytes = transfer_bytes();
  bytes[115] = 2;
  CHECK(decode_transaction(bytes).error().detail == "contract-call");
}

TEST_CASE("transaction: changing any signed field, or the signature, is a bad signature") {
  const Transaction good = decode_transaction(transfer_bytes()).value();
  Transaction tx = good;
  tx.nonce = 1;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.fee += 1;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.chain_id = 1;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.key_encoding = KeyEncoding::uncompressed;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.signature.bytes[0] = 4;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.signature.bytes[40] ^= 1;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  tx = good;
  tx.signature = {};
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
}

TEST_CASE("transaction: the other form of a signature, with high S, is a bad signature") {
  // n − S in place of S, and the other parity: the same key signs, under another txid.
  const Bytes order =
      from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
  Transaction tx = decode_transaction(transfer_bytes()).value();
  int borrow = 0;
  for (int i = 31; i >= 0; --i) {
    const int difference = order[static_cast<std::size_t>(i)] -
                           tx.signature.bytes[static_cast<std::size_t>(33 + i)] - borrow;
    borrow = difference < 0 ? 1 : 0;
    tx.signature.bytes[static_cast<std::size_t>(33 + i)] = static_cast<std::uint8_t>(difference);
  }
  tx.signature.bytes[0] ^= 1;
  CHECK(verify_signature(tx).code() == Errc::bad_signature);
  CHECK(verify_signature(tx).error().detail == "high_s");
}

TEST_CASE(
    "transaction: a transfer made here verifies and decodes to itself, for both key encodings") {
  for (const KeyEncoding encoding : {KeyEncoding::compressed, KeyEncoding::uncompressed}) {
    TransferRequest wanted = request();
    wanted.key_encoding = encoding;
    const Transaction tx = make_transfer(wanted, key()).value();
    CHECK(verify_signature(tx).ok());
    CHECK(tx.signer == key_hash(key().public_key(), encoding));
    CHECK(decode_transaction(encode_transaction(tx)).value() == tx);
  }
}

TEST_CASE("transaction: a memo has at most 34 bytes") {
  TransferRequest wanted = request();
  wanted.memo = std::string(34, 'm');
  CHECK(make_transfer(wanted, key()).ok());
  wanted.memo.push_back('m');
  CHECK(make_transfer(wanted, key()).code() == Errc::length_out_of_bounds);
}

TEST_CASE("transaction: a coinbase is on-chain only and decodes to itself") {
  const Transaction tx = make_coinbase(Network::testnet, testnet_chain_id, 5, {}, key());
  CHECK(verify_signature(tx).ok());
  CHECK(tx.fee == 0);
  Bytes bytes = encode_transaction(tx);
  CHECK(bytes.size() == 148);
  CHECK(decode_transaction(bytes).value() == tx);
  bytes[109] = 3;
  CHECK(decode_transaction(bytes).code() == Errc::bad_anchor_mode);
}

TEST_CASE("transaction: the longest one fits the stated bound") {
  TransferRequest wanted = request();
  wanted.recipient = {boot_address(Network::testnet), std::string(max_contract_name, 'n')};
  const Transaction tx = make_transfer(wanted, key()).value();
  CHECK(encode_transaction(tx).size() == max_transaction_size);
}
