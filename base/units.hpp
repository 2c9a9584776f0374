// The units every room speaks in.
#pragma once

#include "base/bytes.hpp"
#include "base/codec.hpp"
#include "base/strong.hpp"

namespace quorate {

/// Height of a Bitcoin block.
using BurnHeight = Strong<struct BurnHeightTag, std::uint64_t, Arithmetic::point>;
/// Height of a Stacks block; genesis is 0.
using BlockHeight = Strong<struct BlockHeightTag, std::uint64_t, Arithmetic::point>;
/// Producer set term. Source: SIP "Producer Set Terms and Block Production".
using TermNumber = Strong<struct TermNumberTag, std::uint64_t, Arithmetic::point>;
/// Reward cycle of the stackers.
using CycleNumber = Strong<struct CycleNumberTag, std::uint64_t, Arithmetic::point>;
/// Satoshis.
using Sats = Strong<struct SatsTag, std::uint64_t, Arithmetic::amount>;
/// microSTX. Wide enough for any sum of balances.
using MicroStx = Strong<struct MicroStxTag, U128, Arithmetic::amount>;
/// Number of signer slots. Source: SIP "Signature Generation".
using Weight = Strong<struct WeightTag, std::uint32_t, Arithmetic::amount>;
/// Index of a signer slot = FROST key id.
using SlotIndex = Strong<struct SlotIndexTag, std::uint32_t, Arithmetic::point>;
/// Index of a member in its set's canonical order.
using MemberIndex = Strong<struct MemberIndexTag, std::uint16_t, Arithmetic::point>;
/// Version of a Stacker DB chunk; 0 = never written.
using ChunkVersion = Strong<struct ChunkVersionTag, std::uint64_t, Arithmetic::point>;

/// Bitcoin block hash, display order.
using BurnHash = FixedBytes<struct BurnHashTag, 32>;
/// Bitcoin transaction id, display order.
using BurnTxid = FixedBytes<struct BurnTxidTag, 32>;
/// Stacks transaction id.
using Txid = FixedBytes<struct TxidTag, 32>;
/// H(block header).
using BlockId = FixedBytes<struct BlockIdTag, 32>;
/// Root of the sparse Merkle map (docs/spec_gaps.md: not a MARF).
using StateRoot = FixedBytes<struct StateRootTag, 32>;
/// Identifies one signer set: its members, keys and slots.
using SetHash = FixedBytes<struct SetHashTag, 32>;

/// A place in Bitcoin's history: the last Bitcoin block a decision took into account.
struct BurnView {
  BurnHeight height;
  BurnHash hash;
  auto operator<=>(const BurnView&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnView::height, &BurnView::hash);
  }
};

/// The two signing groups. Source: SIP "Block Signing and Announcement".
enum class GroupKind : std::uint8_t { producers = 0, stackers = 1 };
constexpr bool is_valid(GroupKind kind) { return static_cast<std::uint8_t>(kind) <= 1; }

/// Quorum rule, in integers: 100·signed ≥ 67·total. Source: SIP "Producer Set Terms and Block
/// Production"; Gap: "over" versus "at least" (docs/spec_gaps.md).
[[nodiscard]] constexpr bool is_quorum(Weight part, Weight total) {
  return std::uint64_t{100} * part.value >= std::uint64_t{67} * total.value;
}
/// Weight that is certain to contain an honest member while Byzantine weight stays below 34 %.
[[nodiscard]] constexpr bool is_third(Weight part, Weight total) {
  return std::uint64_t{100} * part.value >= std::uint64_t{34} * total.value;
}

}  // namespace quorate
