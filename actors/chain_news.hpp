// What the rules say happened, as the message that every role hears.
#pragma once

#include "consensus/chain_events.hpp"
#include "messages/chain_events.hpp"

namespace quorate::actors {

/// Nothing for events that are the keeper's own business.
[[nodiscard]] std::optional<messages::ChainEvent> news_of(const consensus::ChainEvent& event);

}  // namespace quorate::actors
