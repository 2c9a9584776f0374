#include "bitcoin/burn_block.hpp"

#include <set>

namespace quorate::bitcoin {
namespace {

Result<BurnTxid> check_transaction(const BurnTx& mined) {
  TRY_ASSIGN(const Transaction tx, decode_transaction(mined.raw.bytes));
  if (!mined.spent_scripts.empty() && mined.spent_scripts.size() != tx.inputs.size()) {
    return Errc::spent_scripts_mismatch;
  }
  return tx.txid();
}

Result<std::vector<BurnTxid>> check_transactions(const BurnBlock& block) {
  std::vector<BurnTxid> txids;
  txids.reserve(block.transactions.size());
  for (const BurnTx& mined : block.transactions) {
    const Result<BurnTxid> txid = check_transaction(mined);
    if (!txid.ok()) return Error{txid.code(), "transaction " + std::to_string(txids.size())};
    txids.push_back(*txid);
  }
  if (txids.empty()) return Errc::block_empty;
  return txids;
}

}  // namespace

Result<BurnBlock> decode_burn_block(ByteView bytes) {
  if (bytes.size() > max_burn_block_bytes) return Errc::burn_block_too_big;
  return decode<BurnBlock>(bytes);
}

Result<> check(const BurnBlock& block) {
  const Header header = decode_header(block.header);
  if (hash_of(block.header) != block.hash) return Errc::burn_block_hash_mismatch;
  if (header.previous != block.parent) return Errc::burn_block_parent_mismatch;
  if (header.time_s != block.time_s) return Errc::burn_block_time_mismatch;
  TRY_ASSIGN(const std::vector<BurnTxid> txids, check_transactions(block));
  // A row that repeats its last pair has the root of the shorter one (CVE-2012-2459); the shorter
  // list is the only one without a repetition.
  const std::set<BurnTxid> distinct(txids.begin(), txids.end());
  if (distinct.size() != txids.size()) return Errc::burn_block_merkle_mismatch;
  if (merkle_root(txids) != header.merkle_root) return Errc::burn_block_merkle_mismatch;
  return done();
}

BurnBlock make_burn_block(BurnHeight height, const BurnHash& parent, std::uint32_t time_s,
                          std::uint32_t nonce, List<BurnTx, 20'000> transactions) {
  BurnBlock block;
  block.height = height;
  block.parent = parent;
  block.time_s = time_s;
  block.transactions = std::move(transactions);
  Header header;
  header.previous = parent;
  header.time_s = time_s;
  header.nonce = nonce;
  header.merkle_root = merkle_root(check_transactions(block).value());
  block.header = encode_header(header);
  block.hash = hash_of(block.header);
  ASSERT(check(block).ok());
  return block;
}

}  // namespace quorate::bitcoin
