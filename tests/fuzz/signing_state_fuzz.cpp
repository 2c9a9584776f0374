// A signing state or proof of fault that decodes is written the same way again.
#include "messages/signing_proof.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  const auto state = decode<messages::SigningState>(in);
  if (state.ok()) ASSERT(std::ranges::equal(encode(*state), in));
  const auto fault = decode<messages::SigningFault>(in);
  if (fault.ok()) ASSERT(std::ranges::equal(encode(*fault), in));
  return 0;
}
