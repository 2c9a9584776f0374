// What a replica knows about one connected peer: what it may still send, what it did wrong, what it
// was last seen to hold, what it has not acknowledged, and what it sent too early.
#pragma once

#include <map>

#include "actors/replica_io.hpp"

namespace quorate::actors::replica {

/// Numbers this node's generations; shorter than an address, never reused.
using GenerationId = Strong<struct GenerationIdTag, std::uint32_t, Arithmetic::point>;

/// One slot of one generation.
struct SlotKey {
  GenerationId generation;
  consensus::ChunkSlot slot;
  auto operator<=>(const SlotKey&) const = default;
};

/// What one peer did that an honest node does not do.
class Offences {
 public:
  /// @returns the sum that is not forgiven yet.
  std::uint32_t add(Errc reason);
  /// One is forgiven per anti-entropy round: rare trouble is not hostility.
  void forgive_one() { standing_ -= standing_ > 0 ? 1 : 0; }
  [[nodiscard]] std::uint32_t standing() const { return standing_; }
  /// Everything ever counted, by reason.
  [[nodiscard]] const std::map<Errc, std::uint32_t>& counts() const { return counts_; }

 private:
  std::uint32_t standing_{};
  std::map<Errc, std::uint32_t> counts_;
};

class Neighbour {
 public:
  explicit Neighbour(const Config& config) : config_(&config) {}

  enum class Admission : std::uint8_t {
    taken,
    first_excess,  ///< Over the budget for the first time in this second: tell it, count it.
    excess,        ///< Over the budget again: ignore it.
  };
  /// Counts a message against this second's budget (an eighth of it for an offender).
  [[nodiscard]] Admission admit(Instant now, std::size_t bytes);
  /// Counts what the peer made this node send against the same budget.
  void charge(std::uint64_t bytes) { bytes_ += bytes; }
  [[nodiscard]] Offences& offences() { return offences_; }
  [[nodiscard]] const Offences& offences() const { return offences_; }

  /// What the peer last said; until then it hears of everything at once.
  void set_attention(messages::Attention attention) { attention_ = attention; }
  [[nodiscard]] messages::Attention attention() const { return attention_; }

  /// What the peer was last seen to hold; a slot never heard of counts as empty.
  [[nodiscard]] consensus::SlotEntry known(SlotKey key) const;
  void learn(SlotKey key, std::uint32_t slot_count, const consensus::SlotEntry& entry);
  [[nodiscard]] std::vector<consensus::SlotEntry> inventory(GenerationId generation,
                                                            std::uint32_t slot_count) const;

  /// The peer holds what this node holds in these slots, of which it sent the digest.
  void learn_equal(GenerationId generation, const consensus::Inventory& own,
                   consensus::TreeNode node);
  /// What was heard of a generation; nullptr when nothing was.
  [[nodiscard]] const std::vector<consensus::SlotEntry>* entries(GenerationId generation) const;

  /// The peer was just told of this slot; without acknowledgement it is told again at the result.
  Instant await_ack(Instant now, SlotKey key);
  /// What the peer is told of this slot is a relay, and goes on to others unless they had it
  /// already more often than this.
  void mark_relay(SlotKey key, std::uint32_t needless) { unacked_.at(key).needless = needless; }
  /// The peer is told at the result what this slot holds by then: the first time after the wait,
  /// or with the next repetition of what it has not acknowledged.
  Instant tell_later(Instant now, SlotKey key);
  /// @returns what `mark_relay` said, for a relay.
  std::optional<std::uint32_t> acknowledged(SlotKey key);
  /// Nothing is repeated before `until` (the peer asked for slowness).
  void postpone(Instant until);
  /// Slots to tell again now; those told often enough are given up (anti-entropy heals).
  [[nodiscard]] std::vector<SlotKey> due(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;

  /// Keeps a chunk of a generation that is not open here. False when the peer's share is used up.
  enum class Parking : std::uint8_t { parked, full };
  [[nodiscard]] Parking park(Instant now, const consensus::Chunk& chunk);
  [[nodiscard]] std::vector<consensus::Chunk> unpark(const consensus::DbAddress& db);
  void expire_parked(Instant now);

  /// The generation is gone.
  void forget(GenerationId generation);

 private:
  struct Unacked {
    Instant due;
    std::uint32_t tries{};  ///< 0: the peer was not told of what the slot holds now.
    std::optional<std::uint32_t> needless;
  };
  struct Parked {
    Instant since;
    consensus::Chunk chunk;
  };
  [[nodiscard]] Duration wait(std::uint32_t tries) const;

  const Config* config_;
  messages::Attention attention_{messages::Attention::close};
  Offences offences_;
  std::int64_t second_{-1};
  std::uint32_t messages_{};
  std::uint64_t bytes_{};
  std::map<GenerationId, std::vector<consensus::SlotEntry>> known_;
  std::map<SlotKey, Unacked> unacked_;
  std::vector<Parked> parked_;
  std::uint64_t parked_bytes_{};
};

}  // namespace quorate::actors::replica
