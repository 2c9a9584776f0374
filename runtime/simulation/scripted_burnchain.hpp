// Bitcoin with a script instead of miners: takes transactions, checks their coins and signatures,
// makes blocks with valid Merkle roots and header hashes, reorganises and censors when told to. It
// stands outside of all nodes and speaks the feed's messages. No proof of work.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "bitcoin/burn_block.hpp"
#include "messages/chain_messages.hpp"

namespace quorate::simulation {

class ScriptedBurnchain {
 public:
  using Censor = std::function<bool(const bitcoin::Transaction&)>;

  struct Grant {
    bitcoin::Script script;
    Sats value;
  };

  /// Mines the block at `first` at once; its coinbase pays the grants.
  ScriptedBurnchain(BurnHeight first, std::uint32_t time_s, const std::vector<Grant>& grants);

  /// Takes a transaction to be mined. The one already known is taken again silently.
  /// @returns a refusal of the codec, coin_unknown, coin_spent, output_exceeds_input, or a refusal
  /// of `bitcoin::verify_input`.
  Result<BurnTxid> submit(ByteView raw);

  /// One block on top of the tip with every waiting transaction that is not censored.
  const bitcoin::BurnBlock& mine(std::uint32_t time_s);
  /// Replaces the last `depth` blocks by `depth` + 1 others; their transactions are mined again as
  /// far as `censor` lets them. The first block is never replaced.
  void reorganise(std::uint32_t depth, std::uint32_t time_s);

  /// Transactions for which it returns true stay out of blocks while it is set.
  void set_censor(Censor censor) { censor_ = std::move(censor); }

  [[nodiscard]] BurnView tip() const { return blocks_.back().block.view(); }
  [[nodiscard]] const bitcoin::BurnBlock& block_at(BurnHeight height) const;
  /// Blocks of the best chain above the highest one that the locator knows, oldest first.
  [[nodiscard]] std::vector<bitcoin::BurnBlock> blocks_after(
      const std::vector<BurnHash>& locator, std::size_t max_count) const;
  /// Unspent outputs paying a script, waiting transactions included.
  [[nodiscard]] messages::Coins coins(const Blob<128>& script) const;
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// Every block ever mined, orphaned ones included, in the order of mining.
  [[nodiscard]] const std::vector<messages::BurnTipNotice>& history() const { return history_; }
  [[nodiscard]] const std::map<BurnHash, BurnHash>& parents() const { return parents_; }

 private:
  using Coins = std::map<bitcoin::OutPoint, bitcoin::TxOut>;
  struct Mined {
    bitcoin::BurnBlock block;
    std::vector<bitcoin::Transaction> transactions;  ///< Without the coinbase.
    Coins before;  ///< Unspent outputs below this block.
  };
  struct Waiting {
    BurnTxid txid;
    bitcoin::Transaction tx;
    Bytes raw;
  };

  /// Checks against a set of coins and moves them; a refusal changes nothing.
  /// @returns the scripts that are spent.
  static Result<std::vector<bitcoin::Script>> spend(const bitcoin::Transaction& tx, Coins& coins);
  [[nodiscard]] Coins& coins_with_waiting() const;
  void extend(std::uint32_t time_s);
  [[nodiscard]] Bytes coinbase(const std::vector<Grant>& grants, BurnHeight height) const;
  void push(BurnHeight height, const BurnHash& parent, std::uint32_t time_s,
            List<bitcoin::BurnTx, 20'000> transactions, Mined mined);

  std::vector<Mined> blocks_;
  Coins coins_;  ///< Unspent at the tip.
  std::vector<Waiting> waiting_;
  /// Unspent once everything that waits is mined; made when asked for, dropped with every block.
  mutable std::optional<Coins> with_waiting_;
  Censor censor_;
  std::uint32_t mined_{};  ///< Makes every block and coinbase different.
  std::vector<messages::BurnTipNotice> history_;
  std::map<BurnHash, BurnHash> parents_;
};

}  // namespace quorate::simulation
