// A real node's client side: hands the transfers of a file to the node's mempool as wallets would
// and remembers what became of them. May be used from any thread.
#pragma once

#include <mutex>

#include "consensus/chain.hpp"
#include "messages/interfaces.hpp"
#include "runtime/simulation/feeder.hpp"

namespace quorate::runtime {

struct TransferPlan {
  std::vector<simulation::TransferLine> lines;
  std::vector<simulation::ExpectedAccount> expected;
  /// Of the accounts, this node hands in those of part `share` of `shares`; it watches them all.
  std::uint32_t share{0};
  std::uint32_t shares{1};
  /// Over which time the lines are handed in, from the moment blocks can be made.
  Duration spread{seconds(60)};
};

class TransferDesk {
 public:
  struct Figures {
    std::uint64_t lines{};
    std::uint64_t handed_in{};
    std::uint64_t accepted{};
    std::uint64_t final{};
    std::uint64_t refused{};
    bool has_expectation{};
    /// The accounts hold what was expected, in a final block.
    bool is_as_expected{};
    /// From handing in to acceptance on this node, of own lines.
    Duration p50;
    Duration p99;
    std::uint64_t measured{};
  };

  TransferDesk(TransferPlan plan, const consensus::Genesis& genesis);

  /// From now on `mempool` gets transfers.
  void open(messages::MempoolActor mempool);
  /// Hands in what is due.
  void tick(Instant now);
  void on_outcome(Instant now, const messages::TransactionOutcome& outcome);
  void on_chain_event(Instant now, const messages::ChainEvent& event,
                      const consensus::Chain& chain);
  [[nodiscard]] Figures figures() const;

 private:
  struct Known {
    BlockId parent;
    std::vector<Txid> txids;
  };
  [[nodiscard]] bool is_own(std::size_t index) const;
  void accepted(Instant now, const consensus::SealedBlock& block, const consensus::Chain& chain);
  [[nodiscard]] bool holds_expected(const consensus::Chain& chain) const;

  mutable std::mutex mutex_;
  TransferPlan plan_;
  consensus::Genesis genesis_;
  std::optional<simulation::Feeder> feeder_;
  messages::MempoolActor mempool_;
  bool is_ready_{};  ///< Blocks can be made.
  std::map<BlockId, Known> blocks_;
  std::map<stacks::Address, std::uint64_t> nonces_;  ///< Next one of every account seen.
  std::optional<BlockHeight> expected_at_;  ///< First block with the expected accounts.
  BlockHeight final_;
  std::uint64_t handed_in_{};
};

}  // namespace quorate::runtime
