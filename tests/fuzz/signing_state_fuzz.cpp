// A signing state or proof of fault that decodes is written the same way again.
#include "messages/signing_proof.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  (void)fuzz::check_one_encoding<messages::SigningState>(in);
  (void)fuzz::check_one_encoding<messages::SigningFault>(in);
  return 0;
}
