// Whatever decodes as a transaction encodes to the same bytes, and its signature can be judged.
#include "stacks/transaction.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quorate;
  const ByteView input{data, size};
  const auto tx = stacks::decode_transaction(input);
  if (!tx) return 0;
  ASSERT(stacks::encode_transaction(*tx) == to_bytes(input));
  ASSERT(size <= stacks::max_transaction_size);
  (void)stacks::verify_signature(*tx).ok();
  return 0;
}
