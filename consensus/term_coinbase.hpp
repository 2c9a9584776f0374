// The transaction that opens a term and the shares in its purse. Source: SIP "Producer Rewards";
// Gap: docs/spec_gaps.md "Coinbase transaction".
#pragma once

#include "consensus/coinbase.hpp"
#include "consensus/plans.hpp"

namespace quorate::consensus {

/// A SIP-005 coinbase whose buffer is H("quorate/coinbase" ‖ term), with zero signer, signature,
/// nonce and fee: the group signature of its block authorizes it, so every node can write it down.
[[nodiscard]] Bytes coinbase_transaction(stacks::Network network, std::uint32_t chain_id,
                                         TermNumber term);

/// One share per producer, in set order; the later of equal spenders is the larger.
[[nodiscard]] std::vector<RewardShare> coinbase_shares(const ProducerSet& set);
/// The same for the members of the signer set, who can have a bit in a seal.
[[nodiscard]] std::vector<RewardShare> member_shares(const ProducerSet& set);

/// Coinbase of the terms from `after` (exclusive) to `term`: terms none of whose blocks survived
/// add theirs to the next one's.
[[nodiscard]] MicroStx purse_since(const Params& params, const CoinbaseSchedule& schedule,
                                   TermNumber after, TermNumber term);

}  // namespace quorate::consensus
