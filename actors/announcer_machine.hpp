// Writes the chain's state down on Bitcoin: makes two coins to the group keys, has both groups sign
// a transaction that spends them, and sends it. Source: SIP "State Snapshots" (empty heading), Gap:
// docs/spec_gaps.md "Announcement". The announcer pays; group keys never own savings.
#pragma once

#include <map>

#include "actors/group_keys.hpp"
#include "actors/wallet_io.hpp"
#include "bitcoin/operations.hpp"
#include "consensus/params.hpp"

namespace quorate::actors {

struct AnnouncerConfig {
  consensus::Params params;
  /// Value of each coin to a group key; both together, less the change, are the announcement's fee.
  Sats coin{1'500};
  Sats change{1'000};
  Sats fee{1'000};  ///< Of the transaction that makes the two coins.
};

/// Records of Table::announcer at start; first input if given at all.
struct AnnouncerRestored {
  std::vector<std::pair<Bytes, Bytes>> records;
};
using AnnouncerInput =
    std::variant<messages::ChainEvent, messages::LeadershipChanged, messages::AnnouncementSigned,
                 CoinsSeen, AnnouncerRestored, Timer>;

class AnnouncerMachine {
 public:
  AnnouncerMachine(const AnnouncerConfig& config, crypto::SecretKey key);

  /// Never fails: what is not for it is ignored.
  [[nodiscard]] WalletEffects step(Instant now, const AnnouncerInput& input);

 private:
  /// An accepted block that may be announced.
  struct Tip {
    BlockId id;
    BlockHeight height;
    TermNumber term;
    StateRoot state_root;
  };

  WalletEffects on_event(const messages::ChainEvent& event);
  void on_accepted(const consensus::BlockHeader& header);
  void on_dropped(const messages::BlocksDropped& dropped);
  WalletEffects consider();
  WalletEffects on_coins(const std::vector<bitcoin::Coin>& coins);
  WalletEffects on_signed(const messages::AnnouncementSigned& both);
  [[nodiscard]] bool should_announce() const;

  AnnouncerConfig config_;
  crypto::SecretKey key_;
  bitcoin::Script script_;

  GroupKeys keys_;
  std::map<BlockHeight, Tip> chain_;  ///< Accepted and not below the last announced.
  std::optional<BlockHeight> announced_;
  messages::LeadershipChanged leadership_;
  std::optional<messages::Position> position_;
  BurnView burn_tip_;
  /// Burn height at which the present unannounced stretch began.
  std::optional<BurnHeight> waiting_since_;
  /// Burn height for which an announcement was begun.
  std::optional<BurnHeight> begun_at_;
  std::uint32_t counter_{};
  std::optional<messages::AnnouncementOffer> offered_;
};

}  // namespace quorate::actors
