#include "actors/mempool_machine.hpp"

#include <algorithm>

namespace quorate::actors {
namespace {

constexpr std::uint8_t gossip_timer = 1;

Txid txid_of(ByteView bytes) { return Txid::from(crypto::sha512_256(bytes).view()); }

}  // namespace

Result<MempoolEffects> MempoolMachine::step(Instant now, const MempoolInput& input) {
  if (const auto* seen = std::get_if<MempoolPeerSeen>(&input)) {
    if (std::find(peers_.begin(), peers_.end(), seen->peer) == peers_.end()) {
      peers_.push_back(seen->peer);
    }
    return MempoolEffects{};
  }
  if (const auto* lost = std::get_if<MempoolPeerLost>(&input)) {
    peers_.erase(std::remove(peers_.begin(), peers_.end(), lost->peer), peers_.end());
    return MempoolEffects{};
  }
  if (const auto* from = std::get_if<MempoolFromPeer>(&input)) return from_peer(now, *from);
  if (const auto* client = std::get_if<SubmitTransaction>(&input)) return submit(*client);
  if (const auto* answer = std::get_if<messages::AdmissionAnswer>(&input)) {
    MempoolEffects out = on_answer(*answer);
    if (!news_.empty()) arm(now + limits_.gossip_period, out);
    return out;
  }
  const auto& timer = std::get<Timer>(input);
  if (timer.kind != gossip_timer || timer.a != timer_serial_) return MempoolEffects{};
  return on_gossip(now);
}

Result<MempoolEffects> MempoolMachine::submit(const SubmitTransaction& input) {
  if (questions_.size() >= limits_.in_question) return Errc::mempool_busy;
  MempoolEffects out;
  question(input.bytes, txid_of(input.bytes.view()), input.token, out);
  return out;
}

Result<MempoolEffects> MempoolMachine::from_peer(Instant now, const MempoolFromPeer& input) {
  if (const auto* known = std::get_if<messages::TransactionsKnown>(&input.message)) {
    return on_known(now, input.peer, *known);
  }
  if (const auto* wanted = std::get_if<messages::TransactionsWanted>(&input.message)) {
    return on_wanted(input.peer, *wanted);
  }
  return on_transactions(std::get<messages::Transactions>(input.message));
}

MempoolEffects MempoolMachine::on_known(Instant now, PeerId from,
                                        const messages::TransactionsKnown& known) {
  messages::TransactionsWanted want;
  for (const Txid& id : known.txids) {
    if (kept_.contains(id) || questioned_.contains(id)) continue;
    const auto asked = wanted_.find(id);
    if (asked != wanted_.end() && now < asked->second + limits_.ask_again) continue;
    if (asked == wanted_.end() && wanted_.size() >= limits_.wanted) break;
    wanted_[id] = now;
    want.txids.push_back(id);
  }
  MempoolEffects out;
  if (!want.txids.empty()) out.push_back(SendTransactions{from, std::move(want)});
  return out;
}

MempoolEffects MempoolMachine::on_wanted(PeerId from,
                                         const messages::TransactionsWanted& wanted) const {
  messages::Transactions answer;
  for (const Txid& id : wanted.txids) {
    const auto at = kept_.find(id);
    if (at == kept_.end()) continue;
    answer.bytes.push_back({at->second});
    if (answer.bytes.size() == decltype(answer.bytes)::max_count) break;
  }
  MempoolEffects out;
  if (!answer.bytes.empty()) out.push_back(SendTransactions{from, std::move(answer)});
  return out;
}

Result<MempoolEffects> MempoolMachine::on_transactions(const messages::Transactions& sent) {
  if (questions_.size() + sent.bytes.size() > limits_.in_question) return Errc::mempool_busy;
  MempoolEffects out;
  for (const auto& blob : sent.bytes) {
    const Txid id = txid_of(blob.bytes.view());
    // Only what was asked for: unsolicited transactions cost nobody a signature check.
    if (wanted_.erase(id) == 0 || kept_.contains(id) || questioned_.contains(id)) continue;
    question(blob.bytes, id, std::nullopt, out);
  }
  return out;
}

void MempoolMachine::question(SharedBytes bytes, const Txid& txid,
                              std::optional<std::uint64_t> client, MempoolEffects& out) {
  const std::uint64_t token = next_token_++;
  out.push_back(AskAdmission{{token, {bytes}}});
  questions_.emplace(token, Question{std::move(bytes), client, txid});
  questioned_[txid] = token;
}

MempoolEffects MempoolMachine::on_answer(const messages::AdmissionAnswer& answer) {
  MempoolEffects out;
  const auto at = questions_.find(answer.token);
  if (at == questions_.end()) return out;
  const Question asked = std::move(at->second);
  questions_.erase(at);
  const auto latest = questioned_.find(asked.txid);
  if (latest != questioned_.end() && latest->second == answer.token) questioned_.erase(latest);
  if (answer.admitted && !kept_.contains(asked.txid)) {
    keep(asked.txid, asked.bytes);
    news_.push_back(asked.txid);
  }
  if (asked.client) {
    out.push_back(SubmitAnswer{*asked.client, asked.txid, answer.admitted, answer.reason});
  }
  return out;
}

void MempoolMachine::keep(const Txid& txid, SharedBytes bytes) {
  kept_.emplace(txid, std::move(bytes));
  order_.push_back(txid);
  while (order_.size() > limits_.remembered) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
}

void MempoolMachine::arm(Instant at, MempoolEffects& out) {
  if (timer_at_ && *timer_at_ <= at) return;
  timer_at_ = at;
  out.push_back(ArmTimer{Timer{gossip_timer, ++timer_serial_}, at});
}

MempoolEffects MempoolMachine::on_gossip(Instant now) {
  MempoolEffects out;
  timer_at_.reset();
  quiet_periods_ = news_.empty() ? quiet_periods_ + 1 : 0;
  messages::TransactionsKnown known;
  const std::size_t told = std::min(order_.size(), std::max(news_.size(), limits_.repeat_last));
  const std::size_t count = std::min(told, decltype(known.txids)::max_count);
  for (auto it = order_.end() - static_cast<std::ptrdiff_t>(count); it != order_.end(); ++it) {
    known.txids.push_back(*it);
  }
  news_.clear();
  for (std::size_t i = 0; i < std::min(limits_.fanout, peers_.size()); ++i) {
    out.push_back(SendTransactions{peers_[next_peer_++ % peers_.size()], known});
  }
  std::erase_if(wanted_, [&](const auto& entry) {
    return entry.second + limits_.ask_again * 8 < now;
  });
  if (quiet_periods_ < limits_.repeats) arm(now + limits_.repeat_period, out);
  return out;
}

}  // namespace quorate::actors
