// The replica of one Stacker DB contract on one node, all generations: takes writes, replicates
// them, heals differences, collects garbage. Pure: no clock, no network, no disk. Source: SIP
// "Stacker DBs", "Boot Contracts"; Gap: docs/protocol.md "Replication".
#pragma once

#include <map>

#include "actors/replica_io.hpp"

namespace quorate::actors {

namespace replica {
class Turn;
}

class ReplicaPeerMachine {
 public:
  explicit ReplicaPeerMachine(replica::Config config);
  ReplicaPeerMachine(ReplicaPeerMachine&&) noexcept;
  ReplicaPeerMachine& operator=(ReplicaPeerMachine&&) noexcept;
  ~ReplicaPeerMachine();

  /// Advances by one input. A client's or peer's wrong chunk is an effect (a refusal sent back);
  /// an error means that the input itself had no place: unknown_peer, peer_already_up,
  /// too_many_peers, foreign_contract, generation_already_open, too_many_generations, no_such_db,
  /// already_started. On error the state is unchanged.
  [[nodiscard]] Result<replica::Effects> step(Instant now, const replica::Input& input);

  /// The stored chunk; version 0 and no content for a slot never written or collected.
  /// @returns no_such_db, generation_closed, no_such_slot.
  /// Source: SIP "Stacker DBs", read endpoint.
  [[nodiscard]] Result<consensus::Chunk> read(const consensus::DbAddress& db,
                                              consensus::ChunkSlot slot) const;
  /// The generation that a route without generation means.
  [[nodiscard]] std::optional<consensus::DbAddress> current() const;
  /// Open generations, ascending by generation.
  [[nodiscard]] std::vector<consensus::ContractView> open() const;
  /// One entry per slot. @returns no_such_db, generation_closed.
  [[nodiscard]] Result<std::vector<consensus::SlotEntry>> inventory(
      const consensus::DbAddress& db) const;
  /// What each connected peer was last seen to hold. Source: SIP "Stacker DBs" ("Clients may
  /// query").
  [[nodiscard]] std::vector<std::pair<PeerId, std::vector<consensus::SlotEntry>>>
  peer_inventories(const consensus::DbAddress& db) const;
  /// Equivocations kept for one slot, oldest first.
  [[nodiscard]] std::vector<replica::Equivocation> evidence(const consensus::DbAddress& db,
                                                            consensus::ChunkSlot slot) const;
  /// What a connected peer did wrong so far, counted by reason.
  [[nodiscard]] std::map<Errc, std::uint32_t> offences(PeerId peer) const;
  /// Where this replica and each connected peer differ, over all open generations.
  [[nodiscard]] std::vector<replica::PeerStanding> standings() const;
  /// Full metadata of every slot (the stacks-core-style listing). @returns as `inventory`.
  [[nodiscard]] Result<std::vector<consensus::ChunkMeta>> metadata(
      const consensus::DbAddress& db) const;

 private:
  friend class replica::Turn;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quorate::actors
