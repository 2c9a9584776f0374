// The Stacks groups of tests/data/vectors/stacks.json: made by stacks-core's tests and the npm
// wallet library, not by this project (each group names its source).
#include "crypto/hash.hpp"
#include "stacks/merkle.hpp"
#include "stacks/transaction.hpp"
#include "tests/vectors/vectors.hpp"

using namespace quorate;
using namespace quorate::stacks;

namespace {

const vectors::Json& group(const char* name) {
  static const vectors::Json all = vectors::read_json("stacks.json");
  return all.at(name);
}

std::uint64_t number(const vectors::Json& text) { return std::stoull(text.get<std::string>()); }

/// A private key as wallets write it: 66 digits ending in 01 mean the compressed public key.
struct WalletKey {
  crypto::SecretKey secret;
  KeyEncoding encoding;
};
WalletKey wallet_key(const std::string& hex) {
  const Bytes bytes = vectors::hex(hex);
  return {crypto::SecretKey::from(ByteView{bytes}.first(32)).value(),
          bytes.size() == 33 ? KeyEncoding::compressed : KeyEncoding::uncompressed};
}

}  // namespace

TEST_CASE("vectors: c32 addresses") {
  for (const auto& c : group("c32_addresses").at("cases")) {
    const Address address{c.at("version"), vectors::fixed<Hash160>(c.at("hash160"))};
    CHECK(to_text(address) == c.at("address"));
    CHECK(parse_address(c.at("address").get<std::string>()).value() == address);
  }
}

TEST_CASE("vectors: c32 addresses as people type them") {
  const auto& expect = group("c32_normalize").at("expect");
  const Address address{expect.at("version"), vectors::fixed<Hash160>(expect.at("hash160"))};
  for (const std::string text : group("c32_normalize").at("accept")) {
    INFO(text);
    CHECK(parse_address(text).value() == address);
  }
}

TEST_CASE("vectors: raw c32") {
  for (const auto& c : group("c32_raw").at("cases")) {
    const std::string text = c.at("c32");
    CHECK(c32_encode(vectors::hex(c.at("hex"))) == text);
    CHECK(c32_decode(text).value() == vectors::hex(c.at("hex")));
  }
}

TEST_CASE("vectors: keys to addresses") {
  for (const auto& c : group("key_to_address").at("cases")) {
    const WalletKey key = wallet_key(c.at("private_key"));
    CHECK(to_hex(key.secret.public_key()) == c.at("public_key"));
    const Hash160 hash = key_hash(key.secret.public_key(), key.encoding);
    CHECK(to_hex(hash) == c.at("hash160"));
    CHECK(to_text(single_key_address(hash, Network::mainnet)) == c.at("mainnet"));
    CHECK(to_text(single_key_address(hash, Network::testnet)) == c.at("testnet"));
  }
}

TEST_CASE("vectors: transactions of other implementations decode, or are refused by name") {
  for (const auto& c : group("transactions_upstream").at("cases")) {
    const Bytes raw = vectors::hex(c.at("raw_tx"));
    CHECK(to_hex(txid_of(raw)) == c.at("txid"));
    const auto tx = decode_transaction(raw);
    const std::uint8_t payload = raw.at(115);
    if (!tx) {
      const bool is_named = tx.code() == Errc::unsupported_payload ||
                            tx.code() == Errc::unsupported_auth ||
                            tx.code() == Errc::unsupported_hash_mode ||
                            tx.code() == Errc::unsupported_post_conditions;
      CHECK_MESSAGE(is_named, tx.error().message());
      CHECK(payload != 0);
      continue;
    }
    CHECK(encode_transaction(*tx) == raw);
    CHECK(to_hex(initial_sighash(*tx)) == c.at("initial_sighash"));
    CHECK(to_hex(tx->signer) == c.at("signer_hash160"));
    CHECK(tx->nonce == number(c.at("nonce")));
    CHECK(tx->fee == number(c.at("fee")));
    CHECK(verify_signature(*tx).ok() == c.at("origin_signature_valid").get<bool>());
  }
}

TEST_CASE("vectors: transfers signed by the wallet library are reproduced byte for byte") {
  for (const auto& c : group("stx_transfers").at("cases")) {
    const WalletKey key = wallet_key(c.at("private_key"));
    TransferRequest request;
    const bool mainnet = c.at("network") == "mainnet";
    request.network = mainnet ? Network::mainnet : Network::testnet;
    request.chain_id = mainnet ? mainnet_chain_id : testnet_chain_id;
    request.nonce = number(c.at("nonce"));
    request.fee = number(c.at("fee"));
    request.recipient = parse_principal(c.at("recipient").get<std::string>()).value();
    request.amount = number(c.at("amount_ustx"));
    request.memo = c.at("memo_utf8");
    request.key_encoding = key.encoding;
    const Transaction tx = make_transfer(request, key.secret).value();
    CHECK(to_text(tx.origin()) == c.at("sender"));
    CHECK(to_hex(initial_sighash(tx)) == c.at("initial_sighash"));
    CHECK(to_hex(presign_sighash(tx)) == c.at("presign_sighash"));
    CHECK(to_hex(tx.signature) == c.at("signature_vrs"));
    CHECK(to_hex(encode_transaction(tx)) == c.at("serialized"));
    CHECK(to_hex(txid_of(tx)) == c.at("txid"));
    CHECK(decode_transaction(vectors::hex(c.at("serialized"))).value() == tx);
  }
}

TEST_CASE("vectors: transaction Merkle roots") {
  for (const auto& c : group("merkle_sha512_256").at("cases")) {
    std::vector<Txid> txids;
    for (const std::string hex : c.at("txids")) txids.push_back(vectors::fixed<Txid>(hex));
    CHECK(to_hex(merkle_root(txids)) == c.at("root"));
    for (std::uint32_t i = 0; i < txids.size(); ++i) {
      CHECK(to_hex(root_of(prove_inclusion(txids, i), txids[i]).value()) == c.at("root"));
    }
  }
}
