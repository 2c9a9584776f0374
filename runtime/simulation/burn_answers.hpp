// What the scripted Bitcoin says to followers, whoever carries it: a simulated network or a real
// one.
#pragma once

#include <map>

#include "messages/peer_message.hpp"
#include "runtime/simulation/scripted_burnchain.hpp"

namespace quorate::simulation {

/// Answers to a follower's question; a submitted transaction is taken or counted in `refusals` by
/// name. @param most blocks in one answer.
[[nodiscard]] std::vector<messages::BurnMessage> answers_to(
    const messages::BurnMessage& asked, ScriptedBurnchain& chain, std::size_t most,
    std::map<std::string, std::uint64_t>& refusals);

/// The last `count` blocks as they are pushed to everybody, lowest first.
[[nodiscard]] std::vector<messages::Frame> newest_blocks(const ScriptedBurnchain& chain,
                                                         std::size_t count);

}  // namespace quorate::simulation
