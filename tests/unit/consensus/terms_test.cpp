#include "consensus/terms.hpp"

#include <doctest/doctest.h>

namespace quorate::consensus {
namespace {

/// first 100, cycles of 60 with 20 prepare blocks.
Params small() {
  Params params;
  params.first_burn_height = BurnHeight{100};
  params.cycle_length = 60;
  params.prepare_length = 20;
  params.reward_slots = 40;
  return params;
}

TEST_CASE("validate: the SIP's numbers and the small ones pass") {
  CHECK(validate(Params{}).ok());
  CHECK(validate(small()).ok());
}

TEST_CASE("validate: every wrong configuration is refused by name") {
  Params params = small();
  params.term_length = 0;
  CHECK(validate(params).code() == Errc::term_length_zero);
  params = small();
  params.prepare_length = 60;
  CHECK(validate(params).code() == Errc::cycle_without_reward_phase);
  params.prepare_length = 25;
  CHECK(validate(params).code() == Errc::phase_not_whole_terms);
  params.prepare_length = 0;
  CHECK(validate(params).code() == Errc::phase_not_whole_terms);
  params = small();
  params.cycle_length = 65;
  CHECK(validate(params).code() == Errc::phase_not_whole_terms);
  params = small();
  params.reward_slots = 4001;
  CHECK(validate(params).code() == Errc::bad_slot_count);
  params.reward_slots = 4000;
  CHECK(validate(params).ok());
  params.signer_slots = 101;
  CHECK(validate(params).code() == Errc::bad_slot_count);
  params = small();
  params.max_producers = 0;
  CHECK(validate(params).code() == Errc::bad_slot_count);
  params = small();
  params.confirm_deadline = params.deal_deadline;
  CHECK(validate(params).code() == Errc::bad_key_deadlines);
  params = small();
  params.certify_deadline = 11;
  CHECK(validate(params).code() == Errc::bad_key_deadlines);
}

TEST_CASE("terms: ten Bitcoin blocks each, from the block after the first") {
  const Params params = small();
  CHECK_FALSE(is_on_grid(params, BurnHeight{100}));
  CHECK(is_on_grid(params, BurnHeight{101}));
  CHECK(term_of(params, BurnHeight{101}) == TermNumber{0});
  CHECK(term_of(params, BurnHeight{110}) == TermNumber{0});
  CHECK(term_of(params, BurnHeight{111}) == TermNumber{1});
  CHECK(first_height(params, TermNumber{2}) == BurnHeight{121});
  CHECK(last_height(params, TermNumber{2}) == BurnHeight{130});
  CHECK_FALSE(ends_term(params, BurnHeight{100}));
  CHECK_FALSE(ends_term(params, BurnHeight{129}));
  CHECK(ends_term(params, BurnHeight{130}));
}

TEST_CASE("cycles: borders of terms, phases and cycles coincide") {
  const Params params = small();
  CHECK(cycle_of(params, BurnHeight{160}) == CycleNumber{0});
  CHECK(cycle_of(params, BurnHeight{161}) == CycleNumber{1});
  CHECK(first_height(params, CycleNumber{1}) == BurnHeight{161});
  CHECK(last_height(params, CycleNumber{1}) == BurnHeight{220});
  CHECK(phase_of(params, BurnHeight{140}) == CyclePhase::reward);
  CHECK(phase_of(params, BurnHeight{141}) == CyclePhase::prepare);
  CHECK(phase_of(params, BurnHeight{160}) == CyclePhase::prepare);
  CHECK(phase_of(params, BurnHeight{161}) == CyclePhase::reward);
  CHECK(phase_of(params, TermNumber{3}) == CyclePhase::reward);
  CHECK(phase_of(params, TermNumber{4}) == CyclePhase::prepare);
  CHECK(cycle_of(params, TermNumber{5}) == CycleNumber{0});
  CHECK(cycle_of(params, TermNumber{6}) == CycleNumber{1});
  CHECK(stacking_snapshot_height(params, CycleNumber{1}) == BurnHeight{140});
  CHECK(prepare_start_before(params, CycleNumber{1}) == BurnHeight{141});
  for (BurnHeight h{101}; h < BurnHeight{400}; ++h) {
    const TermNumber term = term_of(params, h);
    CHECK(phase_of(params, h) == phase_of(params, term));
    CHECK(cycle_of(params, h) == cycle_of(params, term));
  }
}

}  // namespace
}  // namespace quorate::consensus
