#include "bitcoin/sighash.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

constexpr SighashType all_types[] = {SighashType::all,         SighashType::none,
                                     SighashType::single,      SighashType::all_anyone,
                                     SighashType::none_anyone, SighashType::single_anyone};

/// Two inputs, two outputs.
Transaction two_by_two() {
  Transaction tx = sample_transaction();
  tx.inputs.push_back({.previous = {sample_txid(8), 0}});
  tx.outputs.push_back({Sats{2000}, burn_script()});
  return tx;
}

const std::vector<TxOut> spent{{Sats{1}, burn_script()}, {Sats{2}, burn_script()}};

Hash256 taproot(const Transaction& tx, std::size_t index, SighashType type) {
  return taproot_sighash(tx, index, spent, type).value();
}

}  // namespace

// Source: BIP 143, example "Native P2WPKH".
TEST_CASE("segwit_sighash: the published digest") {
  const Transaction tx =
      decode_transaction(
          hex("0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000"
              "eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ff"
              "ffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d"
              "000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000"))
          .value();
  const auto key = fixed_from_hex<crypto::PublicKey>(
                       "025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357")
                       .value();
  CHECK(
      to_hex(segwit_sighash(tx, 1, crypto::hash160(key.view()), Sats{600'000'000}, SighashType::all)
                 .value()) == "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670");
}

TEST_CASE("sighash: every digest differs by type and by input") {
  const Transaction tx = two_by_two();
  std::vector<Hash256> digests;
  for (const SighashType type : all_types) {
    for (const std::size_t index : {0u, 1u}) {
      digests.push_back(taproot(tx, index, type));
      digests.push_back(segwit_sighash(tx, index, Hash160{}, Sats{5}, type).value());
      digests.push_back(legacy_sighash(tx, index, burn_script(), type).value());
    }
  }
  std::sort(digests.begin(), digests.end());
  CHECK(std::adjacent_find(digests.begin(), digests.end()) == digests.end());
}

TEST_CASE("sighash: a type covers exactly the outputs and inputs it says") {
  const Transaction tx = two_by_two();
  Transaction other_output = tx;
  other_output.outputs[1].value += Sats{1};
  Transaction other_input = tx;
  other_input.inputs[1].previous.vout = 9;
  for (const SighashType type : all_types) {
    const auto byte = static_cast<std::uint8_t>(type);
    CAPTURE(byte);
    const bool covers_outputs = (byte & 3) == 1;
    const bool covers_inputs = (byte & 0x80) == 0;
    const auto digests = [type](const Transaction& t) {
      return std::vector<Hash256>{taproot(t, 0, type),
                                  segwit_sighash(t, 0, Hash160{}, Sats{5}, type).value(),
                                  legacy_sighash(t, 0, burn_script(), type).value()};
    };
    const std::vector<Hash256> base = digests(tx);
    const std::vector<Hash256> changed_output = digests(other_output);
    const std::vector<Hash256> changed_input = digests(other_input);
    for (std::size_t i = 0; i < base.size(); ++i) {
      CHECK((base[i] != changed_output[i]) == covers_outputs);
      CHECK((base[i] != changed_input[i]) == covers_inputs);
    }
  }
}

TEST_CASE("sighash: SIGHASH_DEFAULT is Taproot's only; SIGHASH_SINGLE needs its output") {
  Transaction tx = two_by_two();
  CHECK(taproot(tx, 0, SighashType::standard) != taproot(tx, 0, SighashType::all));
  CHECK(segwit_sighash(tx, 0, {}, {}, SighashType::standard).code() == Errc::sighash_type_unknown);
  CHECK(legacy_sighash(tx, 0, {}, SighashType::standard).code() == Errc::sighash_type_unknown);
  CHECK(segwit_sighash(tx, 0, {}, {}, SighashType{4}).code() == Errc::sighash_type_unknown);
  CHECK(legacy_sighash(tx, 0, {}, SighashType{0x80}).code() == Errc::sighash_type_unknown);
  tx.outputs.pop_back();
  CHECK(taproot_sighash(tx, 1, spent, SighashType::single).code() ==
        Errc::sighash_single_without_output);
  CHECK(legacy_sighash(tx, 1, {}, SighashType::single).code() ==
        Errc::sighash_single_without_output);
  CHECK(segwit_sighash(tx, 1, {}, {}, SighashType::single).ok());  // BIP 143: zero hash
}

TEST_CASE("sighash: witnesses and input scripts are not covered") {
  const Transaction tx = two_by_two();
  Transaction signed_tx = tx;
  signed_tx.inputs[0].witness = {{1}};
  signed_tx.inputs[1].script.bytes = {1};
  CHECK(taproot(signed_tx, 0, SighashType::standard) == taproot(tx, 0, SighashType::standard));
  CHECK(legacy_sighash(signed_tx, 0, {}, SighashType::all).value() ==
        legacy_sighash(tx, 0, {}, SighashType::all).value());
}
