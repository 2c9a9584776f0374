#include "runtime/simulation/feeder.hpp"

#include <algorithm>

namespace quorate::simulation {

Feeder::Feeder(std::vector<TransferLine> lines, const consensus::Genesis& genesis,
               const FeederRules& rules)
    : lines_(std::move(lines)), rules_(rules), records_(lines_.size()), open_(lines_.size()) {
  U128 supply = 0;
  for (const auto& balance : genesis.balances) {
    supply += balance.amount.value;
    if (!balance.owner.is_contract()) most_ever_[balance.owner.address] += balance.amount.value;
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    by_txid_[lines_[i].txid].push_back(i);
    if (!lines_[i].tx) continue;
    ++live_[lines_[i].tx->origin()][lines_[i].tx->nonce];
    if (const auto* transfer = lines_[i].tx->transfer()) {
      // Nobody becomes rich by a transfer of more than there is.
      if (!transfer->recipient.is_contract() && transfer->amount <= supply) {
        most_ever_[transfer->recipient.address] += transfer->amount;
      }
    }
  }
}

Instant Feeder::release_of(std::size_t index) const {
  const std::int64_t span = (rules_.end - rules_.begin).us;
  const std::uint64_t lines = std::max<std::size_t>(lines_.size(), 1);
  const std::uint64_t parts = rules_.bursts > 0 ? rules_.bursts : lines;
  const std::uint64_t part = index * parts / lines;
  return rules_.begin + Duration{span / static_cast<std::int64_t>(parts) *
                                 static_cast<std::int64_t>(part)};
}

std::size_t Feeder::count(Fate fate) const {
  return static_cast<std::size_t>(std::count_if(
      records_.begin(), records_.end(), [&](const Record& r) { return r.fate == fate; }));
}

void Feeder::settle(std::size_t index, Fate fate) {
  const bool was_open =
      records_[index].fate != Fate::final && records_[index].fate != Fate::refused;
  if (was_open) --open_;
  records_[index].fate = fate;
  unanswered_.erase(index);
}

void Feeder::refuse(std::size_t index, std::string reason) {
  settle(index, Fate::refused);
  // Who waited for funds in vain was refused for the funds, whatever happened to the nonce since.
  const bool doubted = doubted_.erase(index) > 0;
  records_[index].reason = doubted ? std::string(name_of(Errc::not_enough_funds))
                                   : std::move(reason);
  if (!lines_[index].tx) return;
  auto& nonces = live_[lines_[index].tx->origin()];
  const auto row = nonces.find(lines_[index].tx->nonce);
  if (row != nonces.end() && --row->second == 0) nonces.erase(row);
}

bool Feeder::can_fill_gap(const stacks::Transaction& tx) const {
  const auto known = nonces_.find(tx.origin());
  const std::uint64_t first = known == nonces_.end() ? 0 : known->second;
  const auto lines = live_.find(tx.origin());
  if (lines == live_.end() || tx.nonce - first > lines->second.size()) return false;
  for (std::uint64_t nonce = first; nonce < tx.nonce; ++nonce) {
    if (!lines->second.contains(nonce)) return false;
  }
  return true;
}

bool Feeder::may_become_rich(const stacks::Transaction& tx) const {
  const auto most = most_ever_.find(tx.origin());
  const auto* transfer = tx.transfer();
  return most != most_ever_.end() && transfer != nullptr &&
         most->second >= U128{transfer->amount} + tx.fee;
}

void Feeder::release(std::size_t index, std::vector<std::size_t>& out) {
  const TransferLine& line = lines_[index];
  if (!line.tx) {
    refuse(index, std::string(name_of(line.refusal)));
    return;
  }
  const auto known = nonces_.find(line.tx->origin());
  const std::uint64_t next = known == nonces_.end() ? 0 : known->second;
  if (line.tx->nonce <= next + rules_.nonce_window) {
    out.push_back(index);
  } else if (can_fill_gap(*line.tx)) {
    held_[line.tx->origin()].emplace(line.tx->nonce, index);
  } else {
    refuse(index, std::string(name_of(Errc::bad_nonce)));
  }
}

std::vector<std::size_t> Feeder::due(Instant now) {
  refuse_hopeless();
  std::vector<std::size_t> out;
  while (released_ < lines_.size() && release_of(released_) <= now) release(released_++, out);
  while (!again_.empty()) {
    const std::size_t index = again_.front();
    again_.pop_front();
    if (records_[index].fate == Fate::waiting) release(index, out);
  }
  std::vector<std::size_t> silent;
  for (const auto& [index, since] : unanswered_) {
    if (since + rules_.patience <= now) silent.push_back(index);
  }
  for (const std::size_t index : silent) {
    unanswered_.erase(index);
    records_[index].fate = Fate::waiting;
    release(index, out);
  }
  return out;
}

void Feeder::refuse_hopeless() {
  if (doubted_.empty()) return;
  // Once everything else is in a block or refused, nobody else's transfer brings the funds.
  const std::size_t unsettled = count(Fate::waiting) + count(Fate::offered) + count(Fate::admitted);
  if (unsettled > doubted_.size()) return;
  for (const std::size_t index : std::set<std::size_t>(doubted_)) {
    if (records_[index].fate == Fate::waiting) {
      refuse(index, std::string(name_of(Errc::not_enough_funds)));
    }
  }
}

std::optional<Instant> Feeder::next(Instant now) const {
  if (is_settled()) return std::nullopt;
  if (released_ < lines_.size()) return std::max(release_of(released_), now + milliseconds(50));
  return now + seconds(1);
}

void Feeder::offered(std::size_t index, Instant now, std::uint32_t node) {
  Record& record = records_[index];
  record.fate = Fate::offered;
  record.offered = now;
  record.node = node;
  unanswered_[index] = now;
}

void Feeder::on_outcome(std::size_t index, Instant now, bool admitted, Errc reason) {
  Record& record = records_[index];
  if (record.fate != Fate::offered) return;
  unanswered_.erase(index);
  if (admitted) {
    const std::size_t first = by_txid_[lines_[index].txid].front();
    if (first != index && records_[first].fate != Fate::refused) {
      refuse(index, std::string(name_of(Errc::duplicate)));
      return;
    }
    record.fate = Fate::admitted;
    doubted_.erase(index);
    if (!record.admitted) record.admitted = now;
    return;
  }
  const bool doubtful = reason == Errc::not_enough_funds && may_become_rich(*lines_[index].tx);
  if (doubtful) doubted_.insert(index);
  const bool later = doubtful || reason == Errc::too_much_chaining ||
                     reason == Errc::mempool_full || reason == Errc::mempool_busy;
  if (later) {
    record.fate = Fate::waiting;
    unanswered_[index] = now;  // Asked again after the usual patience.
    return;
  }
  refuse(index, std::string(name_of(reason)));
}

bool Feeder::concerns(const Record& record, std::uint32_t node) {
  // A line whose node was lost (0) is anybody's.
  return (record.node == node || record.node == 0) && record.fate != Fate::final &&
         record.fate != Fate::refused;
}

void Feeder::on_accepted(Instant now, std::uint32_t node, const std::vector<Txid>& txids) {
  for (const Txid& txid : txids) {
    const auto found = by_txid_.find(txid);
    if (found == by_txid_.end()) continue;
    Record& record = records_[found->second.front()];
    if (!concerns(record, node)) continue;
    record.fate = Fate::accepted;
    unanswered_.erase(found->second.front());
    if (!record.admitted) record.admitted = record.offered;
    record.accepted = now;
  }
}

void Feeder::on_dropped(std::uint32_t node, const std::vector<Txid>& txids) {
  for (const Txid& txid : txids) {
    const auto found = by_txid_.find(txid);
    if (found == by_txid_.end()) continue;
    Record& record = records_[found->second.front()];
    if (record.node == node && record.fate == Fate::accepted) record.fate = Fate::admitted;
  }
}

void Feeder::on_final(Instant now, std::uint32_t node, const std::vector<Txid>& txids) {
  for (const Txid& txid : txids) {
    const auto found = by_txid_.find(txid);
    if (found == by_txid_.end()) continue;
    Record& record = records_[found->second.front()];
    if (!concerns(record, node)) continue;
    record.final_at = now;
    settle(found->second.front(), Fate::final);
  }
}

void Feeder::on_nonce(const stacks::Address& account, std::uint64_t nonce) {
  std::uint64_t& known = nonces_[account];
  if (nonce <= known) return;
  known = nonce;
  const auto held = held_.find(account);
  if (held == held_.end()) return;
  auto& waiting = held->second;
  while (!waiting.empty() && waiting.begin()->first <= nonce + rules_.nonce_window) {
    again_.push_back(waiting.begin()->second);
    waiting.erase(waiting.begin());
  }
}

void Feeder::on_node_lost(std::uint32_t node) {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    Record& record = records_[i];
    if (record.node != node) continue;
    if (record.fate == Fate::admitted || record.fate == Fate::offered) {
      record.fate = Fate::waiting;
      unanswered_.erase(i);
      again_.push_back(i);
    } else if (record.fate == Fate::accepted) {
      record.node = 0;  // Somebody else says when it is final.
    }
  }
}

}  // namespace quorate::simulation
