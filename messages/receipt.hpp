// Says when a message is done with.
#pragma once

#include <memory>

namespace quorate::messages {

/// Kept with everything that came from a peer until it is handled: when the last copy is gone, the
/// transport gives the peer its credit back, so a busy role slows its peers down instead of
/// gathering their messages. Empty where nobody waits for it. Never encoded.
using Receipt = std::shared_ptr<const void>;

}  // namespace quorate::messages
