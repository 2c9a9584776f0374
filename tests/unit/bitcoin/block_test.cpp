#include "bitcoin/block.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

namespace {

Transaction numbered(std::uint32_t n) {
  Transaction tx = sample_transaction();
  tx.lock_time = n;
  return tx;
}

Block sample_block(std::uint32_t count) {
  Block block;
  block.header.time_s = 5;
  for (std::uint32_t i = 0; i < count; ++i) block.transactions.push_back(numbered(i));
  return block;
}

}  // namespace

// Source: Bitcoin's first block.
TEST_CASE("header: 80 bytes in both directions, hash in display order") {
  const Bytes raw =
      hex("01000000"
          "0000000000000000000000000000000000000000000000000000000000000000"
          "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
          "29ab5f49"
          "ffff001d"
          "1dac2b7c");
  const Header header = decode_header(RawHeader::from(raw));
  CHECK(header.version == 1);
  CHECK(header.previous.is_zero());
  CHECK(to_hex(header.merkle_root) ==
        "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
  CHECK(header.time_s == 1231006505);
  CHECK(header.bits == 0x1d00ffff);
  CHECK(header.nonce == 2083236893);
  CHECK(to_hex(header.hash()) ==
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
  CHECK(encode_header(header) == RawHeader::from(raw));
}

// Source: Bitcoin block 100,000.
TEST_CASE("merkle_root: four published txids give the published root") {
  std::vector<BurnTxid> txids;
  for (const char* text : {"8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
                           "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
                           "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
                           "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d"}) {
    txids.push_back(fixed_from_hex<BurnTxid>(text).value());
  }
  CHECK(to_hex(merkle_root(txids)) ==
        "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
}

TEST_CASE("merkle_root: one txid is its own root; an odd row repeats its last") {
  const BurnTxid a = sample_txid(1);
  const BurnTxid b = sample_txid(2);
  const BurnTxid c = sample_txid(3);
  CHECK(merkle_root({a}) == Hash256::from(a.view()));
  CHECK(merkle_root({a, b, c}) == merkle_root({a, b, c, c}));
  CHECK(merkle_root({a, b}) != merkle_root({b, a}));
}

TEST_CASE("block: decoding returns what was encoded; truncations and a spare byte are refused") {
  const Block block = sample_block(3);
  Bytes bytes = encode_block(block);
  CHECK(decode_block(bytes).value() == block);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK(decode_block(ByteView{bytes}.first(n)).code() == Errc::truncated);
  }
  bytes.push_back(0);
  CHECK(decode_block(bytes).code() == Errc::trailing_bytes);
  CHECK(decode_block(encode_block(sample_block(0))).code() == Errc::block_empty);
}

TEST_CASE("block: the heaviest possible one is accepted, one byte more is refused") {
  Block block = sample_block(2);
  Bytes& filler = block.transactions[1].outputs[0].script.bytes;
  filler.assign(999'000, 0x6a);
  filler.resize(filler.size() + (1'000'000 - encode_block(block).size()), 0x6a);
  CHECK(encode_block(block).size() == 1'000'000);
  CHECK(decode_block(encode_block(block)).ok());
  filler.push_back(0x6a);
  CHECK(decode_block(encode_block(block)).code() == Errc::block_too_heavy);
  CHECK(decode_block(Bytes(max_weight + 1, 0)).code() == Errc::block_too_heavy);
}

TEST_CASE("block: witness bytes count once") {
  Block block = sample_block(1);
  block.transactions[0].inputs[0].witness = {Bytes(3'990'000, 1)};
  CHECK(decode_block(encode_block(block)).value() == block);
}
