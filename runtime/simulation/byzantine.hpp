// Members that break the rules, for simulations only: no node of a user can be told to do this.
#pragma once

#include "runtime/node.hpp"

namespace quorate::simulation {

/// A producer that in one term shows two candidates and prepares two values: before everything it
/// writes in its signing and candidate slots stands a lie of the next lower version.
[[nodiscard]] runtime::MemberSwap equivocating_producer(const consensus::Params& params,
                                                        TermNumber term);
/// What is wrong with a dealing: a box that its recipient cannot open ("box"), a commitment that is
/// no point, the proof of possession, or the number of bytes.
enum class BadDealing : std::uint8_t { box, point, possession, length };
/// By the word a scenario uses for it; nothing for another word.
[[nodiscard]] std::optional<BadDealing> bad_dealing(std::string_view how);
/// A member that damages every dealing it publishes.
[[nodiscard]] runtime::MemberSwap bad_dealer(const consensus::Params& params, BadDealing how);

}  // namespace quorate::simulation
