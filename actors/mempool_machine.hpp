// Transaction gossip by id: every node learns every transaction once, asks for it once, and serves
// it to who lacks it. Whether it may wait for a block is the chain keeper's answer (it knows the
// accounts). Source: docs/protocol.md "Between nodes".
#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "actors/effects.hpp"
#include "messages/chain_events.hpp"
#include "messages/chain_messages.hpp"

namespace quorate::actors {

struct MempoolLimits {
  std::size_t remembered{65'536};       ///< Transactions kept for serving, oldest forgotten first.
  std::size_t in_question{8'192};       ///< Asked of the keeper, unanswered.
  std::size_t wanted{8'192};            ///< Asked of peers, unanswered.
  Duration ask_again{milliseconds(500)};
  Duration gossip_period{milliseconds(500)};  ///< News wait at most this long to be told.
  Duration repeat_period{seconds(1)};         ///< Afterwards the latest ids are told again, …
  std::size_t repeats{6};                     ///< … this many times, so that a lost notice heals.
  std::size_t repeat_last{24};
  /// Peers told at a time, taking turns; everybody is reached in a few rounds.
  std::size_t fanout{4};
};

struct MempoolPeerSeen {
  PeerId peer;
};
struct MempoolPeerLost {
  PeerId peer;
};
struct MempoolFromPeer {
  PeerId peer;
  messages::TransactionMessage message;
};
/// A client of this node hands in a transaction; answered by `SubmitAnswer` with the same token.
struct SubmitTransaction {
  std::uint64_t token{};
  SharedBytes bytes;
};
using MempoolInput = std::variant<MempoolPeerSeen, MempoolPeerLost, MempoolFromPeer,
                                  SubmitTransaction, messages::AdmissionAnswer, Timer>;

struct SendTransactions {
  PeerId peer;
  messages::TransactionMessage message;
};
struct AskAdmission {
  messages::AdmitTransaction request;
};
struct SubmitAnswer {
  std::uint64_t token{};
  Txid txid;
  bool admitted{};
  std::uint16_t reason{};
};
using MempoolEffect = std::variant<SendTransactions, AskAdmission, SubmitAnswer, ArmTimer>;
using MempoolEffects = std::vector<MempoolEffect>;

class MempoolMachine {
 public:
  explicit MempoolMachine(const MempoolLimits& limits) : limits_(limits) {}

  /// @returns mempool_busy when too many answers are outstanding; the state is then unchanged.
  [[nodiscard]] Result<MempoolEffects> step(Instant now, const MempoolInput& input);

  [[nodiscard]] std::size_t remembered() const { return kept_.size(); }

 private:
  struct Question {
    SharedBytes bytes;
    std::optional<std::uint64_t> client;
    Txid txid;
  };

  Result<MempoolEffects> submit(const SubmitTransaction& input);
  Result<MempoolEffects> from_peer(Instant now, const MempoolFromPeer& input);
  MempoolEffects on_known(Instant now, PeerId from, const messages::TransactionsKnown& known);
  MempoolEffects on_wanted(PeerId from, const messages::TransactionsWanted& wanted) const;
  Result<MempoolEffects> on_transactions(const messages::Transactions& sent);
  MempoolEffects on_answer(const messages::AdmissionAnswer& answer);
  MempoolEffects on_gossip(Instant now);
  void question(SharedBytes bytes, const Txid& txid, std::optional<std::uint64_t> client,
                MempoolEffects& out);
  void keep(const Txid& txid, SharedBytes bytes);
  /// Makes sure that the gossip timer fires no later than `at`.
  void arm(Instant at, MempoolEffects& out);

  MempoolLimits limits_;
  std::vector<PeerId> peers_;
  std::unordered_map<Txid, SharedBytes> kept_;
  std::deque<Txid> order_;
  /// Ids to tell in the next period.
  std::vector<Txid> news_;
  std::size_t quiet_periods_{};
  std::size_t next_peer_{};
  /// The one gossip timer in force; an older one that fires is stale.
  std::uint64_t timer_serial_{};
  std::optional<Instant> timer_at_;
  std::map<std::uint64_t, Question> questions_;
  std::unordered_map<Txid, std::uint64_t> questioned_;
  std::map<Txid, Instant> wanted_;  ///< Ids of a peer's choice: ordered, so none collide.
  std::uint64_t next_token_{1};
};

}  // namespace quorate::actors
