#include "consensus/terms.hpp"

namespace quorate::consensus {

namespace {

/// Blocks since the first one on the grid.
std::uint64_t offset(const Params& params, BurnHeight height) {
  ASSERT(is_on_grid(params, height));
  return height - params.first_burn_height - 1;
}

}  // namespace

Result<> validate(const Params& params) {
  if (params.term_length == 0) return Errc::term_length_zero;
  if (params.prepare_length >= params.cycle_length) return Errc::cycle_without_reward_phase;
  if (params.prepare_length == 0 || params.prepare_length % params.term_length != 0 ||
      (params.cycle_length - params.prepare_length) % params.term_length != 0) {
    return Errc::phase_not_whole_terms;
  }
  if (params.signer_slots == 0 || params.signer_slots > 100 || params.reward_slots == 0 ||
      params.reward_slots > 4000 || params.max_producers == 0 || params.max_producers > 100) {
    return Errc::bad_slot_count;
  }
  if (params.deal_deadline == 0 || params.confirm_deadline <= params.deal_deadline ||
      params.certify_deadline <= params.confirm_deadline ||
      params.certify_deadline > params.term_length) {
    return Errc::bad_key_deadlines;
  }
  return done();
}

TermNumber term_of(const Params& params, BurnHeight height) {
  return TermNumber{offset(params, height) / params.term_length};
}

BurnHeight first_height(const Params& params, TermNumber term) {
  return params.first_burn_height + (term.value * params.term_length + 1);
}

BurnHeight last_height(const Params& params, TermNumber term) {
  return params.first_burn_height + (term.value + 1) * params.term_length;
}

CycleNumber cycle_of(const Params& params, BurnHeight height) {
  return CycleNumber{offset(params, height) / params.cycle_length};
}

CycleNumber cycle_of(const Params& params, TermNumber term) {
  return cycle_of(params, first_height(params, term));
}

BurnHeight first_height(const Params& params, CycleNumber cycle) {
  return params.first_burn_height + (cycle.value * params.cycle_length + 1);
}

BurnHeight last_height(const Params& params, CycleNumber cycle) {
  return params.first_burn_height + (cycle.value + 1) * params.cycle_length;
}

CyclePhase phase_of(const Params& params, BurnHeight height) {
  const std::uint64_t place = offset(params, height) % params.cycle_length;
  return place < params.cycle_length - params.prepare_length ? CyclePhase::reward
                                                             : CyclePhase::prepare;
}

CyclePhase phase_of(const Params& params, TermNumber term) {
  return phase_of(params, first_height(params, term));
}

BurnHeight prepare_start_before(const Params& params, CycleNumber cycle) {
  ASSERT(cycle.value > 0);
  return stacking_snapshot_height(params, cycle) + 1;
}

BurnHeight stacking_snapshot_height(const Params& params, CycleNumber cycle) {
  ASSERT(cycle.value > 0);
  return params.first_burn_height +
         (cycle.value * params.cycle_length - params.prepare_length);
}

}  // namespace quorate::consensus
