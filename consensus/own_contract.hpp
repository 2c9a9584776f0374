// A Stacker DB that a node's operator declares: owners with their numbers of slots, one set of
// limits for all, one generation that never ends. The specification lets any contract control a DB;
// this is the one kind that needs no chain. Source: SIP "Stacker DBs"; Gap: docs/spec_gaps.md "DBs
// of a node's own".
#pragma once

#include "consensus/controlling_contract.hpp"

namespace quorate::consensus {

/// As many slots as any contract here may have.
inline constexpr std::uint32_t max_own_slots = 65'536;

struct OwnDbOwner {
  crypto::PublicKey key;
  std::uint32_t slots{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&OwnDbOwner::key, &OwnDbOwner::slots);
  }
};

struct OwnDb {
  Text<171> contract;
  /// Raised by the operator to begin anew; chunks of lower ones are left behind.
  std::uint64_t generation{1};
  List<OwnDbOwner, max_own_slots> owners;  ///< Slots are given out in this order.
  SlotLimits limits{16 * 1024, 32};
  ChunkDigest digest{};
};

/// Which array a declaration means: H("quorate/own-db" ‖ network id 4 ‖ digest 1 ‖ chunk bytes 4 ‖
/// writes per second 4 ‖ owners), so that nodes that declare one name differently do not mix.
[[nodiscard]] DbAddress own_db_address(std::uint32_t network_id, const OwnDb& db);

/// @returns set_does_not_fit: no slot, more than `max_own_slots`, an owner that is no key or has no
/// slot; chunk_too_big: a limit above the largest chunk.
[[nodiscard]] Result<ContractView> own_contract(std::uint32_t network_id, const OwnDb& db);

}  // namespace quorate::consensus
