#include "runtime/live/transfer_desk.hpp"

#include <algorithm>

namespace quorate::runtime {

namespace {

/// Whose lines are handed in by which node of a cluster.
constexpr std::uint32_t own_node = 1;

Duration quantile(std::vector<Duration> sorted, std::size_t percent) {
  if (sorted.empty()) return Duration{};
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

}  // namespace

TransferDesk::TransferDesk(TransferPlan plan, const consensus::Genesis& genesis)
    : plan_(std::move(plan)), genesis_(genesis) {}

void TransferDesk::open(messages::MempoolActor mempool) {
  const std::lock_guard lock{mutex_};
  mempool_ = std::move(mempool);
}

bool TransferDesk::is_own(std::size_t index) const {
  const auto& line = plan_.lines[index];
  if (plan_.shares <= 1 || !line.tx) return plan_.share == 0 || plan_.shares <= 1;
  const Bytes account = encode(line.tx->origin());
  return crypto::sha256(account).bytes[0] % plan_.shares == plan_.share;
}

void TransferDesk::tick(Instant now) {
  const std::lock_guard lock{mutex_};
  if (!mempool_ || !is_ready_ || plan_.lines.empty()) return;
  if (!feeder_) {
    feeder_.emplace(plan_.lines, genesis_, simulation::FeederRules{now, now + plan_.spread});
    // What a restarted node found in its own chain is not handed in again.
    for (const auto& [id, known] : blocks_) feeder_->on_accepted(now, own_node, known.txids);
    for (const auto& [account, nonce] : nonces_) feeder_->on_nonce(account, nonce);
  }
  for (const std::size_t index : feeder_->due(now)) {
    // Another node hands it in; this one only watches it.
    const bool own = is_own(index);
    feeder_->offered(index, now, own ? own_node : 0);
    if (!own) continue;
    ++handed_in_;
    rt::send_from_outside(mempool_, messages::TransactionOffer{index, {plan_.lines[index].bytes}});
  }
}

void TransferDesk::on_outcome(Instant now, const messages::TransactionOutcome& outcome) {
  const std::lock_guard lock{mutex_};
  if (!feeder_ || outcome.token >= plan_.lines.size()) return;
  feeder_->on_outcome(outcome.token, now, outcome.admitted, static_cast<Errc>(outcome.reason));
}

void TransferDesk::on_chain_event(Instant now, const messages::ChainEvent& event,
                                  const consensus::Chain& chain) {
  const std::lock_guard lock{mutex_};
  if (const auto* position = std::get_if<messages::Position>(&event)) {
    is_ready_ = is_ready_ || position->keys_ready;
  } else if (const auto* block = std::get_if<messages::BlockAccepted>(&event)) {
    accepted(now, block->block, chain);
  } else if (const auto* dropped = std::get_if<messages::BlocksDropped>(&event)) {
    for (const BlockId& id : dropped->blocks) {
      const auto at = blocks_.find(id);
      if (at != blocks_.end() && feeder_) feeder_->on_dropped(own_node, at->second.txids);
    }
    if (!holds_expected(chain)) expected_at_.reset();
  } else if (const auto* done = std::get_if<messages::BlockFinal>(&event)) {
    final_ = std::max(final_, done->height);
    for (auto at = blocks_.find(done->block); at != blocks_.end();) {
      if (feeder_) feeder_->on_final(now, own_node, at->second.txids);
      const BlockId parent = at->second.parent;
      if (feeder_) blocks_.erase(at);
      at = feeder_ ? blocks_.find(parent) : blocks_.end();
    }
  }
}

void TransferDesk::accepted(Instant now, const consensus::SealedBlock& sealed,
                            const consensus::Chain& chain) {
  Known known{sealed.block.header.parent, {}};
  for (const auto& bytes : sealed.block.transactions) {
    const auto tx = stacks::decode_transaction(bytes.bytes);
    if (!tx.ok()) continue;
    std::uint64_t& next = nonces_[tx->origin()];
    next = std::max(next, tx->nonce + 1);
    if (feeder_) feeder_->on_nonce(tx->origin(), next);
    if (tx->transfer() != nullptr) known.txids.push_back(stacks::txid_of(bytes.bytes));
  }
  if (feeder_) feeder_->on_accepted(now, own_node, known.txids);
  blocks_.emplace(sealed.block.id(), std::move(known));
  if (!expected_at_ && holds_expected(chain)) expected_at_ = chain.tip_height();
}

bool TransferDesk::holds_expected(const consensus::Chain& chain) const {
  if (plan_.expected.empty()) return false;
  for (const auto& account : plan_.expected) {
    const auto held = chain.ledger().account(account.owner);
    if (held.nonce != account.nonce || held.balance != account.balance) return false;
  }
  return true;
}

TransferDesk::Figures TransferDesk::figures() const {
  using Fate = simulation::Feeder::Fate;
  const std::lock_guard lock{mutex_};
  Figures out;
  out.lines = plan_.lines.size();
  out.handed_in = handed_in_;
  out.has_expectation = !plan_.expected.empty();
  out.is_as_expected = expected_at_ && final_ >= *expected_at_;
  if (!feeder_) return out;
  std::vector<Duration> waits;
  for (std::size_t i = 0; i < plan_.lines.size(); ++i) {
    const auto& record = feeder_->records()[i];
    out.final += record.fate == Fate::final ? 1 : 0;
    out.accepted += record.fate == Fate::accepted || record.fate == Fate::final ? 1 : 0;
    out.refused += record.fate == Fate::refused ? 1 : 0;
    if (record.node == own_node && record.offered && record.accepted) {
      waits.push_back(*record.accepted - *record.offered);
    }
  }
  std::sort(waits.begin(), waits.end());
  out.measured = waits.size();
  out.p50 = quantile(waits, 50);
  out.p99 = quantile(waits, 99);
  return out;
}

}  // namespace quorate::runtime
