// A key generation state or proof of fault that decodes is written the same way again; what joins
// from slots is cut into the same slots.
#include "messages/keygen_proof.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  const auto state = fuzz::check_one_encoding<messages::KeygenState>(in);
  if (state.ok()) (void)messages::check_shape(*state, 3);
  (void)fuzz::check_one_encoding<messages::KeygenFault>(in);
  const SharedBytes slots[] = {SharedBytes{to_bytes(in)}, {}};
  const auto joined = messages::join_dealing(slots);
  ASSERT(!joined.ok() || !*joined || (*joined)->size() == size);
  return 0;
}
