#include "bitcoin/sighash.hpp"

#include "bitcoin/script.hpp"
#include "crypto/hash.hpp"

namespace quorate::bitcoin {
namespace {

/// How much of the outputs and of the other inputs a type covers.
enum class Outputs : std::uint8_t { all, none, single };

Outputs outputs_of(SighashType type) {
  switch (static_cast<std::uint8_t>(type) & 3) {
    case 2:
      return Outputs::none;
    case 3:
      return Outputs::single;
    default:
      return Outputs::all;
  }
}

bool is_anyone(SighashType type) { return (static_cast<std::uint8_t>(type) & 0x80) != 0; }

void put_out_point(Writer& out, const OutPoint& at) {
  put_reversed(out, at.txid);
  put_le(out, at.vout);
}

void put_output(Writer& out, const TxOut& output) {
  put_le(out, output.value.value);
  put_sized(out, output.script.bytes);
}

// The concatenations that BIP 143 and BIP 341 hash, twice or once.
Bytes all_out_points(const Transaction& tx) {
  Bytes bytes;
  Writer out{bytes};
  for (const TxIn& input : tx.inputs) put_out_point(out, input.previous);
  return bytes;
}
Bytes all_sequences(const Transaction& tx) {
  Bytes bytes;
  Writer out{bytes};
  for (const TxIn& input : tx.inputs) put_le(out, input.sequence);
  return bytes;
}
Bytes all_outputs(const Transaction& tx) {
  Bytes bytes;
  Writer out{bytes};
  for (const TxOut& output : tx.outputs) put_output(out, output);
  return bytes;
}
Bytes one_output(const TxOut& output) {
  Bytes bytes;
  Writer out{bytes};
  put_output(out, output);
  return bytes;
}
Bytes all_amounts(const std::vector<TxOut>& spent) {
  Bytes bytes;
  Writer out{bytes};
  for (const TxOut& output : spent) put_le(out, output.value.value);
  return bytes;
}
Bytes all_scripts(const std::vector<TxOut>& spent) {
  Bytes bytes;
  Writer out{bytes};
  for (const TxOut& output : spent) put_sized(out, output.script.bytes);
  return bytes;
}

/// The parts of BIP 341's message that describe the input itself.
void put_taproot_input(Writer& out, const Transaction& tx, std::size_t index,
                       const std::vector<TxOut>& spent, SighashType type) {
  constexpr std::uint8_t key_path_without_annex = 0;
  out.put(key_path_without_annex);
  if (!is_anyone(type)) {
    put_le(out, static_cast<std::uint32_t>(index));
    return;
  }
  put_out_point(out, tx.inputs[index].previous);
  put_output(out, spent[index]);
  put_le(out, tx.inputs[index].sequence);
}

/// The transaction that Bitcoin's original rule serialises and hashes.
Transaction legacy_view(const Transaction& tx, std::size_t index, const Script& script,
                        SighashType type) {
  Transaction view = tx;
  for (std::size_t i = 0; i < view.inputs.size(); ++i) {
    TxIn& input = view.inputs[i];
    input.witness.clear();
    input.script = i == index ? script : Script{};
    if (i != index && outputs_of(type) != Outputs::all) input.sequence = 0;
  }
  if (outputs_of(type) == Outputs::none) view.outputs.clear();
  if (outputs_of(type) == Outputs::single) {
    view.outputs.resize(index + 1);
    for (std::size_t i = 0; i < index; ++i) view.outputs[i] = {Sats{~std::uint64_t{0}}, Script{}};
  }
  if (is_anyone(type)) view.inputs = {view.inputs[index]};
  return view;
}

}  // namespace

Result<Bytes> taproot_sighash_message(const Transaction& tx, std::size_t index,
                                      const std::vector<TxOut>& spent, SighashType type) {
  ASSERT(index < tx.inputs.size());
  ASSERT(spent.size() == tx.inputs.size());
  ASSERT(is_valid(type));
  const Outputs outputs = outputs_of(type);
  if (outputs == Outputs::single && index >= tx.outputs.size()) {
    return Errc::sighash_single_without_output;
  }
  constexpr std::uint8_t epoch = 0;
  Bytes bytes;
  Writer out{bytes};
  out.put(epoch).put(type);
  put_le(out, tx.version);
  put_le(out, tx.lock_time);
  if (!is_anyone(type)) {
    out.put(crypto::sha256(all_out_points(tx)));
    out.put(crypto::sha256(all_amounts(spent)));
    out.put(crypto::sha256(all_scripts(spent)));
    out.put(crypto::sha256(all_sequences(tx)));
  }
  if (outputs == Outputs::all) out.put(crypto::sha256(all_outputs(tx)));
  put_taproot_input(out, tx, index, spent, type);
  if (outputs == Outputs::single) out.put(crypto::sha256(one_output(tx.outputs[index])));
  return bytes;
}

Result<Hash256> taproot_sighash(const Transaction& tx, std::size_t index,
                                const std::vector<TxOut>& spent, SighashType type) {
  TRY_ASSIGN(const Bytes message, taproot_sighash_message(tx, index, spent, type));
  return crypto::tagged_sha256("TapSighash", message);
}

Result<Hash256> segwit_sighash(const Transaction& tx, std::size_t index, const Hash160& key_hash,
                               Sats value, SighashType type) {
  ASSERT(index < tx.inputs.size());
  if (type == SighashType::standard || !is_valid(type)) return Errc::sighash_type_unknown;
  const Outputs outputs = outputs_of(type);
  const bool anyone = is_anyone(type);
  Hash256 out_points;
  Hash256 sequences;
  Hash256 output_hash;  // Zero where the type does not cover the part.
  if (!anyone) out_points = crypto::sha256d(all_out_points(tx));
  if (!anyone && outputs == Outputs::all) sequences = crypto::sha256d(all_sequences(tx));
  if (outputs == Outputs::all) output_hash = crypto::sha256d(all_outputs(tx));
  if (outputs == Outputs::single && index < tx.outputs.size()) {
    output_hash = crypto::sha256d(one_output(tx.outputs[index]));
  }
  Bytes bytes;
  Writer out{bytes};
  put_le(out, tx.version);
  out.put(out_points).put(sequences);
  put_out_point(out, tx.inputs[index].previous);
  put_sized(out, p2pkh_script(key_hash).bytes);
  put_le(out, value.value);
  put_le(out, tx.inputs[index].sequence);
  out.put(output_hash);
  put_le(out, tx.lock_time);
  put_le(out, static_cast<std::uint32_t>(type));
  return crypto::sha256d(bytes);
}

Result<Hash256> legacy_sighash(const Transaction& tx, std::size_t index, const Script& script,
                               SighashType type) {
  ASSERT(index < tx.inputs.size());
  if (type == SighashType::standard || !is_valid(type)) return Errc::sighash_type_unknown;
  if (outputs_of(type) == Outputs::single && index >= tx.outputs.size()) {
    return Errc::sighash_single_without_output;
  }
  Bytes bytes = encode_without_witness(legacy_view(tx, index, script, type));
  Writer out{bytes};
  put_le(out, static_cast<std::uint32_t>(type));
  return crypto::sha256d(bytes);
}

}  // namespace quorate::bitcoin
