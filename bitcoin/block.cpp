#include "bitcoin/block.hpp"

#include "crypto/hash.hpp"

namespace quorate::bitcoin {
namespace {

// A transaction has at least one input and one output: 4 + 1 + 41 + 1 + 9 + 4 bytes.
constexpr std::size_t max_transactions = max_weight / 4 / 60;

Hash256 combine(const Hash256& left, const Hash256& right) {
  Bytes pair = to_bytes(left.view());
  append(pair, right.view());
  return crypto::sha256d(pair);
}

}  // namespace

BurnHash Header::hash() const { return hash_of(encode_header(*this)); }

BurnHash hash_of(const RawHeader& bytes) {
  return reversed(BurnHash::from(crypto::sha256d(bytes.view()).view()));
}

RawHeader encode_header(const Header& header) {
  Bytes bytes;
  Writer out{bytes};
  put_le(out, header.version);
  put_reversed(out, header.previous);
  put_reversed(out, header.merkle_root);
  put_le(out, header.time_s);
  put_le(out, header.bits);
  put_le(out, header.nonce);
  return RawHeader::from(bytes);
}

Header decode_header(const RawHeader& bytes) {
  Reader in{bytes.view()};
  Header header;
  header.version = take_le<std::uint32_t>(in);
  header.previous = take_reversed<BurnHash>(in);
  header.merkle_root = take_reversed<Hash256>(in);
  header.time_s = take_le<std::uint32_t>(in);
  header.bits = take_le<std::uint32_t>(in);
  header.nonce = take_le<std::uint32_t>(in);
  ASSERT(in.finish().ok());  // The size is in the type.
  return header;
}

Hash256 merkle_root(const std::vector<BurnTxid>& txids) {
  ASSERT(!txids.empty());
  std::vector<Hash256> row;
  row.reserve(txids.size());
  for (const BurnTxid& txid : txids) row.push_back(Hash256::from(reversed(txid).view()));
  while (row.size() > 1) {
    if (row.size() % 2 == 1) row.push_back(row.back());
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = combine(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return reversed(row.front());
}

Bytes encode_block(const Block& block) {
  Bytes bytes;
  Writer out{bytes};
  out.raw(encode_header(block.header).view());
  put_compact_size(out, block.transactions.size());
  for (const Transaction& tx : block.transactions) out.raw(encode_transaction(tx));
  return bytes;
}

Result<Block> decode_block(ByteView bytes) {
  if (bytes.size() > max_weight) return Errc::block_too_heavy;
  Reader in{bytes};
  Block block;
  block.header = decode_header(in.get<RawHeader>());
  const std::size_t count = take_compact_size(in, max_transactions);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    block.transactions.push_back(take_transaction(in));
  }
  TRY(in.finish());
  if (block.transactions.empty()) return Errc::block_empty;
  std::size_t weight = 4 * (bytes.size() - in.left());
  for (const Transaction& tx : block.transactions) {
    weight -= 4 * encode_transaction(tx).size() - tx.weight();
  }
  if (weight > max_weight) return Errc::block_too_heavy;
  return block;
}

}  // namespace quorate::bitcoin
