#include "runtime/simulation/checkers.hpp"

#include <fmt/format.h>

#include "actors/signing_core.hpp"
#include "consensus/terms.hpp"
#include "runtime/simulation/coordinator.hpp"

namespace quorate::simulation {

namespace {

constexpr std::size_t kept_violations = 20;

std::string short_id(const BlockId& id) { return to_hex(id).substr(0, 12); }

}  // namespace

void Checkers::report(Instant now, const std::string& node, const std::string& what) {
  ++count_;
  if (violations_.size() >= kept_violations) return;
  const std::int64_t ms = (now - beginning).ms();
  violations_.push_back(fmt::format("{}.{:03} s, {}: {}", ms / 1000, ms % 1000, node, what));
}

void Checkers::on_burn_block(const BurnView& view, const BurnHash& parent) {
  const auto added = burn_.add(view, parent);
  ASSERT(added.ok());
}

void Checkers::check_one_per_height(Instant now, const std::string& node,
                                    const BlockRecord& record) {
  auto& others = accepted_[{record.term, record.height}];
  for (const auto& [id, view] : others) {
    if (id == record.id) return;
    if (burn_.are_rivals(view, record.burn_view)) continue;
    report(now, node, fmt::format("two accepted blocks at term {} height {}: {} and {}",
                                  record.term.value, record.height.value, short_id(id),
                                  short_id(record.id)));
  }
  others.emplace_back(record.id, record.burn_view);
}

void Checkers::check_signature(Instant now, const std::string& node, GroupKind kind,
                               std::uint64_t generation, const BlockId& id,
                               const consensus::GroupSeal& seal, const consensus::Chain& chain) {
  const auto key = chain.key(kind, generation);
  if (!key) {
    report(now, node, "accepted " + short_id(id) + " without knowing its group's key");
    return;
  }
  const Hash256 message = consensus::block_sign_message(
      params_.network_id, kind, generation, key->content.cid, id, seal.bits);
  if (!crypto::verify_schnorr(crypto::x_only(key->content.group_key), message.view(),
                              seal.signature)) {
    report(now, node, "the aggregate signature of " + short_id(id) + " does not verify");
  }
}

void Checkers::check_split(Instant now, const std::string& node,
                           const consensus::RewardStatement& statement) {
  MicroStx sum = statement.undistributed;
  for (const auto& line : statement.lines) sum += line.amount;
  if (sum != statement.purse) report(now, node, "a reward's parts do not sum to its purse");
}

void Checkers::on_accepted(Instant now, const std::string& node,
                           const consensus::SealedBlock& block, const BlockRecord& record,
                           bool is_new, const consensus::Chain& chain) {
  const auto final_here = final_.find(record.height);
  if (final_here != final_.end() && final_here->second != record.id) {
    report(now, node, fmt::format("accepted {} at height {}, where {} is final",
                                  short_id(record.id), record.height.value,
                                  short_id(final_here->second)));
  }
  if (!is_new) return;
  check_one_per_height(now, node, record);
  check_signature(now, node, GroupKind::producers, record.term.value, record.id,
                  block.seal.producers, chain);
  check_signature(now, node, GroupKind::stackers,
                  consensus::cycle_of(params_, record.term).value, record.id, block.seal.stackers,
                  chain);
  if (record.coinbase_split) check_split(now, node, *record.coinbase_split);
}

void Checkers::on_dropped(Instant now, const std::string& node,
                          const messages::BlocksDropped& dropped, const Chronicle& chronicle) {
  for (const BlockId& id : dropped.blocks) {
    const BlockRecord* record = chronicle.find(id);
    if (record == nullptr) continue;
    const auto final_here = final_.find(record->height);
    if (final_here != final_.end() && final_here->second == id) {
      report(now, node, "dropped " + short_id(id) + ", which was final");
    }
  }
}

void Checkers::on_final(Instant now, const std::string& node,
                        const messages::BlockFinal& final_block, const Chronicle& chronicle) {
  for (const BlockRecord* at = chronicle.find(final_block.block); at != nullptr;
       at = chronicle.find(at->parent)) {
    const auto known = final_.emplace(at->height, at->id);
    if (known.second) continue;
    if (known.first->second == at->id) return;
    report(now, node, fmt::format("two final blocks at height {}: {} and {}", at->height.value,
                                  short_id(known.first->second), short_id(at->id)));
  }
}

void Checkers::on_write(Instant now, const std::string& node, const storage::RecordWrite& write) {
  if (write.table != storage::Table::nonce_log || !write.value) return;
  const auto logged = decode<actors::signing::LoggedShare>(*write.value);
  if (!logged.ok()) {
    report(now, node, "a nonce log record cannot be read");
    return;
  }
  Bytes nonce;
  Writer{nonce}.put(logged->batch).put(logged->share.index);
  const Bytes session = encode(logged->share.session);
  const auto known = answered_.emplace(std::pair{node, std::move(nonce)}, session);
  if (!known.second && known.first->second != session) {
    report(now, node, "one nonce was answered for two sessions");
  }
}

void Checkers::check_money(const std::vector<const BlockRecord*>& branch,
                           const consensus::Ledger& ledger, MicroStx opening) {
  MicroStx minted{0};
  for (const BlockRecord* block : branch) {
    if (block->fee_split) check_split(beginning, "report", *block->fee_split);
    if (!block->coinbase_split) continue;
    minted += block->coinbase_split->purse - block->coinbase_split->undistributed;
  }
  if (ledger.supply() != opening + minted) {
    report(beginning, "report", "opening balances and coinbases do not sum to the supply");
  }
}

}  // namespace quorate::simulation
