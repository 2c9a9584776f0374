// How a node names its connections to itself.
#pragma once

#include "base/strong.hpp"

namespace quorate::messages {

/// A connection to another node, numbered by this node; a new connection gets a new number.
using PeerId = Strong<struct PeerIdTag, std::uint32_t, Arithmetic::none>;

}  // namespace quorate::messages
