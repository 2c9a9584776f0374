// The grid laid over Bitcoin heights: terms of ten blocks, reward cycles, and the two phases of a
// cycle. Source: SIP "Block Production during a Term", "Producer Set Enrollments" (reward cycle);
// Gap: docs/spec_gaps.md "Term grid", "Reward phase".
#pragma once

#include "consensus/params.hpp"

namespace quorate::consensus {

/// The first term that can have a producer set: enrollments in term N−2 elect term N.
inline constexpr TermNumber first_producing_term{2};

/// @returns term_length_zero, phase_not_whole_terms (a term must divide the reward phase and the
/// prepare phase, else one term would lie in two phases), cycle_without_reward_phase,
/// bad_slot_count or bad_key_deadlines.
[[nodiscard]] Result<> validate(const Params& params);

/// Which part of a reward cycle a height lies in. Enrollments pay stackers in the reward phase and
/// burn in the prepare phase.
enum class CyclePhase : std::uint8_t { reward, prepare };

/// Whether `height` lies on the grid at all: the first burn height itself belongs to no term.
[[nodiscard]] inline bool is_on_grid(const Params& params, BurnHeight height) {
  return height > params.first_burn_height;
}

/// (height − first − 1) / 10. `height` must be on the grid.
[[nodiscard]] TermNumber term_of(const Params& params, BurnHeight height);
[[nodiscard]] BurnHeight first_height(const Params& params, TermNumber term);
[[nodiscard]] BurnHeight last_height(const Params& params, TermNumber term);

[[nodiscard]] CycleNumber cycle_of(const Params& params, BurnHeight height);
/// A term lies in exactly one cycle.
[[nodiscard]] CycleNumber cycle_of(const Params& params, TermNumber term);
[[nodiscard]] BurnHeight first_height(const Params& params, CycleNumber cycle);
[[nodiscard]] BurnHeight last_height(const Params& params, CycleNumber cycle);

[[nodiscard]] CyclePhase phase_of(const Params& params, BurnHeight height);
[[nodiscard]] CyclePhase phase_of(const Params& params, TermNumber term);

/// First block of the prepare phase at the end of the cycle before `cycle` (> 0), in which the
/// stackers of `cycle` generate their key.
[[nodiscard]] BurnHeight prepare_start_before(const Params& params, CycleNumber cycle);
/// The last height whose announcements count for the stackers of `cycle` (> 0).
[[nodiscard]] BurnHeight stacking_snapshot_height(const Params& params, CycleNumber cycle);

/// Whether `height` is the last of its term: the producers of the term after the next are known.
[[nodiscard]] inline bool ends_term(const Params& params, BurnHeight height) {
  return is_on_grid(params, height) && height == last_height(params, term_of(params, height));
}

}  // namespace quorate::consensus
