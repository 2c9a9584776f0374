// The contract that governs one generation of a Stacker DB: who may write which slot, how much, and
// when the array is garbage. Source: SIP "Stacker DBs" (three read-only functions), "Boot
// Contracts", "Producer DB Setup", "Stacker Signer DB Setup"; Gap: generations (docs/spec_gaps.md).
#pragma once

#include <memory>

#include "consensus/chunk_rules.hpp"
#include "consensus/params.hpp"
#include "consensus/signer_set.hpp"

namespace quorate::consensus {

/// What one slot takes. Gap: docs/spec_gaps.md "Chunk sizes".
struct SlotLimits {
  std::uint32_t chunk_bytes{};
  /// Accepted writes of one slot within one second.
  std::uint32_t writes_per_second{};
  bool operator==(const SlotLimits&) const = default;
};

/// What a chunk's signature covers. Gap: docs/spec_gaps.md "Chunk address".
enum class ChunkDigest : std::uint8_t {
  bound = 0,   ///< Network, contract, generation and set as well: see `chunk_digest`.
  legacy = 1,  ///< Slot, version and content alone, as signers of deployed nodes sign.
};
constexpr bool is_valid(ChunkDigest d) { return static_cast<std::uint8_t>(d) <= 1; }

/// One generation as the node's own evaluation of the contract sees it. Immutable.
class ControllingContract {
 public:
  virtual ~ControllingContract() = default;

  [[nodiscard]] virtual const DbAddress& address() const = 0;
  /// Binds chunk signatures to one network.
  [[nodiscard]] virtual std::uint32_t network_id() const = 0;
  [[nodiscard]] virtual std::uint32_t slot_count() const = 0;
  [[nodiscard]] virtual ChunkDigest digest() const { return ChunkDigest::bound; }
  /// @returns no_such_slot beyond the last slot.
  [[nodiscard]] virtual Result<SlotLimits> limits(ChunkSlot slot) const = 0;
  /// Whose signature the slot takes. @returns no_such_slot beyond the last slot or for an unused
  /// one.
  [[nodiscard]] virtual Result<crypto::PublicKey> owner(ChunkSlot slot) const = 0;

  /// `stackerdb-auth-write`. @returns no_such_slot, or bad_signer.
  [[nodiscard]] virtual Result<> auth_write(ChunkSlot slot, const ChunkMeta& meta) const = 0;
  /// `stackerdb-garbage-collect?`, asked once per Bitcoin block processed.
  [[nodiscard]] virtual bool garbage_collect(BurnHeight tip) const = 0;
  /// `stackerdb-is-garbage?`. What it would collect at `tip` is refused on arrival.
  [[nodiscard]] virtual bool is_garbage(BurnHeight tip, ChunkSlot slot,
                                        const ChunkMeta& meta) const = 0;
  /// Whether the whole generation is over at `tip`: everything in it is garbage.
  [[nodiscard]] virtual bool is_closed(BurnHeight tip) const = 0;
  /// Whether this is the generation that the specification's routes mean at `tip`.
  [[nodiscard]] virtual bool is_current(BurnHeight tip) const = 0;
};

/// Shared by the replica, the gateway and the members of one node.
using ContractView = std::shared_ptr<const ControllingContract>;

/// From which burn height a generation is the current one, and at which it is collected (= the
/// start of its successor). Before `starts_at` it is open for key generation.
struct GenerationSpan {
  BurnHeight starts_at;
  BurnHeight collected_at;
  bool operator==(const GenerationSpan&) const = default;
};

/// Accepted writes per slot and second in the two boot contracts.
inline constexpr std::uint32_t boot_writes_per_second = 32;

/// "SP000000000000000000002Q6VF78.block-producers" or ".pox-5"; "ST000000000000000000002AMW42H"
/// outside mainnet. Source: SIP "Boot Contracts".
[[nodiscard]] Text<171> boot_contract_name(std::uint32_t network_id, GroupKind kind);

/// The address of the generation in which `set` writes.
[[nodiscard]] DbAddress boot_db_address(const Params& params, const SignerSet& set);

/// Slots of one DB (300 for producers, 8,000 for stackers on mainnet).
[[nodiscard]] std::uint32_t boot_slot_count(const Params& params, GroupKind kind);

/// The slots a member writes; all ascending. The first of each range carries its state, the others
/// what does not fit. Source: SIP "Producer DB Setup", "Stacker Signer DB Setup".
struct MemberSlots {
  std::vector<ChunkSlot> precompute;
  std::vector<ChunkSlot> signing;
  /// Producers only.
  std::optional<ChunkSlot> candidate;

  [[nodiscard]] ChunkSlot first_precompute() const { return precompute.front(); }
  [[nodiscard]] ChunkSlot first_signing() const { return signing.front(); }
};
[[nodiscard]] MemberSlots member_slots(const Params& params, const SignerSet& set, MemberIndex p);
[[nodiscard]] ChunkSlot first_precompute_slot(const Params& params, const SignerSet& set,
                                              MemberIndex p);
[[nodiscard]] ChunkSlot first_signing_slot(const Params& params, const SignerSet& set,
                                           MemberIndex p);
/// Producers only. Gap: candidate slots of producers without signer slots (docs/spec_gaps.md).
[[nodiscard]] ChunkSlot candidate_slot(const Params& params, const SignerSet& set, MemberIndex p);
[[nodiscard]] ChunkSlot candidate_slot_of_zero_slot_key(const Params& params, const SignerSet& set,
                                                        std::size_t i);

/// The native `.block-producers` or `.pox-5` for one signer set.
/// @returns set_does_not_fit when a slot lies outside its range, is owned twice, or there are more
/// producers than candidate slots.
[[nodiscard]] Result<ContractView> boot_contract(const Params& params, const SignerSet& set,
                                                 const GenerationSpan& span);

}  // namespace quorate::consensus
