#include "bitcoin/verify_input.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

/// A draft of two inputs: P2WPKH and P2PKH of key 1, both signed.
Draft signed_draft() {
  const crypto::SecretKey key = sample_key(1);
  const Script old_kind = p2pkh_script(crypto::hash160(key.public_key().view()));
  const std::vector<Coin> first{sample_coin(1, Sats{5000}, key),
                                {{sample_txid(2), 0}, {Sats{6000}, old_kind}}};
  Draft draft =
      draft_payment(first, {}, {{Sats{9000}, burn_script()}}, wallet_script(key), Sats{100})
          .value();
  REQUIRE(sign_input(draft, 0, key).ok());
  REQUIRE(sign_input(draft, 1, key).ok());
  return draft;
}

/// One Taproot input of key 2, signed with `type`.
Draft taproot_draft(SighashType type) {
  const crypto::SecretKey key = crypto::taproot_tweak_secret(sample_key(2), {});
  const Coin coin{{sample_txid(3), 0}, {Sats{7000}, p2tr_script(crypto::x_only(key.public_key()))}};
  Draft draft =
      draft_payment({coin}, {}, {{Sats{6900}, burn_script()}}, burn_script(), Sats{100}).value();
  const Hash256 digest = taproot_sighash(draft.tx, 0, draft.spent_outputs(), type).value();
  place_taproot_signature(draft.tx, 0, crypto::sign_schnorr(key, digest, Hash256{}));
  if (type != SighashType::standard) {
    draft.tx.inputs[0].witness[0].push_back(static_cast<std::uint8_t>(type));
  }
  return draft;
}

Errc refusal(const Draft& draft, std::size_t index) {
  return verify_input(draft.tx, index, draft.spent_outputs()).code();
}

}  // namespace

TEST_CASE("verify_input: accepts what our wallets sign") {
  const Draft draft = signed_draft();
  CHECK(verify_input(draft.tx, 0, draft.spent_outputs()).ok());
  CHECK(verify_input(draft.tx, 1, draft.spent_outputs()).ok());
  for (const SighashType type : {SighashType::standard, SighashType::all, SighashType::none}) {
    const Draft taproot = taproot_draft(type);
    CHECK(verify_input(taproot.tx, 0, taproot.spent_outputs()).ok());
  }
}

TEST_CASE("verify_input: a changed transaction or amount is refused") {
  Draft draft = signed_draft();
  draft.tx.outputs[0].value += Sats{1};
  CHECK(refusal(draft, 0) == Errc::bad_signature);
  CHECK(refusal(draft, 1) == Errc::bad_signature);
  draft = signed_draft();
  draft.spends[0].output.value += Sats{1};
  CHECK(refusal(draft, 0) == Errc::bad_signature);
  Draft taproot = taproot_draft(SighashType::standard);
  taproot.spends[0].output.value += Sats{1};
  CHECK(refusal(taproot, 0) == Errc::bad_signature);
}

TEST_CASE("verify_input: wrong shapes, keys and types are refused by name") {
  Draft draft = signed_draft();
  draft.tx.inputs[0].witness.push_back({});
  CHECK(refusal(draft, 0) == Errc::input_wrong_shape);
  draft = signed_draft();
  draft.tx.inputs[0].witness[0].clear();
  CHECK(refusal(draft, 0) == Errc::input_wrong_shape);
  draft = signed_draft();
  draft.tx.inputs[0].script.bytes = {0};
  CHECK(refusal(draft, 0) == Errc::input_wrong_shape);
  draft = signed_draft();
  draft.tx.inputs[0].witness[1] = to_bytes(sample_key(2).public_key().view());
  CHECK(refusal(draft, 0) == Errc::input_wrong_key);
  draft = signed_draft();
  draft.tx.inputs[0].witness[0].back() = 0;
  CHECK(refusal(draft, 0) == Errc::sighash_type_unknown);
  draft = signed_draft();
  draft.tx.inputs[1].script.bytes.push_back(0);
  CHECK(refusal(draft, 1) == Errc::input_wrong_shape);
  draft = signed_draft();
  draft.tx.inputs[1].script.bytes.pop_back();
  CHECK(refusal(draft, 1) == Errc::input_wrong_shape);
  draft = signed_draft();
  draft.tx.inputs[1].witness = {{1}};
  CHECK(refusal(draft, 1) == Errc::input_wrong_shape);
}

TEST_CASE("verify_input: Taproot wants one item of 64 bytes, or 65 with a written-out type") {
  Draft draft = taproot_draft(SighashType::standard);
  draft.tx.inputs[0].witness[0].push_back(0);
  CHECK(refusal(draft, 0) == Errc::sighash_type_unknown);
  draft.tx.inputs[0].witness[0].resize(63);
  CHECK(refusal(draft, 0) == Errc::input_wrong_shape);
  draft = taproot_draft(SighashType::standard);
  draft.tx.inputs[0].witness.push_back({0x50});
  CHECK(refusal(draft, 0) == Errc::input_wrong_shape);
  draft = taproot_draft(SighashType::all);
  draft.tx.inputs[0].witness[0][64] = 3;
  CHECK(refusal(draft, 0) == Errc::bad_signature);
  draft.tx.outputs.clear();
  CHECK(refusal(draft, 0) == Errc::sighash_single_without_output);
}

TEST_CASE("verify_input: other kinds of outputs are not supported") {
  Draft draft = signed_draft();
  for (const Script& script : {script_of({OutputKind::p2sh, Bytes(20, 1)}),
                               script_of({OutputKind::p2wsh, Bytes(32, 1)}), Script{}}) {
    draft.spends[0].output.script = script;
    CHECK(refusal(draft, 0) == Errc::input_kind_unsupported);
  }
}
