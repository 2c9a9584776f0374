// Follows Bitcoin through one feed (the scripted Bitcoin, or a bridge to a real node): asks until
// it has every block of the feed's best branch, checks each block against its header, hands them on
// in order. Which branch is canonical is the chain keeper's decision. Source: docs/protocol.md
// "Bitcoin view".
#pragma once

#include <deque>
#include <map>

#include "actors/effects.hpp"
#include "messages/chain_messages.hpp"

namespace quorate::actors {

struct FollowerLimits {
  /// Where the chain begins: the first block handed on must be this one. Nullopt: any.
  std::optional<BurnHeight> first;
  Duration poll{seconds(5)};
  Duration ask_again{milliseconds(400)};
  /// Headers remembered for linking and locating; older branches are out of reach.
  std::size_t remembered{4096};
  /// Transactions repeated to the feed until replaced or old.
  std::size_t outbox{64};
  Duration resend{seconds(20)};
  Duration outbox_age{seconds(3600)};
};

/// From the feed.
struct FeedMessage {
  messages::BurnMessage message;
};
/// A role of this node has a Bitcoin transaction to send; it is repeated, since feeds lose messages
/// and Bitcoin refuses what it already has.
struct SendBurnTransaction {
  Bytes raw;
};
/// A role wants the coins paying a script; the answer comes back as `CoinsSeen`.
struct WantCoins {
  Blob<128> script;
};
/// The keeper restored these blocks from disk, in height order.
struct FollowerRestored {
  std::vector<std::pair<BurnView, BurnHash>> known;
};
struct FollowerStart {};
using FollowerInput = std::variant<FollowerStart, FollowerRestored, FeedMessage,
                                   SendBurnTransaction, WantCoins, Timer>;

struct TellFeed {
  messages::BurnMessage message;
};
/// A consistent block whose parent was handed on before (or the first one).
struct BurnBlockSeen {
  bitcoin::BurnBlock block;
};
struct CoinsSeen {
  messages::Coins coins;
};
using FollowerEffect = std::variant<TellFeed, BurnBlockSeen, CoinsSeen, ArmTimer>;
using FollowerEffects = std::vector<FollowerEffect>;

class BurnchainFollowerMachine {
 public:
  explicit BurnchainFollowerMachine(const FollowerLimits& limits) : limits_(limits) {}

  /// @returns burn_block_unlinked, or what `bitcoin::check` says about a pushed block.
  [[nodiscard]] Result<FollowerEffects> step(Instant now, const FollowerInput& input);

  [[nodiscard]] std::optional<BurnView> best() const { return best_; }

 private:
  struct Header {
    BurnHeight height;
    BurnHash parent;
  };
  struct Outgoing {
    Bytes raw;
    Instant since;
    Instant last;
  };

  Result<FollowerEffects> on_feed(Instant now, const messages::BurnMessage& message);
  Result<FollowerEffects> on_block(Instant now, const bitcoin::BurnBlock& block);
  FollowerEffects on_timer(Instant now);
  /// Whether its parent was handed on, or it is the one the chain begins with.
  [[nodiscard]] bool is_linked(const bitcoin::BurnBlock& block) const;
  void remember(const BurnView& view, const BurnHash& parent);
  void ask(Instant now, FollowerEffects& out);
  [[nodiscard]] messages::BurnBlocksWanted locator() const;

  FollowerLimits limits_;
  std::map<BurnHash, Header> headers_;
  std::deque<BurnHash> order_;
  std::optional<BurnView> best_;
  std::optional<Instant> asked_;
  std::deque<Outgoing> outbox_;
};

}  // namespace quorate::actors
