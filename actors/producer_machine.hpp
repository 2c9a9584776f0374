// A member of the producer set on one node: takes part in key generation, puts candidates forward,
// agrees on a block per height, signs it, shows the result to the stackers, and coordinates
// announcements for its node's announcer. Source: SIP "Producer Set Collaboration", "Producer
// Signing Protocol". Rules are in the machines it composes; this decides only what to ask when.
#pragma once

#include "actors/announcement_desk.hpp"

namespace quorate::actors {

struct ProducerConfig {
  consensus::Params params;
  consensus::Timing timing;
  /// Fresh and secret at every start of the process.
  Hash256 entropy;
  /// What the store held at start; the machine keeps it up with what it writes.
  StoredTables stored;
};

class ProducerMachine {
 public:
  ProducerMachine(ProducerConfig config, crypto::SecretKey key);
  virtual ~ProducerMachine() = default;

  /// Never fails as a whole: a refusal by a part is a `Note`, and that part is unchanged.
  [[nodiscard]] MemberEffects step(Instant now, const MemberInput& input);

  [[nodiscard]] const NodeView& view() const { return view_; }

 protected:
  /// A block of this height and attempt that may become the value, by id.
  struct Known {
    consensus::Block block;
    std::optional<MicroStx> fees;
    crypto::PublicKey owner;
    agreement::Seen seen{agreement::Seen::after_cutoff};
    bool tried{};
    agreement::Tail tail{};
  };
  /// Called when a block was built for the current height; puts it into the own candidate slot.
  virtual void put_forward(Instant now, const consensus::Block& block, MicroStx fees);

  [[nodiscard]] GroupMember* member() { return member_of(producing_); }
  void remember(const consensus::Block& block, MicroStx fees);
  MemberEffects out_;

 private:
  void on_event(Instant now, const messages::ChainEvent& event);
  void on_burn(Instant now, const messages::BurnTipChanged& moved);
  void on_planned(Instant now, const messages::SetPlanned& planned);
  void on_position(Instant now, const messages::Position& position);
  void on_reply(Instant now, const messages::KeeperReply& reply);
  void on_built(Instant now, const messages::BuiltBlock& built);
  void on_tried(Instant now, const messages::TriedBlock& tried);
  void begin_election(const GroupMember& group, TermNumber term);
  void on_leader(Instant now, const messages::LeaderCertificate& certificate);
  void on_epoch(const messages::EpochNews& entered);
  void on_chunk(Instant now, const consensus::Chunk& chunk);
  void on_timer(Instant now, const Timer& timer);

  void on_report(Instant now, GroupMember& group, GroupReport& report);
  void on_candidate(Instant now, const GroupMember& group, const CandidateHeard& heard);
  void on_final(Instant now, const messages::CandidateBlock& candidate);
  void on_sealed(Instant now, const SealDone& sealed);
  void on_heard(const MemberHeard& heard);

  void begin_height(Instant now);
  enum class Work : std::uint8_t { none, some };
  void tell_work(Work work);
  void schedule(Instant now);
  void build(Instant now, const BurnView& burn_view);
  void cut_off(Instant now);
  void judge(Instant now, const consensus::Block& block, const crypto::PublicKey& owner,
             agreement::Seen seen);
  void tell_candidate(Instant now, const Known& known, agreement::Verdict verdict, Errc reason);
  /// The sealed block of this height, or else one that this member is locked on, into the own slot:
  /// who made it may be gone, or may show it to some only.
  void republish();
  void tell_leadership();
  [[nodiscard]] bool is_leading() const;
  /// This height's instance.
  [[nodiscard]] const AgreementMachine* machine() const;
  /// What producers signed at this height still counts.
  [[nodiscard]] bool is_sealed() const;
  [[nodiscard]] GroupMember* member_of(const std::optional<std::uint64_t>& generation);
  [[nodiscard]] std::optional<consensus::InstanceId> instance() const;
  void settle(Instant now);
  void drain(Instant now, GroupMember& group);

  ProducerConfig config_;
  crypto::SecretKey key_;
  crypto::PublicKey public_key_;
  KeyNotary notary_;
  NodeView view_;
  std::uint64_t scopes_{};

  /// Own generations by term; observers of the stackers' generations by cycle.
  Generations generations_;
  Generations observed_;
  EarlyChunks early_;
  /// The term in which this node produces now.
  std::optional<std::uint64_t> producing_;

  // Election.
  std::uint32_t epoch_{};
  std::optional<messages::LeaderCertificate> leader_;
  std::optional<TermNumber> election_term_;
  Work told_work_{Work::none};

  // The current height.
  std::optional<messages::Position> place_;
  Instant began_{};
  std::map<BlockId, Known> known_;
  std::optional<Instant> cutoff_at_;
  bool cut_{};
  std::uint64_t build_token_{};
  std::optional<BurnView> building_on_;
  /// The leading instance asked for a block before the cut-off.
  bool block_wanted_{};
  bool put_forward_{};
  std::set<BlockId> finals_;
  /// What producers signed at this height: stackers find it in candidate slots and nowhere else.
  std::optional<messages::CandidateBlock> sealed_;

  AnnouncementDesk announcements_{view_, generations_, observed_};
  std::map<MemberIndex, std::pair<std::uint32_t, bool>> told_seen_;
};

}  // namespace quorate::actors
