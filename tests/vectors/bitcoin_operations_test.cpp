// Source: stacks.json: Bitcoin transactions and payloads of stacks-core's tests, and the hash
// formulas of its burn chain.
#include "bitcoin/address.hpp"
#include "bitcoin/operations.hpp"
#include "bitcoin/pox_hashes.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::bitcoin;
using namespace quorate::vectors;

namespace {

/// Kept for the whole run: loops hold references into it.
const Json& group(const char* name) {
  static const Json json = read_json("stacks.json");
  return json.at(name);
}

Magic magic_of(const Json& text) {
  const Bytes bytes = hex(text);
  REQUIRE(bytes.size() == 2);
  return {bytes[0], bytes[1]};
}

Transaction check_raw(const Json& test) {
  const Bytes raw = hex(test["raw_bitcoin_tx"]);
  const Transaction tx = decode_transaction(raw).value();
  CHECK(encode_transaction(tx) == raw);
  CHECK(to_hex(tx.txid()) == test["txid"].get<std::string>());
  return tx;
}

void check_registration(const VrfRegistration& op, const Json& test) {
  CHECK(to_hex(op.consensus_hash) == test["consensus_hash"].get<std::string>());
  CHECK(to_hex(op.key) == test["vrf_public_key"].get<std::string>());
  CHECK(to_hex(op.memo) == test["memo"].get<std::string>());
  CHECK(to_hex(payload_of(magic_of(test["magic"]), op)) ==
        test["op_return_payload"].get<std::string>());
}

/// The operation a payload case of the file describes in words.
Operation described(const Json& test) {
  const std::string op = test["op"];
  if (op == "pre_stx") return PreStx{};
  const MicroStx amount{test["amount"].get<std::uint64_t>()};
  if (op == "stack_stx") {
    StackStx stack;
    stack.amount = amount;
    stack.cycles = test["cycles"];
    if (test.contains("signer_key") && !test["signer_key"].is_null()) {
      stack.signer_key = fixed<crypto::PublicKey>(test["signer_key"]);
    }
    if (test.contains("max_amount") && !test["max_amount"].is_null()) {
      stack.max_amount = MicroStx{test["max_amount"].get<std::uint64_t>()};
    }
    if (test.contains("auth_id") && !test["auth_id"].is_null()) {
      stack.auth_id = test["auth_id"].get<std::uint32_t>();
    }
    return stack;
  }
  if (op == "transfer_stx") {
    return TransferStx{amount, test.contains("memo") ? hex(test["memo"]) : Bytes{}};
  }
  REQUIRE(op == "delegate_stx");
  DelegateStx delegate;
  delegate.amount = amount;
  if (!test["reward_addr_index"].is_null()) delegate.reward_output = test["reward_addr_index"];
  if (!test["until"].is_null()) delegate.until = BurnHeight{test["until"].get<std::uint64_t>()};
  return delegate;
}

ConsensusHash consensus_hash_of(const Json& test) {
  std::vector<ConsensusHash> previous;
  for (const Json& hash : test["prev"]) previous.push_back(fixed<ConsensusHash>(hash));
  return consensus_hash(fixed<BurnHash>(test["burn_header_hash"]), fixed<OpsHash>(test["ops_hash"]),
                        test["total_burn"].get<std::uint64_t>(), test["pox_id"].get<std::string>(),
                        previous);
}

}  // namespace

TEST_CASE("stacks-core: VRF key registrations are read from raw Bitcoin transactions") {
  for (const Json& test : group("vrf_key_register")["cases"]) {
    CAPTURE(test["note"].get<std::string>());
    const Transaction tx = check_raw(test);
    const auto found = operation_of(magic_of(test["magic"]), tx);
    if (!test["valid"].get<bool>()) {
      CHECK_FALSE(found.ok());
      continue;
    }
    REQUIRE(found.ok());
    REQUIRE(found.value().has_value());
    check_registration(std::get<VrfRegistration>(**found), test);
  }
}

TEST_CASE("stacks-core: block commits, which this protocol replaces, are an unknown operation") {
  for (const Json& test : group("block_commit")["cases"]) {
    const Transaction tx = check_raw(test);
    CHECK(operation_of(magic_of(test["magic"]), tx).code() == Errc::operation_unknown);
  }
}

TEST_CASE("stacks-core: the burn address") {
  const Json& test = group("burn_address");
  CHECK(to_hex(burn_script().bytes) == test["script_pubkey"].get<std::string>());
  CHECK(is_burn(burn_script()));
  CHECK(address_text(Network::main, burn_script()).value() ==
        test["mainnet_base58"].get<std::string>());
  CHECK(address_text(Network::test, burn_script()).value() ==
        test["testnet_base58"].get<std::string>());
}

TEST_CASE("stacks-core: payloads of the on-Bitcoin operations in both directions") {
  const Magic magic{'X', '2'};
  for (const Json& test : group("stx_ops_payloads")["cases"]) {
    const std::string payload = test["payload"];
    const Operation expected = described(test);
    CHECK(to_hex(payload_of(magic, expected)) == payload);
    CHECK(decode_payload(magic, hex(payload)).value() == expected);
  }
}

TEST_CASE("stacks-core: sortition, operations and consensus hashes") {
  for (const Json& test : group("sortition_and_consensus_hash")["cases"]) {
    const std::string what = test["what"];
    const std::string result = test["result"];
    CAPTURE(what);
    if (what == "sortition_hash.mix_burn_header") {
      const auto previous = fixed<SortitionHash>(test["sortition_hash"]);
      const auto header = fixed<BurnHash>(test["burn_header_hash"]);
      CHECK(to_hex(next_sortition_hash(previous, header)) == result);
    } else if (what == "ops_hash") {
      std::vector<BurnTxid> txids;
      for (const Json& txid : test["txids"]) txids.push_back(fixed<BurnTxid>(txid));
      CHECK(to_hex(ops_hash(txids)) == result);
    } else if (what == "consensus_hash") {
      CHECK(to_hex(consensus_hash_of(test)) == result);
    }
  }
}
