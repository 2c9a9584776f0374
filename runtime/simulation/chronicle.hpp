// What a simulation remembers of every block: who saw it accepted, announced, final, and how its
// money was split. Reports and checkers read it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "consensus/chain.hpp"
#include "messages/chain_events.hpp"

namespace quorate::simulation {

struct BlockRecord {
  BlockId id;
  BlockId parent;
  BlockHeight height;
  TermNumber term;
  BurnView burn_view;
  Instant first_accepted;
  MicroStx fees;
  /// Ids and signers of the transfers, in block order; the coinbase is not among them.
  std::vector<Txid> txids;
  std::vector<std::pair<stacks::Address, std::uint64_t>> nonces;
  std::string producer_bits;
  std::string stacker_bits;
  std::shared_ptr<const consensus::RewardStatement> fee_split;
  std::shared_ptr<const consensus::RewardStatement> coinbase_split;
  std::optional<BurnHeight> final_at;
};

class Chronicle {
 public:
  /// Notes an accepted block. @returns its record, and whether it was new.
  std::pair<BlockRecord&, bool> on_accepted(Instant now, const consensus::SealedBlock& block,
                                            const consensus::Chain& chain);
  /// The block and everything below is final. @returns the blocks that were not before.
  std::vector<BlockId> on_final(const messages::BlockFinal& event);

  [[nodiscard]] const BlockRecord* find(const BlockId& id) const;
  [[nodiscard]] const std::map<BlockId, BlockRecord>& all() const { return blocks_; }
  /// From the first block to `tip`, ascending.
  [[nodiscard]] std::vector<const BlockRecord*> branch(const BlockId& tip) const;

 private:
  std::map<BlockId, BlockRecord> blocks_;
};

}  // namespace quorate::simulation
