#include "bitcoin/verify_input.hpp"

#include "bitcoin/script.hpp"
#include "crypto/ecdsa.hpp"

namespace quorate::bitcoin {
namespace {

/// What unlocks an output of a key hash: a DER signature with its type byte, and the key.
struct Unlocking {
  Bytes signature;
  SighashType type{};
  crypto::PublicKey key;
};

Result<SighashType> type_of(std::uint8_t byte) {
  const auto type = static_cast<SighashType>(byte);
  if (!is_valid(type) || type == SighashType::standard) return Errc::sighash_type_unknown;
  return type;
}

/// Compressed keys only: our wallets make no others.
Result<Unlocking> unlocking_of(ByteView signature, ByteView key, const Bytes& key_hash) {
  if (signature.empty()) return Errc::input_wrong_shape;
  if (key.size() != crypto::PublicKey::size) return Errc::input_wrong_shape;
  if (to_bytes(crypto::hash160(key).view()) != key_hash) return Errc::input_wrong_key;
  TRY_ASSIGN(const SighashType type, type_of(signature.back()));
  return Unlocking{to_bytes(signature.first(signature.size() - 1)), type,
                   crypto::PublicKey::from(key)};
}

/// Exactly two direct pushes, as a P2PKH input has them.
Result<std::vector<Bytes>> two_pushes(const Script& script) {
  std::vector<Bytes> pushes;
  Reader in{script.bytes};
  while (in.ok() && in.left() > 0) {
    const auto size = in.get<std::uint8_t>();
    if (size == 0 || size > 75) return Errc::input_wrong_shape;
    pushes.push_back(to_bytes(in.raw(size)));
  }
  if (!in.ok() || pushes.size() != 2) return Errc::input_wrong_shape;
  return pushes;
}

Result<> verify_p2pkh(const Transaction& tx, std::size_t index, const TxOut& spent,
                      const Bytes& key_hash) {
  const TxIn& input = tx.inputs[index];
  if (!input.witness.empty()) return Errc::input_wrong_shape;
  TRY_ASSIGN(const std::vector<Bytes> pushes, two_pushes(input.script));
  TRY_ASSIGN(const Unlocking unlocking, unlocking_of(pushes[0], pushes[1], key_hash));
  TRY_ASSIGN(const Hash256 digest, legacy_sighash(tx, index, spent.script, unlocking.type));
  return crypto::verify_ecdsa_der(unlocking.key, digest, unlocking.signature);
}

Result<> verify_p2wpkh(const Transaction& tx, std::size_t index, const TxOut& spent,
                       const Bytes& key_hash) {
  const TxIn& input = tx.inputs[index];
  if (!input.script.bytes.empty()) return Errc::input_wrong_shape;
  if (input.witness.size() != 2) return Errc::input_wrong_shape;
  TRY_ASSIGN(const Unlocking unlocking, unlocking_of(input.witness[0], input.witness[1], key_hash));
  TRY_ASSIGN(const Hash256 digest,
             segwit_sighash(tx, index, Hash160::from(key_hash), spent.value, unlocking.type));
  return crypto::verify_ecdsa_der(unlocking.key, digest, unlocking.signature);
}

/// Key path without annex. A signature of 64 bytes stands for SIGHASH_DEFAULT, which therefore must
/// not be written out as a 65th byte. Source: BIP 341.
Result<> verify_p2tr(const Transaction& tx, std::size_t index, const std::vector<TxOut>& spent,
                     const Bytes& key) {
  const TxIn& input = tx.inputs[index];
  if (!input.script.bytes.empty()) return Errc::input_wrong_shape;
  if (input.witness.size() != 1) return Errc::input_wrong_shape;
  const ByteView item = input.witness[0];
  constexpr std::size_t size = crypto::SchnorrSignature::size;
  if (item.size() != size && item.size() != size + 1) return Errc::input_wrong_shape;
  SighashType type = SighashType::standard;
  if (item.size() == size + 1) {
    TRY_ASSIGN(type, type_of(item.back()));
  }
  TRY_ASSIGN(const Hash256 digest, taproot_sighash(tx, index, spent, type));
  const auto signature = crypto::SchnorrSignature::from(item.first(size));
  if (!crypto::verify_schnorr(crypto::XOnlyKey::from(key), digest.view(), signature)) {
    return Errc::bad_signature;
  }
  return done();
}

}  // namespace

Result<> verify_input(const Transaction& tx, std::size_t index, const std::vector<TxOut>& spent) {
  ASSERT(index < tx.inputs.size());
  ASSERT(spent.size() == tx.inputs.size());
  const std::optional<Destination> destination = destination_of(spent[index].script);
  if (!destination) return Errc::input_kind_unsupported;
  switch (destination->kind) {
    case OutputKind::p2pkh:
      return verify_p2pkh(tx, index, spent[index], destination->hash);
    case OutputKind::p2wpkh:
      return verify_p2wpkh(tx, index, spent[index], destination->hash);
    case OutputKind::p2tr:
      return verify_p2tr(tx, index, spent, destination->hash);
    case OutputKind::p2sh:
    case OutputKind::p2wsh:
      break;
  }
  return Errc::input_kind_unsupported;
}

}  // namespace quorate::bitcoin
