// A transaction that decodes has one encoding, and its hashes and weight can be taken.
#include "bitcoin/transaction.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const Result<bitcoin::Transaction> tx = bitcoin::decode_transaction(bytes);
  if (!tx.ok()) return 0;
  ASSERT(bitcoin::encode_transaction(*tx) == to_bytes(bytes));
  ASSERT(tx->weight() <= bitcoin::max_weight);
  ASSERT(tx->total_output() <= bitcoin::max_money);
  ASSERT((tx->txid() == tx->wtxid()) == !tx->has_witness());
  return 0;
}
