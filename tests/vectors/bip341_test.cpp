// Source: BIP 341, wallet-test-vectors.json: output keys and addresses, key-path signature hashes,
// and one transaction that spends every kind of output our wallets know.
#include "bitcoin/address.hpp"
#include "bitcoin/verify_input.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::bitcoin;
using namespace quorate::vectors;

namespace {

/// Kept for the whole run: loops hold references into it.
const Json& file() {
  static const Json json = read_json("bip341/wallet-test-vectors.json");
  return json;
}

/// 32 bytes, or none for null.
Bytes root_of(const Json& value) { return value.is_null() ? Bytes{} : hex(value); }

std::vector<TxOut> spent_of(const Json& utxos) {
  std::vector<TxOut> out;
  for (const Json& utxo : utxos) {
    out.push_back(
        {Sats{utxo["amountSats"].get<std::uint64_t>()}, Script{hex(utxo["scriptPubKey"])}});
  }
  return out;
}

void check_signing(const Transaction& tx, const std::vector<TxOut>& spent, const Json& test) {
  const Json& given = test["given"];
  const Json& expected = test["intermediary"];
  const std::size_t index = given["txinIndex"];
  const auto type = static_cast<SighashType>(given["hashType"].get<int>());
  CAPTURE(index);
  const auto internal = crypto::SecretKey::from(hex(given["internalPrivkey"])).value();
  CHECK(to_hex(crypto::x_only(internal.public_key())) == expected["internalPubkey"]);
  const crypto::SecretKey tweaked =
      crypto::taproot_tweak_secret(internal, root_of(given["merkleRoot"]));
  CHECK(to_hex(tweaked.reveal()) == expected["tweakedPrivkey"]);

  CHECK(to_hex(taproot_sighash_message(tx, index, spent, type).value()) == expected["sigMsg"]);
  const Hash256 digest = taproot_sighash(tx, index, spent, type).value();
  CHECK(to_hex(digest) == expected["sigHash"]);

  Bytes item = to_bytes(crypto::sign_schnorr(tweaked, digest, Hash256{}).view());
  if (type != SighashType::standard) item.push_back(static_cast<std::uint8_t>(type));
  CHECK(to_hex(item) == test["expected"]["witness"][0]);
}

}  // namespace

TEST_CASE("BIP 341: output keys, scripts and addresses match the published ones") {
  for (const Json& test : file()["scriptPubKey"]) {
    const auto internal = fixed<crypto::XOnlyKey>(test["given"]["internalPubkey"]);
    const Bytes root = root_of(test["intermediary"]["merkleRoot"]);
    const crypto::TaprootOutput output = crypto::taproot_output_key(internal, root).value();
    CHECK(to_hex(output.key) == test["intermediary"]["tweakedPubkey"]);
    const Script script = p2tr_script(output.key);
    CHECK(to_hex(script.bytes) == test["expected"]["scriptPubKey"]);
    const std::string address = test["expected"]["bip350Address"];
    CHECK(address_text(Network::main, script).value() == address);
    CHECK(script_of(parse_address(Network::main, address).value()) == script);
  }
}

TEST_CASE("BIP 341: key-path digests and signatures match the published ones") {
  for (const Json& test : file()["keyPathSpending"]) {
    const Bytes raw = hex(test["given"]["rawUnsignedTx"]);
    const Transaction tx = decode_transaction(raw).value();
    CHECK(encode_transaction(tx) == raw);
    const std::vector<TxOut> spent = spent_of(test["given"]["utxosSpent"]);
    for (const Json& input : test["inputSpending"]) check_signing(tx, spent, input);
  }
}

TEST_CASE("BIP 341: every input of the published signed transaction verifies, and no changed one") {
  for (const Json& test : file()["keyPathSpending"]) {
    const Bytes raw = hex(test["auxiliary"]["fullySignedTx"]);
    const Transaction tx = decode_transaction(raw).value();
    CHECK(encode_transaction(tx) == raw);
    const std::vector<TxOut> spent = spent_of(test["given"]["utxosSpent"]);
    Transaction changed = tx;
    changed.lock_time ^= 1;  // Covered by every signature hash type.
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
      CAPTURE(i);
      CHECK(verify_input(tx, i, spent).ok());
      CHECK(verify_input(changed, i, spent).code() == Errc::bad_signature);
    }
  }
}
