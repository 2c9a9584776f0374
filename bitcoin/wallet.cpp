#include "bitcoin/wallet.hpp"

#include "crypto/ecdsa.hpp"

namespace quorate::bitcoin {
namespace {

/// Greatest value first, equal values by outpoint: the same coins always give the same payment.
bool is_preferred(const Coin& a, const Coin& b) {
  if (a.output.value != b.output.value) return a.output.value > b.output.value;
  return a.at < b.at;
}

/// Adds within the limit of all bitcoin; the operands may come from anywhere.
Result<Sats> add(Sats sum, Sats value) {
  if (value > max_money || sum > max_money) return Errc::money_out_of_range;
  sum += value;
  if (sum > max_money) return Errc::money_out_of_range;
  return sum;
}

bool is_spendable(const Script& script) { return destination_of(script).has_value(); }

Result<Sats> needed_for(const std::vector<TxOut>& outputs, Sats fee) {
  Sats sum = fee;
  for (const TxOut& output : outputs) {
    if (output.value < dust && is_spendable(output.script)) return Errc::output_below_dust;
    TRY_ASSIGN(sum, add(sum, output.value));
  }
  return sum;
}

Bytes signature_item(const crypto::SecretKey& key, const Hash256& digest) {
  Bytes item = crypto::sign_ecdsa_der(key, digest);
  item.push_back(static_cast<std::uint8_t>(SighashType::all));
  return item;
}

void push(Script& script, ByteView item) {
  ASSERT(item.size() <= 75);
  script.bytes.push_back(static_cast<std::uint8_t>(item.size()));
  append(script.bytes, item);
}

}  // namespace

std::vector<TxOut> Draft::spent_outputs() const {
  std::vector<TxOut> out;
  for (const Coin& coin : spends) out.push_back(coin.output);
  return out;
}

std::vector<Script> Draft::spent_scripts() const {
  std::vector<Script> out;
  for (const Coin& coin : spends) out.push_back(coin.output.script);
  return out;
}

Sats Draft::fee() const {
  Sats sum{0};
  for (const Coin& coin : spends) sum += coin.output.value;
  return sum - tx.total_output();
}

Result<Draft> draft_payment(const std::vector<Coin>& first, std::vector<Coin> coins,
                            std::vector<TxOut> outputs, const Script& change, Sats fee) {
  TRY_ASSIGN(const Sats needed, needed_for(outputs, fee));
  Draft draft;
  Sats gathered{0};
  for (const Coin& coin : first) {
    TRY_ASSIGN(gathered, add(gathered, coin.output.value));
    draft.spends.push_back(coin);
  }
  std::sort(coins.begin(), coins.end(), is_preferred);
  for (const Coin& coin : coins) {
    if (gathered >= needed && !draft.spends.empty()) break;
    TRY_ASSIGN(gathered, add(gathered, coin.output.value));
    draft.spends.push_back(coin);
  }
  if (gathered < needed || draft.spends.empty()) return Errc::not_enough_coins;

  for (const Coin& coin : draft.spends) draft.tx.inputs.push_back({.previous = coin.at});
  draft.tx.outputs = std::move(outputs);
  const Sats rest = gathered - needed;
  if (rest >= dust) draft.tx.outputs.push_back({rest, change});
  if (draft.tx.outputs.empty()) return Errc::transaction_empty;
  return draft;
}

Result<> sign_input(Draft& draft, std::size_t index, const crypto::SecretKey& key) {
  ASSERT(index < draft.spends.size());
  ASSERT(draft.spends.size() == draft.tx.inputs.size());
  const TxOut& spent = draft.spends[index].output;
  const std::optional<Destination> destination = destination_of(spent.script);
  if (!destination) return Errc::input_kind_unsupported;
  const crypto::PublicKey public_key = key.public_key();
  const Hash160 key_hash = crypto::hash160(public_key.view());
  if (destination->kind != OutputKind::p2wpkh && destination->kind != OutputKind::p2pkh) {
    return Errc::input_kind_unsupported;
  }
  if (destination->hash != to_bytes(key_hash.view())) return Errc::input_wrong_key;

  TxIn& input = draft.tx.inputs[index];
  if (destination->kind == OutputKind::p2wpkh) {
    TRY_ASSIGN(const Hash256 digest,
               segwit_sighash(draft.tx, index, key_hash, spent.value, SighashType::all));
    input.witness = {signature_item(key, digest), to_bytes(public_key.view())};
  } else {
    TRY_ASSIGN(const Hash256 digest,
               legacy_sighash(draft.tx, index, spent.script, SighashType::all));
    input.script = Script{};
    push(input.script, signature_item(key, digest));
    push(input.script, public_key.view());
  }
  return done();
}

void place_taproot_signature(Transaction& tx, std::size_t index,
                             const crypto::SchnorrSignature& signature) {
  ASSERT(index < tx.inputs.size());
  tx.inputs[index].witness = {to_bytes(signature.view())};
}

Result<Transaction> build_payment(const std::vector<Coin>& coins, const std::vector<TxOut>& outputs,
                                  const Script& change, Sats fee, const crypto::SecretKey& key) {
  TRY_ASSIGN(Draft draft, draft_payment({}, coins, outputs, change, fee));
  for (std::size_t i = 0; i < draft.spends.size(); ++i) TRY(sign_input(draft, i, key));
  return std::move(draft.tx);
}

Script wallet_script(const crypto::SecretKey& key) { return p2wpkh_script(key.public_key()); }

}  // namespace quorate::bitcoin
