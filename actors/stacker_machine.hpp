// A stacker signer on one node: takes part in the key generation of its cycle, watches the
// producers' Stacker DB for signed blocks, has its own node try them, agrees with the other
// stackers to take or reject them, and signs. Source: SIP "Stacker Signing Protocol". Rules are in
// the machines it composes.
#pragma once

#include "actors/announcement_desk.hpp"

namespace quorate::actors {

struct StackerConfig {
  consensus::Params params;
  consensus::Timing timing;
  /// Fresh and secret at every start of the process.
  Hash256 entropy;
  /// What the store held at start; the machine keeps it up with what it writes.
  StoredTables stored;
};

class StackerMachine {
 public:
  StackerMachine(StackerConfig config, crypto::SecretKey key);

  /// Never fails as a whole: a refusal by a part is a `Note`, and that part is unchanged.
  [[nodiscard]] MemberEffects step(Instant now, const MemberInput& input);

  [[nodiscard]] const NodeView& view() const { return view_; }

 private:
  /// A producer-signed block and what the own node thinks of it.
  struct Final {
    messages::CandidateBlock candidate;
    std::optional<messages::TriedBlock> tried;
  };
  /// Readers of the producers' DB: who owns which slot, and their latest words.
  struct Watched {
    messages::SetPlanned planned;
    ChunkDesk desk;
    std::map<MemberIndex, std::shared_ptr<const messages::MemberState>> states;
    /// Sealed blocks that stand in the candidate slots, by owner.
    std::map<crypto::PublicKey, messages::CandidateBlock> sealed;
  };

  void on_event(Instant now, const messages::ChainEvent& event);
  void on_burn(Instant now, const messages::BurnTipChanged& moved);
  void on_planned(Instant now, const messages::SetPlanned& planned);
  void on_position(Instant now, const messages::Position& position);
  void on_reply(Instant now, const messages::KeeperReply& reply);
  void on_chunk(Instant now, const consensus::Chunk& chunk);
  void on_producer_chunk(Instant now, Watched& watched, const consensus::Chunk& chunk);
  void on_candidate(const Watched& watched, const messages::CandidateBlock& candidate);
  void read_again();
  void make_room();
  void on_producer_state(Instant now, Watched& watched, MemberIndex member,
                         std::shared_ptr<const messages::MemberState> state);
  void on_timer(Instant now, const Timer& timer);
  void on_report(Instant now, GroupMember& group, GroupReport& report);
  void on_sealed(Instant now, GroupMember& group, const SealDone& sealed);
  void permit(Instant now, GroupMember& group, const PermitAsked& asked);
  void tell_final(Instant now, const Final& known);
  void retry_waiting(Instant now);
  void settle(Instant now);
  [[nodiscard]] GroupMember* member();
  [[nodiscard]] std::optional<consensus::InstanceId> instance() const;

  StackerConfig config_;
  crypto::SecretKey key_;
  crypto::PublicKey public_key_;
  KeyNotary notary_;
  NodeView view_;
  std::uint64_t scopes_{};
  MemberEffects out_;

  Generations generations_;                                    ///< By cycle.
  std::map<std::uint64_t, std::unique_ptr<Watched>> watched_;  ///< By term.
  std::optional<messages::Position> place_;
  std::map<BlockId, Final> finals_;
  EarlyChunks early_;
  WaitingPermits waiting_permits_;
};

}  // namespace quorate::actors
