#include "bitcoin/transaction.hpp"

#include "crypto/hash.hpp"

namespace quorate::bitcoin {
namespace {

// Smallest encodings, four weight units per byte: no valid transaction has more of them.
constexpr std::size_t max_inputs = max_weight / 4 / 41;
constexpr std::size_t max_outputs = max_weight / 4 / 9;

constexpr std::uint8_t segwit_marker = 0;
constexpr std::uint8_t segwit_flag = 1;

void put_inputs(Writer& out, const std::vector<TxIn>& inputs) {
  put_compact_size(out, inputs.size());
  for (const TxIn& input : inputs) {
    put_reversed(out, input.previous.txid);
    put_le(out, input.previous.vout);
    put_sized(out, input.script.bytes);
    put_le(out, input.sequence);
  }
}

void put_outputs(Writer& out, const std::vector<TxOut>& outputs) {
  put_compact_size(out, outputs.size());
  for (const TxOut& output : outputs) {
    put_le(out, output.value.value);
    put_sized(out, output.script.bytes);
  }
}

void put_witnesses(Writer& out, const std::vector<TxIn>& inputs) {
  for (const TxIn& input : inputs) {
    put_compact_size(out, input.witness.size());
    for (const Bytes& item : input.witness) put_sized(out, item);
  }
}

TxIn take_input(Reader& in) {
  TxIn input;
  input.previous.txid = take_reversed<BurnTxid>(in);
  input.previous.vout = take_le<std::uint32_t>(in);
  input.script.bytes = take_sized(in, Script::max_size);
  input.sequence = take_le<std::uint32_t>(in);
  return input;
}

TxOut take_output(Reader& in) {
  TxOut output;
  output.value = Sats{take_le<std::uint64_t>(in)};
  if (output.value > max_money) in.fail(Errc::money_out_of_range);
  output.script.bytes = take_sized(in, Script::max_size);
  return output;
}

/// Vectors grow with what was really read, so a lying count allocates nothing.
template <class T>
std::vector<T> take_all(Reader& in, std::size_t count, T (*take)(Reader&)) {
  std::vector<T> out;
  for (std::size_t i = 0; i < count && in.ok(); ++i) out.push_back(take(in));
  return out;
}

Bytes take_item(Reader& in) { return take_sized(in, max_weight); }

void take_witnesses(Reader& in, std::vector<TxIn>& inputs) {
  bool any = false;
  for (TxIn& input : inputs) {
    const std::size_t count = take_compact_size(in, max_weight);
    input.witness = take_all(in, count, take_item);
    any = any || count > 0;
  }
  if (!any) in.fail(Errc::witness_superfluous);
}

/// Refuses a sum above all the bitcoin there can be, so that later sums cannot wrap around.
void check_money(Reader& in, const std::vector<TxOut>& outputs) {
  Sats sum{0};
  for (const TxOut& output : outputs) {
    if (!in.ok()) return;
    sum += output.value;
    if (sum > max_money) in.fail(Errc::money_out_of_range);
  }
}

}  // namespace

bool Transaction::has_witness() const {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const TxIn& input) { return !input.witness.empty(); });
}

BurnTxid Transaction::txid() const {
  return reversed(BurnTxid::from(crypto::sha256d(encode_without_witness(*this)).view()));
}

BurnTxid Transaction::wtxid() const {
  return reversed(BurnTxid::from(crypto::sha256d(encode_transaction(*this)).view()));
}

std::size_t Transaction::weight() const {
  return 3 * encode_without_witness(*this).size() + encode_transaction(*this).size();
}

Sats Transaction::total_output() const {
  Sats sum{0};
  for (const TxOut& output : outputs) sum += output.value;
  return sum;
}

Bytes encode_transaction(const Transaction& tx) {
  if (!tx.has_witness()) return encode_without_witness(tx);
  Bytes bytes;
  Writer out{bytes};
  put_le(out, tx.version);
  out.put(segwit_marker).put(segwit_flag);
  put_inputs(out, tx.inputs);
  put_outputs(out, tx.outputs);
  put_witnesses(out, tx.inputs);
  put_le(out, tx.lock_time);
  return bytes;
}

Bytes encode_without_witness(const Transaction& tx) {
  Bytes bytes;
  Writer out{bytes};
  put_le(out, tx.version);
  put_inputs(out, tx.inputs);
  put_outputs(out, tx.outputs);
  put_le(out, tx.lock_time);
  return bytes;
}

Transaction take_transaction(Reader& in) {
  const std::size_t size_before = in.left();
  Transaction tx;
  tx.version = take_le<std::uint32_t>(in);
  // An empty input list is never valid, which is why BIP 144 could use it as a marker.
  std::size_t inputs = take_compact_size(in, max_inputs);
  std::size_t witness_bytes = 0;
  const bool segwit = in.ok() && inputs == segwit_marker;
  if (segwit) {
    if (take_le<std::uint8_t>(in) != segwit_flag) in.fail(Errc::bad_segwit_flag);
    inputs = take_compact_size(in, max_inputs);
    witness_bytes = 2;
  }
  tx.inputs = take_all(in, inputs, take_input);
  tx.outputs = take_all(in, take_compact_size(in, max_outputs), take_output);
  if (in.ok() && (tx.inputs.empty() || tx.outputs.empty())) in.fail(Errc::transaction_empty);
  check_money(in, tx.outputs);
  if (segwit && in.ok()) {
    const std::size_t before_witness = in.left();
    take_witnesses(in, tx.inputs);
    witness_bytes += before_witness - in.left();
  }
  tx.lock_time = take_le<std::uint32_t>(in);
  if (4 * (size_before - in.left()) - 3 * witness_bytes > max_weight) {
    in.fail(Errc::transaction_too_heavy);
  }
  return in.ok() ? tx : Transaction{};
}

Result<Transaction> decode_transaction(ByteView bytes) {
  Reader in{bytes};
  Transaction tx = take_transaction(in);
  TRY(in.finish());
  return tx;
}

}  // namespace quorate::bitcoin
