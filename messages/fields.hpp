// How the project's codec meets CAF's inspection: every message between actors is one encoded blob
// to CAF, laid out by its `wire_fields()` alone. The encoding itself is compiled once, in
// caf_type_registry.cpp.
#pragma once

#include <string>

#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>

#include "base/codec.hpp"

namespace quorate::messages {

/// The name of a message between actors; nullptr for every other type (type_ids.hpp fills it in).
template <class T>
inline constexpr const char* actor_message_name = nullptr;

template <class T>
concept ActorMessage = Described<T> && (actor_message_name<T> != nullptr);

/// The encoding as the string that CAF carries.
template <ActorMessage T>
std::string blob_of(const T& message);
/// @returns false when the blob is not exactly one T; the message is then unchanged.
template <ActorMessage T>
bool from_blob(T& message, const std::string& blob);

template <class Inspector, ActorMessage T>
typename Inspector::result_type inspect(Inspector& inspector, T& message) {
  if constexpr (std::is_base_of_v<caf::serializer, Inspector>) {
    std::string blob = blob_of(message);
    return inspector(blob);
  } else if constexpr (std::is_base_of_v<caf::deserializer, Inspector>) {
    std::string blob;
    if (auto failed = inspector(blob)) return failed;
    if (!from_blob(message, blob)) return caf::make_error(caf::sec::invalid_argument);
    return caf::none;
  } else {
    std::string name = actor_message_name<T>;  // For logs: a payload is never printed.
    return inspector(name);
  }
}

}  // namespace quorate::messages
