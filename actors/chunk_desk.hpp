// One member's side of one Stacker DB generation: puts together what members wrote over several
// slots, and writes the own dealing and state with rising versions. Source: SIP "Facilities for
// Signature Generation"; docs/protocol.md "Members talk through Stacker DBs".
#pragma once

#include <map>

#include "actors/effects.hpp"
#include "consensus/chunk_rules.hpp"
#include "consensus/controlling_contract.hpp"
#include "messages/member_state.hpp"
#include "messages/signing_proof.hpp"

namespace quorate::actors {

/// What a chunk completes.
struct DealingRead {
  MemberIndex member;
  messages::SignedDealing word;
  SharedBytes dealing;
  /// Content of the first slot when the dealing goes on in others; else empty.
  SharedBytes manifest;
};
struct StateRead {
  MemberIndex member;
  /// Never null. Whoever reads the same bytes in this thread has the same object.
  std::shared_ptr<const messages::MemberState> state;
  /// Proof that the member wrote it; the word's content hash is left out.
  messages::SignedState written;
};
struct CandidateRead {
  crypto::PublicKey owner;
  messages::CandidateBlock candidate;
};
using ChunkRead = std::variant<std::monostate, DealingRead, StateRead, CandidateRead>;

/// Table and key prefix under which own chunk versions are kept.
using VersionRecords = std::map<Bytes, Bytes>;

class ChunkDesk {
 public:
  /// `self` absent: reads only; a producer without signer slots can write its candidate.
  ChunkDesk(const consensus::Params& params, const consensus::SignerSet& set,
            std::optional<MemberIndex> self, const crypto::SecretKey* key);

  [[nodiscard]] const consensus::DbAddress& address() const { return address_; }
  /// Own versions found at start.
  void restore(const VersionRecords& records);

  /// Takes an accepted chunk of this generation. @returns what it completes (nothing while pieces
  /// are missing), or member_chunk_malformed / a codec refusal.
  [[nodiscard]] Result<ChunkRead> read(const consensus::Chunk& chunk);

  /// The chunks that publish the own dealing of an attempt; always the same for the same bytes.
  /// @returns dealing_too_large.
  [[nodiscard]] Result<std::vector<consensus::Chunk>> write_dealing(
      std::uint32_t attempt, const SharedBytes& dealing) const;
  /// The chunks that publish the own state, each with its version's record. @returns
  /// member_state_too_large.
  [[nodiscard]] Result<std::vector<consensus::Chunk>> write_state(
      const messages::MemberState& state, std::vector<storage::RecordWrite>& records);
  /// The chunk that puts a block into the own candidate slot (producers, with signer slots or not).
  [[nodiscard]] consensus::Chunk write_candidate(const messages::CandidateBlock& candidate,
                                                 std::vector<storage::RecordWrite>& records);
  /// A write was refused because the replica holds a newer version (a restored disk): write above
  /// it.
  void outrun(consensus::ChunkSlot slot, ChunkVersion standing);

 private:
  enum class Range : std::uint8_t { precompute, signing, candidate };
  struct Place {
    Range range{};
    MemberIndex member;
    std::size_t index{};  ///< Which of the member's slots in the range.
    crypto::PublicKey owner;
  };
  struct Pieces {
    std::vector<SharedBytes> slots;
    messages::SignedDealing first;
  };

  [[nodiscard]] consensus::Chunk sign(consensus::ChunkSlot slot, ChunkVersion version,
                                      SharedBytes content) const;
  [[nodiscard]] consensus::Chunk next(consensus::ChunkSlot slot, SharedBytes content,
                                      std::vector<storage::RecordWrite>& records);
  [[nodiscard]] Bytes record_key(consensus::ChunkSlot slot) const;

  consensus::Params params_;
  const consensus::SignerSet* set_;
  consensus::DbAddress address_;
  std::optional<MemberIndex> self_;
  const crypto::SecretKey* key_;
  consensus::MemberSlots own_;
  std::map<consensus::ChunkSlot, Place> places_;
  std::map<MemberIndex, Pieces> dealings_;
  std::map<MemberIndex, Pieces> states_;
  std::map<consensus::ChunkSlot, ChunkVersion> versions_;
};

}  // namespace quorate::actors
