// Keeps one node's chains: judges Bitcoin blocks and sealed blocks, remembers what cannot be judged
// yet, fills candidates from the waiting transactions, tells every role what happens, and brings
// peers and itself up to date. The rules are consensus/chain's; this decides only when they are
// asked. Source: SIP "Block Signing and Announcement"; docs/protocol.md "Chain", "Between nodes".
#pragma once

#include <deque>
#include <map>

#include "actors/burnchain_follower_machine.hpp"
#include "consensus/chain.hpp"
#include "consensus/mempool.hpp"
#include "crypto/chacha_rng.hpp"
#include "messages/role_messages.hpp"

namespace quorate::actors {

struct KeeperLimits {
  std::size_t parked_blocks{256};         ///< Sealed blocks that wait for what they build on.
  std::size_t parked_trials{64};          ///< Blocks members asked about that cannot be judged yet.
  std::size_t parked_certificates{64};
  std::size_t pushes_per_answer{64};
  Duration status_period{seconds(2)};
  Duration ask_again{milliseconds(500)};
  /// Peers that hear this node's status at a time, taking turns.
  std::size_t status_fanout{3};
  /// A status that stands is told this many times, then in every fourth period only.
  std::uint32_t status_repeats{8};
  /// Peers drawn to be given a new block. Everybody relays, so that with six each nearly all nodes
  /// are reached within a few hops; who is not hears of it by a status.
  std::size_t relay_fanout{6};
  Hash256 relay_seed{};
};

/// Records found at start, each table in key order; the first input if given at all.
struct KeeperRestored {
  std::vector<Bytes> burn_blocks;
  std::vector<Bytes> keys;
  std::vector<Bytes> blocks;
};
struct KeeperStart {};
struct KeeperPeer {
  PeerId peer;
  bool up{};
};
struct KeeperHeard {
  PeerId from;
  messages::ChainMessage message;
};
/// From a role of this node; a reply goes back to it.
struct KeeperAsked {
  messages::Role asker{};
  messages::KeeperRequest request;
};
using KeeperInput = std::variant<KeeperRestored, KeeperStart, BurnBlockSeen, KeeperPeer,
                                 KeeperHeard, KeeperAsked, Timer>;

/// To every role of this node.
struct TellRoles {
  messages::ChainEvent event;
};
struct ReplyTo {
  messages::Role asker{};
  messages::KeeperReply reply;
};
struct SendChain {
  PeerId to;
  messages::ChainMessage message;
};
/// Blocks by the keys of their records, as many as fit into an answer: what is final is no longer
/// kept in memory.
struct SendStored {
  PeerId to;
  std::vector<Bytes> keys;
};
struct RelayChain {
  std::vector<PeerId> to;
  messages::ChainMessage message;
};
using KeeperEffect =
    std::variant<Persist, TellRoles, ReplyTo, SendChain, SendStored, RelayChain, ArmTimer, Note>;
using KeeperEffects = std::vector<KeeperEffect>;

class ChainKeeperMachine {
 public:
  ChainKeeperMachine(consensus::Chain chain, const consensus::MempoolRules& rules,
                     const KeeperLimits& limits);

  /// @returns what the chain says about a Bitcoin block or a peer's message; a refusal of a role's
  /// request is part of the reply and not an error.
  [[nodiscard]] Result<KeeperEffects> step(Instant now, const KeeperInput& input);

  [[nodiscard]] const consensus::Chain& chain() const { return chain_; }
  [[nodiscard]] const consensus::Mempool& mempool() const { return mempool_; }

 private:
  struct Trial {
    messages::Role asker{};
    consensus::Block block;
  };

  KeeperEffects restore(Instant now, const KeeperRestored& records);
  Result<KeeperEffects> on_burn_block(Instant now, const bitcoin::BurnBlock& block);
  Result<KeeperEffects> on_heard(Instant now, const KeeperHeard& heard);
  KeeperEffects on_asked(Instant now, const KeeperAsked& asked);
  KeeperEffects on_timer(Instant now);
  void tell_status(KeeperEffects& out);

  void build(Instant now, messages::Role asker, const messages::BuildBlock& request,
             KeeperEffects& out);
  void try_block(Instant now, messages::Role asker, const consensus::Block& block,
                 KeeperEffects& out);
  void admit(Instant now, messages::Role asker, const messages::AdmitTransaction& request,
             KeeperEffects& out);
  void learn_key(Instant now, const consensus::KeyCertificate& certificate, KeeperEffects& out);
  void learn_rejection(Instant now, const consensus::VoteCertificate& certificate,
                       KeeperEffects& out);
  Result<> accept(Instant now, const consensus::SealedBlock& block, KeeperEffects& out);

  /// Passes on what happened, then asks again about everything that was parked.
  void absorb(Instant now, consensus::ChainEvents events, KeeperEffects& out);
  void pass_on(Instant now, const consensus::ChainEvents& events, KeeperEffects& out);
  void retry_parked(Instant now, KeeperEffects& out);
  void tell_mempool(KeeperEffects& out);
  void ask_for_blocks(Instant now, PeerId peer, KeeperEffects& out);
  /// `relay_fanout` of the peers, drawn anew.
  [[nodiscard]] std::vector<PeerId> draw_peers();
  [[nodiscard]] messages::TipStatus status() const;
  [[nodiscard]] consensus::AccountLookup accounts() const;

  consensus::Chain chain_;
  consensus::Mempool mempool_;
  KeeperLimits limits_;
  std::vector<PeerId> peers_;
  std::size_t next_peer_{};
  messages::TipStatus told_status_;
  std::uint32_t told_times_{};
  crypto::ChaChaRng rng_;
  std::map<PeerId, Instant> asked_;
  std::map<BlockId, consensus::SealedBlock> parked_blocks_;
  std::deque<Trial> parked_trials_;
  std::deque<consensus::KeyCertificate> parked_keys_;
  std::deque<consensus::VoteCertificate> parked_rejections_;
  std::optional<messages::MempoolChanged> told_mempool_;
  bool restoring_{};
  bool retrying_{};
};

}  // namespace quorate::actors
