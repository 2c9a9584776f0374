// A payload that is an operation has one encoding.
#include "bitcoin/operations.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const bitcoin::Magic magic{'X', '2'};
  const auto operation = bitcoin::decode_payload(magic, bytes);
  if (!operation.ok() || !operation.value()) return 0;
  ASSERT(bitcoin::payload_of(magic, **operation) == to_bytes(bytes));
  const bitcoin::Script script = bitcoin::operation_script(magic, **operation);
  ASSERT(to_bytes(bitcoin::op_return_payload(script).value()) == to_bytes(bytes));
  return 0;
}
