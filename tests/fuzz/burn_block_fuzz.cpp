// A burn block that decodes has one encoding; checking it and reading its operations never fails
// other than by name.
#include "bitcoin/operations.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const Result<bitcoin::BurnBlock> block = bitcoin::decode_burn_block(bytes);
  if (!block.ok()) return 0;
  ASSERT(encode(*block) == to_bytes(bytes));
  static_cast<void>(bitcoin::check(*block));
  const bitcoin::BlockOperations found = bitcoin::operations_of({'X', '2'}, *block);
  ASSERT(found.operations.size() + found.ignored.size() <= block->transactions.size());
  return 0;
}
