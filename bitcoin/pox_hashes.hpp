// The hashes that chain the operations of one Bitcoin block to those of its ancestors.
// Source: SIP-001, SIP-007, as in stacks-core. Hashes enter in display order.
#pragma once

#include "bitcoin/vrf_registration_op.hpp"

namespace quorate::bitcoin {

/// S(h): mixes every burn header hash since the first burn block.
using SortitionHash = FixedBytes<struct SortitionHashTag, 32>;
using OpsHash = FixedBytes<struct OpsHashTag, 32>;

/// S(h) = SHA256(S(h−1) ‖ burn header hash); S(first) is zero.
[[nodiscard]] SortitionHash next_sortition_hash(const SortitionHash& previous,
                                                const BurnHash& header);

/// SHA256 over the txids of a block's accepted operations in block order.
[[nodiscard]] OpsHash ops_hash(const std::vector<BurnTxid>& txids);

/// Bitcoin burned in all blocks so far, in sats; wide, since it never shrinks.
using TotalBurn = std::uint64_t;

/// RIPEMD160(SHA256(17 00 00 00 ‖ header hash ‖ ops hash ‖ u64 total burn ‖ PoX id ‖ previous)).
/// `pox_id`: '1' per reward cycle (Gap: no anchor blocks, docs/spec_gaps.md).
/// `previous`: consensus hashes of heights p, p−1, p−3, p−7, …; p = the parent's height.
[[nodiscard]] ConsensusHash consensus_hash(const BurnHash& header, const OpsHash& ops,
                                           TotalBurn total_burn, std::string_view pox_id,
                                           const std::vector<ConsensusHash>& previous);

/// Heights p, p−1, p−3, p−7, … not below `first`.
[[nodiscard]] std::vector<BurnHeight> consensus_hash_ancestors(BurnHeight parent, BurnHeight first);

}  // namespace quorate::bitcoin
