// Every constant of the protocol in one struct, passed and never global. Defaults are the
// specification's; presets change them for small networks.
#pragma once

#include <string>

#include "base/time.hpp"
#include "base/units.hpp"

namespace quorate::consensus {

/// What every honest node must agree on before it can agree on anything else.
struct Params {
  std::string preset{"mainnet"};
  /// Binds every signature to one network; Stacks' chain id.
  std::uint32_t network_id{1};
  /// Two bytes before every operation on Bitcoin.
  std::array<std::uint8_t, 2> magic{'X', '2'};

  /// Terms and cycles count from here. Gap: docs/spec_gaps.md "Term grid".
  BurnHeight first_burn_height{666050};
  /// Burn blocks per term. Source: SIP "Block Production during a Term".
  std::uint32_t term_length{10};
  std::uint32_t cycle_length{2100};
  /// Last burn blocks of a cycle, in which the next cycle's stackers generate their key.
  std::uint32_t prepare_length{100};
  /// Signer slots of the stackers. Source: SIP "Signature Generation".
  std::uint32_t reward_slots{4000};
  /// Signer slots of the producers. Source: SIP "Producer DB Setup".
  std::uint32_t signer_slots{100};
  /// Source: SIP "Selecting Producers".
  std::uint32_t max_producers{100};
  /// PoX outputs of one enrollment. Source: SIP "Producer Set Enrollments".
  std::uint32_t recipients_per_term{20};
  /// Burn blocks on top of an announcement before it is shown as final.
  std::uint32_t confirmations{6};

  /// Key generation deadlines in burn blocks from its start: deal, confirm, certify.
  std::uint32_t deal_deadline{3};
  std::uint32_t confirm_deadline{5};
  std::uint32_t certify_deadline{7};

  /// Largest encoded block; its parent's seal counts, its own does not.
  std::uint32_t max_block_bytes{2'000'000};
  /// Term cost limit as a multiple of one block's. Source: SIP "Block Production during a Term".
  std::uint32_t term_cost_factor{10};
  /// How far a block's timestamp may lie ahead of the validator's clock.
  Duration max_clock_lead{seconds(15)};

  /// Chunk size limits. Source: SIP "Producer DB Setup"; Gap: docs/spec_gaps.md "Chunk sizes".
  std::uint32_t producer_precompute_chunk{16 * 1024};
  std::uint32_t producer_signing_chunk{64 * 1024};
  std::uint32_t candidate_chunk{2 * 1024 * 1024};
  std::uint32_t stacker_chunk{256 * 1024};

  /// 100·signed ≥ 67·total.
  [[nodiscard]] static std::uint32_t threshold(std::uint32_t slots) {
    return (67 * slots + 99) / 100;
  }
};

/// When an honest member acts; every operator may differ without breaking agreement.
struct Timing {
  Duration mean_burn_interval{seconds(600)};
  Duration election_wait_min{milliseconds(200)};
  Duration election_wait_step{milliseconds(150)};
  Duration election_wait_step_cap{seconds(2)};
  Duration epoch_timer{seconds(6)};
  Duration epoch_timer_cap{seconds(60)};
  Duration candidate_cutoff{seconds(1)};
  Duration round_timeout{seconds(3)};
  Duration stacker_view_timeout{seconds(3)};
  Duration stacker_view_timeout_cap{seconds(60)};
  Duration min_block_spacing{seconds(1)};
  Duration anti_entropy{seconds(10)};
  /// Growth of every growing timer, in percent (150 = ×1.5).
  std::uint32_t growth_percent{150};
};

}  // namespace quorate::consensus
