// What must hold whatever goes wrong, asked after every event. A violation is a bug of ours (or too
// many faulty members) and names moment, node and blocks.
// Source: docs/simulation.md "Checkers".
#pragma once

#include <map>
#include <set>
#include <string>

#include "consensus/burn_tree.hpp"
#include "runtime/simulation/chronicle.hpp"
#include "storage/record_store.hpp"

namespace quorate::simulation {

class Checkers {
 public:
  explicit Checkers(const consensus::Params& params) : params_(params) {}

  /// Bitcoin mined a block (every branch).
  void on_burn_block(const BurnView& view, const BurnHash& parent);
  /// A node accepted a block; `is_new` when it is the first to do so.
  void on_accepted(Instant now, const std::string& node, const consensus::SealedBlock& block,
                   const BlockRecord& record, bool is_new, const consensus::Chain& chain);
  void on_dropped(Instant now, const std::string& node, const messages::BlocksDropped& dropped,
                  const Chronicle& chronicle);
  void on_final(Instant now, const std::string& node, const messages::BlockFinal& final_block,
                const Chronicle& chronicle);
  /// A node promised something durably.
  void on_write(Instant now, const std::string& node, const storage::RecordWrite& write);

  /// At the end, when the network is quiet: the money of the branch adds up.
  void check_money(const std::vector<const BlockRecord*>& branch, const consensus::Ledger& ledger,
                   MicroStx opening);
  void report(Instant now, const std::string& node, const std::string& what);

  /// The first few violations, and how many there were.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void check_one_per_height(Instant now, const std::string& node, const BlockRecord& record);
  void check_signature(Instant now, const std::string& node, GroupKind kind,
                       std::uint64_t generation, const BlockId& id,
                       const consensus::GroupSeal& seal, const consensus::Chain& chain);
  void check_split(Instant now, const std::string& node,
                   const consensus::RewardStatement& statement);

  consensus::Params params_;
  consensus::BurnTree burn_;
  std::map<std::pair<TermNumber, BlockHeight>, std::vector<std::pair<BlockId, BurnView>>> accepted_;
  std::map<BlockHeight, BlockId> final_;
  std::map<std::pair<std::string, Bytes>, Bytes> answered_;
  std::vector<std::string> violations_;
  std::uint64_t count_{};
};

/// A record store that shows every durable write to the checkers.
class WatchedStore final : public storage::RecordStore {
 public:
  using Watch = std::function<void(const storage::RecordWrite&)>;
  WatchedStore(std::unique_ptr<storage::RecordStore> store, Watch watch)
      : store_(std::move(store)), watch_(std::move(watch)) {}

  Result<> commit(std::span<const storage::RecordWrite> writes) override {
    TRY(store_->commit(writes));
    for (const auto& write : writes) watch_(write);
    return done();
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(storage::Table table,
                                                 ByteView key) const override {
    return store_->get(table, key);
  }
  Result<> scan(storage::Table table,
                const std::function<bool(ByteView, ByteView)>& visit) const override {
    return store_->scan(table, visit);
  }

 private:
  std::unique_ptr<storage::RecordStore> store_;
  Watch watch_;
};

}  // namespace quorate::simulation
