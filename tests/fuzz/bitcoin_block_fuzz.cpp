// A Bitcoin block that decodes has one encoding.
#include "bitcoin/block.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const Result<bitcoin::Block> block = bitcoin::decode_block(bytes);
  if (block.ok()) ASSERT(bitcoin::encode_block(*block) == to_bytes(bytes));
  return 0;
}
