#include "consensus/mempool.hpp"

namespace quorate::consensus {
namespace {

using stacks::Transaction;

MicroStx price_of(const Transaction& tx) { return MicroStx{U128{tx.transfer()->amount} + tx.fee}; }

}  // namespace

// Admission --------------------------------------------------------------------------------------

Result<> Mempool::check_form(const Transaction& tx) const {
  const stacks::TransferPayload* transfer = tx.transfer();
  if (!transfer) return Errc::not_a_transfer;
  if (tx.network != rules_.network || tx.chain_id != rules_.chain_id ||
      !stacks::belongs_to(transfer->recipient.address, rules_.network)) {
    return Errc::wrong_network;
  }
  if (transfer->amount == 0) return Errc::amount_zero;
  if (transfer->recipient == stacks::Principal{tx.origin()}) return Errc::self_transfer;
  return stacks::verify_signature(tx);
}

Result<> Mempool::check_account(const Transaction& tx, std::size_t size,
                                const AccountState& account) const {
  if (U128{tx.fee} < U128{rules_.min_fee_rate} * size) return Errc::fee_too_low;
  if (tx.nonce < account.nonce) return Errc::bad_nonce;
  if (tx.nonce - account.nonce > rules_.nonce_window + 1) return Errc::too_much_chaining;
  if (price_of(tx) > account.spendable) return Errc::not_enough_funds;
  return done();
}

Result<Admission> Mempool::admit(Instant now, const Transaction& tx, const AccountLookup& lookup) {
  Bytes encoding = stacks::encode_transaction(tx);
  const Txid id = stacks::txid_of(encoding);
  if (by_id_.contains(id)) return Admission::known;
  if (was_accepted(id)) return Errc::duplicate;
  TRY(check_form(tx));
  TRY(check_account(tx, encoding.size(), lookup(tx.origin())));

  const PooledTransaction* rival = waiting(tx.origin(), tx.nonce);
  if (rival && tx.fee <= rival->tx.fee) return Errc::conflicting_nonce;
  if (!rival) TRY(make_room(tx, encoding.size()));
  const Admission admission = rival ? Admission::replaced : Admission::added;
  if (rival) erase(Txid{rival->id});
  insert({id, tx, SharedBytes{std::move(encoding)}, now});
  return admission;
}

const PooledTransaction* Mempool::waiting(const stacks::Address& origin,
                                          std::uint64_t nonce) const {
  const auto chain = by_account_.find(origin);
  if (chain == by_account_.end()) return nullptr;
  const auto at = chain->second.find(nonce);
  return at == chain->second.end() ? nullptr : find(at->second);
}

Result<> Mempool::make_room(const Transaction& tx, std::size_t size) {
  ASSERT(size <= rules_.max_bytes);
  while (by_id_.size() + 1 > rules_.max_count || bytes_ + size > rules_.max_bytes) {
    const PooledTransaction& victim = by_id_.at(by_fee_.rbegin()->id);
    // What the newcomer itself builds on must not make room for it.
    const bool is_ancestor = victim.tx.signer == tx.signer && victim.tx.nonce < tx.nonce;
    if (victim.tx.fee >= tx.fee || is_ancestor) return Errc::mempool_full;
    // The later ones of that account could not be used without it.
    erase_from(victim.tx.origin(), victim.tx.nonce);
  }
  return done();
}

// Storage ----------------------------------------------------------------------------------------

void Mempool::insert(PooledTransaction entry) {
  const Txid id = entry.id;
  bytes_ += entry.encoding.size();
  by_fee_.insert({entry.tx.fee, id});
  fees_ += MicroStx{entry.tx.fee};
  by_account_[entry.tx.origin()][entry.tx.nonce] = id;
  const bool is_new = by_id_.emplace(id, std::move(entry)).second;
  ASSERT(is_new);
}

void Mempool::erase(const Txid& id) {
  const auto at = by_id_.find(id);
  ASSERT(at != by_id_.end());
  const PooledTransaction& entry = at->second;
  bytes_ -= entry.encoding.size();
  by_fee_.erase({entry.tx.fee, id});
  fees_ -= MicroStx{entry.tx.fee};
  const auto chain = by_account_.find(entry.tx.origin());
  chain->second.erase(entry.tx.nonce);
  if (chain->second.empty()) by_account_.erase(chain);
  by_id_.erase(at);
}

void Mempool::erase_from(const stacks::Address& origin, std::uint64_t nonce) {
  const Chain chain = by_account_.at(origin);
  for (auto at = chain.lower_bound(nonce); at != chain.end(); ++at) erase(at->second);
}

void Mempool::erase_below(const stacks::Address& origin, std::uint64_t nonce) {
  const auto found = by_account_.find(origin);
  if (found == by_account_.end()) return;
  const Chain chain = found->second;
  for (auto at = chain.begin(); at != chain.lower_bound(nonce); ++at) erase(at->second);
}

void Mempool::remember(const Txid& id) {
  if (!accepted_.try_emplace(id, accepted_count_).second) return;
  accepted_order_.emplace(accepted_count_++, id);
  if (accepted_order_.size() > rules_.max_remembered) forget(Txid{accepted_order_.begin()->second});
}

void Mempool::forget(const Txid& id) {
  const auto at = accepted_.find(id);
  if (at == accepted_.end()) return;
  accepted_order_.erase(at->second);
  accepted_.erase(at);
}

const PooledTransaction* Mempool::find(const Txid& id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &at->second;
}

std::vector<Txid> Mempool::ids() const {
  std::vector<Txid> out;
  out.reserve(by_id_.size());
  for (const auto& [id, entry] : by_id_) out.push_back(id);
  return out;
}

// Selection --------------------------------------------------------------------------------------

namespace {

/// The next usable transaction of one account, and what the account may still spend.
struct Head {
  FeeRank rank;
  MicroStx spendable;
  bool operator<(const Head& other) const { return rank < other.rank; }
};

}  // namespace

std::vector<PooledTransaction> Mempool::select(const SelectionLimits& limits,
                                               const AccountLookup& lookup) const {
  std::set<Head> heads;
  const auto offer = [&](const stacks::Address& origin, std::uint64_t nonce, MicroStx spendable) {
    const PooledTransaction* next = waiting(origin, nonce);
    if (next && price_of(next->tx) <= spendable) {
      heads.insert({{next->tx.fee, next->id}, spendable});
    }
  };
  for (const auto& entry : by_account_) {
    const AccountState account = lookup(entry.first);
    offer(entry.first, account.nonce, account.spendable);
  }
  std::vector<PooledTransaction> chosen;
  std::size_t bytes = 0;
  while (!heads.empty() && chosen.size() < limits.max_count) {
    const Head head = *heads.begin();
    heads.erase(heads.begin());
    const PooledTransaction& entry = by_id_.at(head.rank.id);
    if (bytes + entry.encoding.size() > limits.max_bytes) continue;
    bytes += entry.encoding.size();
    chosen.push_back(entry);
    offer(entry.tx.origin(), entry.tx.nonce + 1, head.spendable - price_of(entry.tx));
  }
  return chosen;
}

// The chain moves --------------------------------------------------------------------------------

void Mempool::on_accepted(std::span<const Transaction> accepted, const AccountLookup& lookup) {
  for (const Transaction& tx : accepted) {
    const Txid id = stacks::txid_of(tx);
    remember(id);
    if (by_id_.contains(id)) erase(id);
    erase_below(tx.origin(), lookup(tx.origin()).nonce);
  }
}

std::size_t Mempool::readmit(Instant now, std::span<const Transaction> dropped,
                             const AccountLookup& lookup) {
  std::size_t count = 0;
  for (const Transaction& tx : dropped) {
    forget(stacks::txid_of(tx));
    const Result<Admission> admitted = admit(now, tx, lookup);
    if (admitted && *admitted != Admission::known) ++count;
  }
  return count;
}

void Mempool::expire(Instant now) {
  std::vector<Txid> old;
  for (const auto& [id, entry] : by_id_) {
    if (now - entry.since > rules_.max_age) old.push_back(id);
  }
  for (const Txid& id : old) erase(id);
}

}  // namespace quorate::consensus
