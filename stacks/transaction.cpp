#include "stacks/transaction.hpp"

#include "crypto/hash.hpp"
#include "crypto/uncompressed_key.hpp"

namespace quorate::stacks {
namespace {

constexpr std::uint8_t standard_auth = 0x04;
constexpr std::uint8_t p2pkh_mode = 0x00;
constexpr std::uint8_t transfer_id = 0;
constexpr std::uint8_t coinbase_id = 4;

/// Payloads that exist but are not executed here, by type number.
constexpr std::string_view payload_names[] = {
    "transfer",        "smart-contract",           "contract-call", "poison-microblock", "coinbase",
    "coinbase-to-alt", "versioned-smart-contract", "tenure-change", "nakamoto-coinbase"};

void put_payload(Writer& out, const Payload& payload) {
  if (const auto* transfer = std::get_if<TransferPayload>(&payload)) {
    out.put(transfer_id);
    put_principal(out, transfer->recipient);
    out.put(transfer->amount).put(transfer->memo);
  } else {
    out.put(coinbase_id).put(std::get<CoinbasePayload>(payload).buffer);
  }
}

Payload get_payload(Reader& in, std::uint8_t id) {
  if (id == coinbase_id) return CoinbasePayload{in.get<CoinbaseBuffer>()};
  TransferPayload transfer;
  transfer.recipient = get_principal(in);
  transfer.amount = in.get<std::uint64_t>();
  transfer.memo = in.get<Memo>();
  return transfer;
}

/// Reads one byte that must lie in [low, high].
template <class E>
E get_enum(Reader& in, std::uint8_t low, std::uint8_t high, Errc refusal) {
  const auto byte = in.get<std::uint8_t>();
  if (in.ok() && (byte < low || byte > high)) in.fail(refusal);
  return static_cast<E>(byte);
}

void get_header(Reader& in, Transaction& tx) {
  tx.network = static_cast<Network>(in.get<std::uint8_t>());
  if (in.ok() && !is_valid(tx.network)) in.fail(Errc::bad_tx_version);
  tx.chain_id = in.get<std::uint32_t>();
  if (in.get<std::uint8_t>() != standard_auth && in.ok()) in.fail(Errc::unsupported_auth);
  if (in.get<std::uint8_t>() != p2pkh_mode && in.ok()) in.fail(Errc::unsupported_hash_mode);
  tx.signer = in.get<Hash160>();
  tx.nonce = in.get<std::uint64_t>();
  tx.fee = in.get<std::uint64_t>();
  tx.key_encoding = get_enum<KeyEncoding>(in, 0, 1, Errc::bad_key_encoding);
  tx.signature = in.get<crypto::RecoverableSignature>();
  tx.anchor_mode = get_enum<AnchorMode>(in, 1, 3, Errc::bad_anchor_mode);
  tx.post_condition_mode = get_enum<PostConditionMode>(in, 1, 2, Errc::bad_post_condition_mode);
}

}  // namespace

Bytes encode_transaction(const Transaction& tx) {
  Bytes encoding;
  encoding.reserve(max_transaction_size);
  Writer out{encoding};
  out.put(tx.network).put(tx.chain_id).put(standard_auth).put(p2pkh_mode);
  out.put(tx.signer).put(tx.nonce).put(tx.fee).put(tx.key_encoding).put(tx.signature);
  out.put(tx.anchor_mode).put(tx.post_condition_mode).put(std::uint32_t{0});
  put_payload(out, tx.payload);
  return encoding;
}

Result<Transaction> decode_transaction(ByteView encoding) {
  Reader in{encoding};
  Transaction tx;
  get_header(in, tx);
  const auto conditions = in.get<std::uint32_t>();
  TRY(in.status());
  if (conditions != 0) return Errc::unsupported_post_conditions;
  const auto id = in.get<std::uint8_t>();
  TRY(in.status());
  if (id >= std::size(payload_names)) return Errc::unknown_payload;
  if (id != transfer_id && id != coinbase_id) {
    return Error{Errc::unsupported_payload, std::string{payload_names[id]}};
  }
  tx.payload = get_payload(in, id);
  TRY(in.finish());
  if (tx.coinbase() && tx.anchor_mode != AnchorMode::on_chain_only) return Errc::bad_anchor_mode;
  return tx;
}

Txid txid_of(ByteView encoding) { return Txid{crypto::sha512_256(encoding).bytes}; }
Txid txid_of(const Transaction& tx) { return txid_of(encode_transaction(tx)); }

Hash256 initial_sighash(const Transaction& tx) {
  Transaction blank = tx;
  blank.nonce = 0;
  blank.fee = 0;
  blank.signature = {};
  return crypto::sha512_256(encode_transaction(blank));
}

Hash256 presign_sighash(const Transaction& tx) {
  Bytes data;
  Writer{data}.put(initial_sighash(tx)).put(standard_auth).put(tx.fee).put(tx.nonce);
  return crypto::sha512_256(data);
}

Hash160 key_hash(const crypto::PublicKey& key, KeyEncoding encoding) {
  if (encoding == KeyEncoding::compressed) return crypto::hash160(key.view());
  return crypto::hash160(crypto::uncompressed(key).view());
}

Result<> verify_signature(const Transaction& tx) {
  const auto key = crypto::recover(presign_sighash(tx), tx.signature);
  if (!key) return Error{Errc::bad_signature, std::string{name_of(key.code())}};
  if (key_hash(*key, tx.key_encoding) != tx.signer) {
    return Error{Errc::bad_signature, "made by another key"};
  }
  return done();
}

void sign(Transaction& tx, const crypto::SecretKey& key) {
  tx.signer = key_hash(key.public_key(), tx.key_encoding);
  tx.signature = crypto::sign_recoverable(key, presign_sighash(tx));
}

Result<Transaction> make_transfer(const TransferRequest& request, const crypto::SecretKey& key) {
  if (request.memo.size() > Memo::size) return Errc::length_out_of_bounds;
  TransferPayload payload{request.recipient, request.amount, {}};
  std::copy(request.memo.begin(), request.memo.end(), payload.memo.bytes.begin());
  Transaction tx;
  tx.network = request.network;
  tx.chain_id = request.chain_id;
  tx.nonce = request.nonce;
  tx.fee = request.fee;
  tx.key_encoding = request.key_encoding;
  tx.payload = std::move(payload);
  sign(tx, key);
  return tx;
}

Transaction make_coinbase(Network network, std::uint32_t chain_id, std::uint64_t nonce,
                          const CoinbaseBuffer& buffer, const crypto::SecretKey& key) {
  Transaction tx;
  tx.network = network;
  tx.chain_id = chain_id;
  tx.nonce = nonce;
  tx.anchor_mode = AnchorMode::on_chain_only;
  tx.payload = CoinbasePayload{buffer};
  sign(tx, key);
  return tx;
}

}  // namespace quorate::stacks
