#include "messages/peer_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace quorate;
  const ByteView input{data, size};
  const auto message = messages::decode_frame(input);
  if (message.ok()) {
    const messages::Frame again = messages::encode_frame(*message);
    ASSERT(std::equal(input.begin(), input.end(), again.view().begin(), again.view().end()));
    ASSERT(messages::kind_of(input).index + 1u < messages::frame_kinds().size());
  }
  return 0;
}
