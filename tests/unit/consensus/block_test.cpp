#include "consensus/block.hpp"

#include "codec_checks.hpp"
#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

BlockHeader sample_header() {
  BlockHeader header;
  header.height = BlockHeight{258};
  header.attempt = 3;
  header.term = TermNumber{2};
  header.burn_view.height = BurnHeight{121};
  header.burn_view.hash.bytes.fill(0x11);
  header.parent.bytes.fill(0x22);
  header.parent_seal.bytes.fill(0x33);
  header.dropped_tip.bytes.fill(0x44);
  header.transactions_root.bytes.fill(0x55);
  header.state_root.bytes.fill(0x66);
  header.timestamp_ms = 1'700'000'000'123;
  header.term_cost = {1, 2, 3, 4, 5};
  header.certificates.bytes.fill(0x77);
  return header;
}

TEST_CASE("block header: layout") {
  const auto rep = [](const char* byte) {
    std::string out;
    for (int i = 0; i < 32; ++i) out += byte;
    return out;
  };
  CHECK(to_hex(encode(sample_header())) ==
        "01"
        "0000000000000102" "00000003" "0000000000000002" "0000000000000079" +
            rep("11") + rep("22") + rep("33") + rep("44") + rep("55") + rep("66") +
            "0000018bcfe5687b"
            "0000000000000001000000000000000200000000000000030000000000000004"
            "0000000000000005" +
            rep("77"));
  testing::check_codec(sample_header());
  CHECK(to_hex(sample_header().id()) ==
        "9c4083b01599ac60434d5d7d6237c33778b637ff80ff7f9bc5325a99c0ee5d52");
}

TEST_CASE("block: every field of the header changes the id") {
  const BlockId id = sample_header().id();
  const Bytes bytes = encode(sample_header());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes other = bytes;
    other[i] ^= 1;
    const auto header = decode<BlockHeader>(other);
    REQUIRE(header.ok());
    CHECK(header->id() != id);
  }
}

TEST_CASE("block and sealed block: codecs, with and without the optional parts") {
  testing::ScriptedWorld world;
  world.start();
  const BlockId first = world.produce();
  const BurnView r = *world.chain.burn_tip();
  REQUIRE(world.chain.learn_rejection(world.rejection(TermNumber{2}, BlockHeight{2}, 0, r)).ok());
  auto second = world.build({world.transfer(0, 1, 5, 0)}, 1);
  REQUIRE(second.ok());
  testing::check_codec(*world.chain.block(first));
  testing::check_codec(second->block);
  testing::check_codec(Block{});
  testing::check_codec(world.seal(second->block));
  CHECK(to_hex(crypto::sha256(encode(*world.chain.block(first)))) ==
        "7b5b9f675c171df54c54ca6aab5c034aa4e8fa730aa7ce7a65a7821a1bc82937");
}

TEST_CASE("block: certificates_hash covers each optional part") {
  testing::ScriptedWorld world;
  world.start();
  world.produce();
  const Block block = world.chain.block(world.chain.tip())->block;
  Block other = block;
  other.producer_key.reset();
  CHECK(other.certificates_hash() != block.certificates_hash());
  other = block;
  other.stacker_key.reset();
  CHECK(other.certificates_hash() != block.certificates_hash());
  other = block;
  other.parent_seal = Seal{};
  CHECK(other.certificates_hash() != block.certificates_hash());
  other = block;
  other.rejection = VoteCertificate{};
  CHECK(other.certificates_hash() != block.certificates_hash());
}

}  // namespace
}  // namespace quorate::consensus
