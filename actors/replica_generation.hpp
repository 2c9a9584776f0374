// One generation's array on one node: what each slot holds, what it refuses, and what waits.
// Source: SIP "Stacker DBs".
#pragma once

#include <map>

#include "actors/replica_io.hpp"

namespace quorate::actors::replica {

enum class Outcome : std::uint8_t {
  accepted,  ///< The slot holds it now.
  held,      ///< Greater than what the slot holds, but over the slot's rate: waits for `settle`.
  same,      ///< The slot held exactly this.
  kept,      ///< The slot keeps what it has, which replicas prefer.
  refused,   ///< `refusal` says why.
};

struct Verdict {
  Outcome outcome{};
  std::optional<Errc> refusal;
  /// The offered chunk's own line, when it was hashed.
  std::optional<consensus::SlotEntry> offered;
  /// Set when this offer proves an equivocation not known before.
  std::optional<Equivocation> evidence;
};

/// Equivocations by slot, oldest first. Outlives the generation's chunks.
using EvidenceBook = std::map<consensus::ChunkSlot, std::vector<Equivocation>>;

class ReplicaGeneration {
 public:
  ReplicaGeneration(consensus::ContractView contract, const Config& config,
                    EvidenceBook evidence = {});

  /// A client's write: the specification's rule, and the slot's rate as a refusal.
  [[nodiscard]] Verdict write(Instant now, BurnHeight tip, const consensus::Chunk& chunk);
  /// A peer's chunk: the total order between replicas; over the slot's rate it waits.
  [[nodiscard]] Verdict merge(Instant now, BurnHeight tip, const consensus::Chunk& chunk);
  /// A chunk of this node's own store: no rate. Nothing but own promises is believed unchecked, so
  /// its signature is checked again.
  [[nodiscard]] Verdict restore(BurnHeight tip, const consensus::Chunk& chunk);

  /// Begins an anti-entropy round: what waited is merged. @returns the slots that changed.
  [[nodiscard]] std::vector<consensus::ChunkSlot> settle(BurnHeight tip);
  /// Evicts what the contract calls garbage. @returns the slots that were emptied.
  /// Source: SIP "Stacker DBs" (`stackerdb-is-garbage?`).
  [[nodiscard]] std::vector<consensus::ChunkSlot> collect(BurnHeight tip);

  [[nodiscard]] const consensus::ControllingContract& contract() const { return *contract_; }
  [[nodiscard]] const consensus::ContractView& view() const { return contract_; }
  [[nodiscard]] const consensus::DbAddress& address() const { return contract_->address(); }
  [[nodiscard]] consensus::Inventory& inventory() { return inventory_; }
  [[nodiscard]] const consensus::Inventory& inventory() const { return inventory_; }
  [[nodiscard]] const consensus::ChunkMeta& meta(consensus::ChunkSlot slot) const;
  /// What the slot holds; version 0 and empty when it holds nothing.
  [[nodiscard]] consensus::Chunk chunk(consensus::ChunkSlot slot) const;
  /// What to say with the slot's chunk. Origin here: a client of this node wrote it since the node
  /// started.
  struct Hints {
    messages::Origin origin{};
    messages::Audience audience{};
  };
  [[nodiscard]] Hints hints(consensus::ChunkSlot slot) const;
  /// Of what the slot holds now; a new chunk has none.
  void set_hints(consensus::ChunkSlot slot, Hints hints);
  [[nodiscard]] std::size_t content_size(consensus::ChunkSlot slot) const;
  [[nodiscard]] messages::SlotMeta line(consensus::ChunkSlot slot) const;
  [[nodiscard]] const EvidenceBook& evidence() const { return evidence_; }

 private:
  struct Stored {
    consensus::ChunkMeta meta;
    SharedBytes content;
  };
  struct Slot : Stored {
    std::int64_t second{};     ///< The second that `writes` counts.
    std::uint32_t writes{};
    Hints hints;
    std::uint32_t ties{};      ///< Equal-version replacements since the last `settle`.
  };

  [[nodiscard]] Result<consensus::SlotLimits> admit(const consensus::Chunk& chunk) const;
  [[nodiscard]] Result<Stored> authenticate(BurnHeight tip, const consensus::Chunk& chunk) const;
  [[nodiscard]] static bool has_rate(Instant now, const Slot& slot, consensus::SlotLimits limits);
  [[nodiscard]] std::optional<Equivocation> note_equivocation(const consensus::Chunk& chunk,
                                                              const consensus::ChunkMeta& meta);
  [[nodiscard]] consensus::Chunk assemble(consensus::ChunkSlot slot, const Stored& stored) const;
  [[nodiscard]] const Stored* held(consensus::ChunkSlot slot) const;
  [[nodiscard]] Verdict hold(consensus::ChunkSlot slot, Stored stored);
  void drop_held(consensus::ChunkSlot slot);
  void store(Instant now, consensus::ChunkSlot slot, Stored stored);
  void put(consensus::ChunkSlot slot, Stored stored);

  consensus::ContractView contract_;
  std::uint32_t ties_per_round_;
  std::uint32_t evidence_per_slot_;
  std::uint64_t max_held_bytes_;
  std::uint64_t held_bytes_{};
  consensus::Inventory inventory_;
  std::vector<Slot> slots_;
  std::map<consensus::ChunkSlot, Stored> held_;
  EvidenceBook evidence_;
};

}  // namespace quorate::actors::replica
