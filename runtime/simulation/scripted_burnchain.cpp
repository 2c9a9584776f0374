#include "runtime/simulation/scripted_burnchain.hpp"

#include <algorithm>

#include "bitcoin/script.hpp"
#include "bitcoin/verify_input.hpp"

namespace quorate::simulation {

namespace {

bitcoin::BurnTx burn_tx(Bytes raw, std::vector<bitcoin::Script> spent) {
  return {{std::move(raw)}, List<bitcoin::Script, 100'000>(std::move(spent))};
}

bool carries_operation(const bitcoin::Transaction& tx) {
  return !tx.outputs.empty() && bitcoin::op_return_payload(tx.outputs.front().script).has_value();
}

}  // namespace

ScriptedBurnchain::ScriptedBurnchain(BurnHeight first, std::uint32_t time_s,
                                     const std::vector<Grant>& grants) {
  List<bitcoin::BurnTx, 20'000> transactions;
  Bytes raw = coinbase(grants, first);
  const auto tx = bitcoin::decode_transaction(raw);
  ASSERT(tx.ok());
  const BurnTxid txid = tx->txid();
  for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) coins_[{txid, i}] = tx->outputs[i];
  transactions.push_back(burn_tx(std::move(raw), {}));
  push(first, BurnHash{}, time_s, std::move(transactions), {});
}

Bytes ScriptedBurnchain::coinbase(const std::vector<Grant>& grants, BurnHeight height) const {
  bitcoin::Transaction tx;
  bitcoin::TxIn input;
  input.previous.vout = 0xffffffff;
  // Height and a running number, so that no two coinbases have one txid. Source: BIP 34.
  Writer{input.script.bytes}.put(std::uint8_t{8}).put(static_cast<std::uint32_t>(height.value)).put(
      mined_);
  tx.inputs.push_back(std::move(input));
  for (const Grant& grant : grants) tx.outputs.push_back({grant.value, grant.script});
  if (grants.empty()) tx.outputs.push_back({Sats{0}, bitcoin::burn_script()});
  return bitcoin::encode_transaction(tx);
}

void ScriptedBurnchain::push(BurnHeight height, const BurnHash& parent, std::uint32_t time_s,
                             List<bitcoin::BurnTx, 20'000> transactions, Mined mined) {
  mined.block = bitcoin::make_burn_block(height, parent, time_s, mined_++, std::move(transactions));
  parents_[mined.block.hash] = parent;
  history_.push_back({mined.block.view()});
  blocks_.push_back(std::move(mined));
}

Result<std::vector<bitcoin::Script>> ScriptedBurnchain::spend(const bitcoin::Transaction& tx,
                                                              Coins& coins) {
  std::vector<bitcoin::Script> scripts;
  std::set<bitcoin::OutPoint> named;
  Sats in{0};
  for (const bitcoin::TxIn& input : tx.inputs) {
    const auto coin = coins.find(input.previous);
    if (coin == coins.end() || !named.insert(input.previous).second) return Errc::coin_unknown;
    scripts.push_back(coin->second.script);
    in += coin->second.value;
  }
  if (tx.total_output() > in) return Errc::output_exceeds_input;
  for (const bitcoin::TxIn& input : tx.inputs) coins.erase(input.previous);
  const BurnTxid txid = tx.txid();
  for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
    if (!bitcoin::op_return_payload(tx.outputs[i].script)) coins[{txid, i}] = tx.outputs[i];
  }
  return scripts;
}

ScriptedBurnchain::Coins& ScriptedBurnchain::coins_with_waiting() const {
  if (with_waiting_) return *with_waiting_;
  with_waiting_ = coins_;
  for (const Waiting& waiting : waiting_) {
    if (!spend(waiting.tx, *with_waiting_).ok()) continue;  // Orphaned by a reorganisation.
  }
  return *with_waiting_;
}

