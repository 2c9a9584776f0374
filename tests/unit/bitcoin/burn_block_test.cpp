#include "bitcoin/burn_block.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

BurnTx numbered(std::uint32_t n) {
  Transaction tx = sample_transaction();
  tx.lock_time = n;
  return {{encode_transaction(tx)}, {}};
}

BurnBlock sample() {
  BurnHash parent;
  parent.bytes.fill(0x11);
  return make_burn_block(BurnHeight{7}, parent, 99, 3, {numbered(0), numbered(1), numbered(2)});
}

/// The block with its header (and hash) made anew by `change`.
template <class F>
BurnBlock with_header(F change) {
  BurnBlock block = sample();
  Header header = decode_header(block.header);
  change(header);
  block.header = encode_header(header);
  block.hash = hash_of(block.header);
  return block;
}

}  // namespace

TEST_CASE("BurnBlock: a made block checks, and decoding returns what was encoded") {
  const BurnBlock block = sample();
  CHECK(check(block).ok());
  const Bytes bytes = encode(block);
  CHECK(decode_burn_block(bytes).value() == block);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK(decode_burn_block(ByteView{bytes}.first(n)).code() == Errc::truncated);
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode_burn_block(longer).code() == Errc::trailing_bytes);
}

TEST_CASE("BurnBlock: golden encoding of the fixed part") {
  BurnBlock block;
  block.height = BurnHeight{1};
  block.hash.bytes.fill(0x22);
  block.parent.bytes.fill(0x33);
  block.time_s = 4;
  block.header.bytes.fill(0x55);
  block.transactions = {{{Bytes{0xaa}}, {Script{Bytes{0xbb, 0xcc}}}}};
  CHECK(to_hex(encode(block)) == "0000000000000001" + std::string(64, '2') + std::string(64, '3') +
                                     "00000004" + std::string(160, '5') +
                                     "00000001"
                                     "00000001aa"
                                     "00000001"
                                     "00000002bbcc");
}

TEST_CASE("decode_burn_block: four mebibytes is the limit") {
  CHECK(decode_burn_block(Bytes(max_burn_block_bytes + 1)).code() == Errc::burn_block_too_big);
  CHECK(decode_burn_block(Bytes(max_burn_block_bytes)).code() == Errc::trailing_bytes);
}

TEST_CASE("check: a header that says something else than the block is refused by name") {
  BurnBlock block = sample();
  block.hash.bytes[0] ^= 1;
  CHECK(check(block).code() == Errc::burn_block_hash_mismatch);
  block = sample();
  block.header.bytes[79] ^= 1;
  CHECK(check(block).code() == Errc::burn_block_hash_mismatch);
  CHECK(check(with_header([](Header& h) { h.previous = {}; })).code() ==
        Errc::burn_block_parent_mismatch);
  CHECK(check(with_header([](Header& h) { ++h.time_s; })).code() == Errc::burn_block_time_mismatch);
  CHECK(check(with_header([](Header& h) { h.merkle_root = {}; })).code() ==
        Errc::burn_block_merkle_mismatch);
  CHECK(check(with_header([](Header& h) { ++h.nonce; })).ok());
}

TEST_CASE(
    "check: missing, swapped, repeated, changed and broken transactions are refused by name") {
  BurnBlock block = sample();
  block.transactions.pop_back();
  CHECK(check(block).code() == Errc::burn_block_merkle_mismatch);
  block = sample();
  std::swap(block.transactions[0], block.transactions[1]);
  CHECK(check(block).code() == Errc::burn_block_merkle_mismatch);
  block = sample();
  block.transactions.push_back(block.transactions[2]);  // the same root (CVE-2012-2459)
  CHECK(check(block).code() == Errc::burn_block_merkle_mismatch);
  block = sample();
  block.transactions[1].raw.bytes.pop_back();
  CHECK(check(block).code() == Errc::truncated);
  CHECK(check(block).error().detail == "transaction 1");
  block = sample();
  block.transactions.clear();
  CHECK(check(block).code() == Errc::block_empty);
}

TEST_CASE("check: spent scripts are one per input or none") {
  BurnBlock block = sample();
  block.transactions[0].spent_scripts = {burn_script()};
  CHECK(check(block).ok());
  block.transactions[0].spent_scripts.push_back(burn_script());
  CHECK(check(block).code() == Errc::spent_scripts_mismatch);
}
