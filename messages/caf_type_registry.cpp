#include <caf/actor_system_config.hpp>

#include "messages/type_ids.hpp"

namespace quorate::messages {

template <ActorMessage T>
std::string blob_of(const T& message) {
  const Bytes bytes = encode(message);
  return {bytes.begin(), bytes.end()};
}

template <ActorMessage T>
bool from_blob(T& message, const std::string& blob) {
  auto decoded = decode<T>(as_bytes(blob));
  if (!decoded.ok()) return false;
  message = std::move(decoded).value();
  return true;
}

#define X(name)                                            \
  template std::string blob_of<name>(const name& message); \
  template bool from_blob<name>(name & message, const std::string& blob);
QUORATE_ACTOR_MESSAGES(X)
#undef X

void register_types(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::quorate>();
}

}  // namespace quorate::messages