Result<BurnTxid> ScriptedBurnchain::submit(ByteView raw) {
  TRY_ASSIGN(bitcoin::Transaction tx, bitcoin::decode_transaction(raw));
  const BurnTxid txid = tx.txid();
  const auto known = [&](const Waiting& w) { return w.txid == txid; };
  if (std::any_of(waiting_.begin(), waiting_.end(), known)) return txid;
  Coins& coins = coins_with_waiting();
  std::vector<bitcoin::TxOut> spent;
  for (const bitcoin::TxIn& input : tx.inputs) {
    const auto coin = coins.find(input.previous);
    if (coin == coins.end()) return Errc::coin_unknown;
    spent.push_back(coin->second);
  }
  for (std::size_t i = 0; i < tx.inputs.size(); ++i) TRY(bitcoin::verify_input(tx, i, spent));
  TRY(spend(tx, coins));
  waiting_.push_back({txid, std::move(tx), to_bytes(raw)});
  return txid;
}

void ScriptedBurnchain::extend(std::uint32_t time_s) {
  const BurnHeight height = blocks_.back().block.height + 1;
  const BurnHash parent = blocks_.back().block.hash;
  Mined mined;
  mined.before = coins_;
  with_waiting_.reset();
  List<bitcoin::BurnTx, 20'000> transactions;
  transactions.push_back(burn_tx(coinbase({}, height), {}));
  std::vector<Waiting> left;
  for (Waiting& waiting : waiting_) {
    if (censor_ && censor_(waiting.tx)) {
      left.push_back(std::move(waiting));
      continue;
    }
    auto scripts = spend(waiting.tx, coins_);
    if (!scripts.ok()) {
      left.push_back(std::move(waiting));
      continue;
    }
    if (!carries_operation(waiting.tx)) scripts.value().clear();
    transactions.push_back(burn_tx(std::move(waiting.raw), std::move(scripts).value()));
    mined.transactions.push_back(std::move(waiting.tx));
  }
  waiting_ = std::move(left);
  push(height, parent, time_s, std::move(transactions), std::move(mined));
}

const bitcoin::BurnBlock& ScriptedBurnchain::mine(std::uint32_t time_s) {
  extend(std::max(time_s, blocks_.back().block.time_s + 1));
  return blocks_.back().block;
}

void ScriptedBurnchain::reorganise(std::uint32_t depth, std::uint32_t time_s) {
  ASSERT(depth < blocks_.size());
  std::vector<Waiting> again;
  for (std::size_t i = blocks_.size() - depth; i < blocks_.size(); ++i) {
    for (bitcoin::Transaction& tx : blocks_[i].transactions) {
      const BurnTxid txid = tx.txid();
      Bytes raw = bitcoin::encode_transaction(tx);
      again.push_back({txid, std::move(tx), std::move(raw)});
    }
  }
  if (depth > 0) coins_ = blocks_[blocks_.size() - depth].before;
  blocks_.erase(blocks_.end() - depth, blocks_.end());
  again.insert(again.end(), std::make_move_iterator(waiting_.begin()),
               std::make_move_iterator(waiting_.end()));
  waiting_ = std::move(again);
  with_waiting_.reset();
  for (std::uint32_t i = 0; i <= depth; ++i) mine(time_s + i);
}

const bitcoin::BurnBlock& ScriptedBurnchain::block_at(BurnHeight height) const {
  const BurnHeight first = blocks_.front().block.height;
  ASSERT(height >= first && height - first < blocks_.size());
  return blocks_[height - first].block;
}

std::vector<bitcoin::BurnBlock> ScriptedBurnchain::blocks_after(
    const std::vector<BurnHash>& locator, std::size_t max_count) const {
  std::size_t next = 0;
  for (std::size_t i = blocks_.size(); i > 0 && next == 0; --i) {
    const BurnHash& hash = blocks_[i - 1].block.hash;
    if (std::find(locator.begin(), locator.end(), hash) != locator.end()) next = i;
  }
  std::vector<bitcoin::BurnBlock> out;
  for (; next < blocks_.size() && out.size() < max_count; ++next) {
    out.push_back(blocks_[next].block);
  }
  return out;
}

messages::Coins ScriptedBurnchain::coins(const Blob<128>& script) const {
  messages::Coins out;
  out.script = script;
  for (const auto& [at, output] : coins_with_waiting()) {
    if (output.script.bytes != script.bytes) continue;
    if (out.coins.size() == decltype(out.coins)::max_count) break;
    out.coins.push_back({at.txid, at.vout, output.value});
  }
  return out;
}

}  // namespace quorate::simulation
