// Which chunks a replica lacks, who offers them, and which are being asked for: at most a few
// requests at a time, the chunk with the fewest offers first. An offer is a claim: who does not
// deliver is asked last, so that a liar with high version numbers cannot keep the honest chunk
// away. Source: docs/protocol.md "Replication"; SIP "Stacker DBs" leaves the order open.
#pragma once

#include <set>

#include "actors/replica_neighbour.hpp"
#include "crypto/chacha_rng.hpp"

namespace quorate::actors::replica {

class Fetches {
 public:
  explicit Fetches(const Config& config) : config_(&config) {}

  /// `holder` offers something that this replica lacks.
  void want(SlotKey key, const consensus::SlotEntry& entry, PeerId holder);
  /// The slot holds `own` now, or `offered` was looked at and not preferred: wishes that this
  /// answers are over, and so is the part of a request that asked for them.
  void settle(SlotKey key, const consensus::SlotEntry& own,
              const std::optional<consensus::SlotEntry>& offered);
  /// What `holder` delivered was refused.
  void reject(SlotKey key, PeerId holder);
  /// The peer is gone, or its replica of the generation.
  void forget(PeerId peer) { forget(peer, std::nullopt); }
  void forget(PeerId peer, std::optional<GenerationId> generation);
  void forget(GenerationId generation);

  /// One request to one holder, ready to be sent.
  struct Request {
    PeerId holder;
    GenerationId generation;
    std::vector<consensus::ChunkSlot> slots;
  };
  /// Starts as many requests as may be in flight. Holders are drawn with `rng`.
  [[nodiscard]] std::vector<Request> start(Instant now, crypto::ChaChaRng& rng);
  /// Gives up requests that took too long; their chunks are asked for again, elsewhere if possible.
  void expire(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;
  [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }
  [[nodiscard]] std::size_t wanted() const { return wants_.size(); }

 private:
  struct Offer {
    PeerId holder;
    consensus::SlotEntry entry;
    bool failed{};  ///< Asked and not delivered.
  };
  struct Want {
    std::vector<Offer> offers;
    std::uint32_t tries{};
    bool asked{};
  };
  using Wants = std::map<SlotKey, Want>;
  struct Asked {
    SlotKey key;
    consensus::SlotEntry entry;
  };
  struct Flight {
    PeerId holder;
    std::vector<Asked> asked;
    Instant begun;
    Instant due;
  };
  using Rarity = std::pair<std::size_t, SlotKey>;  ///< Offers known, slot.

  /// Consecutive undelivered requests after which a peer gets one request at a time, and only for
  /// what nobody else offers.
  static constexpr std::uint32_t unreliable_at = 3;

  void index(SlotKey key, const Want& want);
  void unindex(SlotKey key, const Want& want);
  void erase(Wants::iterator at);
  void land(SlotKey key, const consensus::SlotEntry& own,
            const std::optional<consensus::SlotEntry>& offered);
  void fail(const Flight& flight);
  [[nodiscard]] bool is_busy(PeerId peer) const;
  [[nodiscard]] std::uint32_t failures(PeerId peer) const;
  [[nodiscard]] std::optional<PeerId> choose(const Want& want, crypto::ChaChaRng& rng) const;
  [[nodiscard]] Flight gather(Instant now, SlotKey first, PeerId holder);

  const Config* config_;
  Wants wants_;
  std::set<Rarity> idle_;
  std::vector<Flight> flights_;
  std::map<PeerId, std::uint32_t> failures_;
};

}  // namespace quorate::actors::replica
