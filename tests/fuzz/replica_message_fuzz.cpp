// What replicas say to each other decodes to itself with its predicted size, or is refused.
#include "messages/replica_messages.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ByteView input{bytes, size};
  const auto message = decode<messages::ReplicaMessage>(input);
  if (!message.ok()) return 0;
  ASSERT(encode(*message) == to_bytes(input));
  ASSERT(messages::wire_size(*message) == size);
  return 0;
}
