// Members that break the rules, for simulations only: no node of a user can be told to do this.
#pragma once

#include "runtime/node.hpp"

namespace quorate::simulation {

/// A producer that in one term shows two candidates and prepares two values: before everything it
/// writes in its signing and candidate slots stands a lie of the next lower version.
[[nodiscard]] runtime::MemberSwap equivocating_producer(const consensus::Params& params,
                                                        TermNumber term);
/// A member that damages a box in every dealing it publishes: its recipient cannot open it.
[[nodiscard]] runtime::MemberSwap bad_dealer(const consensus::Params& params);

}  // namespace quorate::simulation
