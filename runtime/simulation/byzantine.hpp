// Members that break the rules, for simulations only: no node of a user can be told to do this.
#pragma once

#include "runtime/node.hpp"

namespace quorate::simulation {

/// A producer that in one term shows two candidates and prepares two values: before everything it
/// writes in its signing and candidate slots stands a lie of the next lower version.
[[nodiscard]] runtime::ProducerMaker equivocating_producer(TermNumber term);

}  // namespace quorate::simulation
