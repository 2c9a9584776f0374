#include "consensus/execution.hpp"

#include "consensus/ledger_operations.hpp"
#include "consensus/term_coinbase.hpp"

namespace quorate::consensus {

namespace {

ExecutedBlock start_from(const BlockPlace& place) {
  ASSERT(place.parent->executed != nullptr);
  const ExecutedBlock& parent = *place.parent->executed;
  ExecutedBlock out{parent.ledger, MicroStx{0}, {}, {}, {}, place.replay, nullptr, nullptr, {}};
  if (!place.first_of_term) out.term_cost = parent.term_cost;
  return out;
}

}  // namespace

Execution::Execution(const ExecutionRules& rules, const BlockPlace& place,
                     const BitVector* parent_bits)
    : rules_(rules), place_(place), out_(start_from(place)) {
  const Result<Cost> limit = term_cost_limit(block_cost_limit, rules.params.term_cost_factor);
  ASSERT(limit.ok());
  limit_ = *limit;
  ASSERT((parent_bits == nullptr) == place.parent->is_genesis());
  if (parent_bits != nullptr) pay_parent(*parent_bits);
  if (place.first_of_term) open_term();
  apply_operations();
}

void Execution::pay_parent(const BitVector& bits) {
  const std::vector<RewardShare> shares = member_shares(place_.parent->producers->producers);
  auto statement = std::make_shared<RewardStatement>(
      split_fees(place_.parent->executed->fees, shares, bits));
  out_.ledger.pay_fees(*statement);
  out_.parent_fees = std::move(statement);
}

void Execution::open_term() {
  const TermContext& context = *place_.context;
  const MicroStx fresh = purse_since(rules_.params, rules_.schedule,
                                     place_.parent->header.term, context.term);
  const ProducerSet& set = context.producers->producers;
  if (set.origin == SetOrigin::continued) {
    out_.ledger.carry_purse(fresh);
  } else {
    auto statement = std::make_shared<RewardStatement>(
        split_purse(out_.ledger.carried_purse() + fresh, coinbase_shares(set)));
    out_.ledger.mint(*statement);
    out_.coinbase = std::move(statement);
  }
  const Txid txid = stacks::txid_of(coinbase());
  txids_.push_back(txid);
  seen_.insert(txid);
  out_.outcomes.push_back({txid, false, std::nullopt});
}

void Execution::apply_operations() {
  std::vector<BurnNode*> fresh;
  for (BurnNode* at = place_.view; at->view.height > place_.parent->header.burn_view.height;
       at = at->parent) {
    fresh.push_back(at);
    ASSERT(at->parent != nullptr);
  }
  for (auto node = fresh.rbegin(); node != fresh.rend(); ++node) {
    for (const bitcoin::MinedOperation& mined : (*node)->operations.operations) {
      if (!changes_ledger(mined.operation)) continue;
      const BurnTxid& spent = mined.tx.inputs.at(0).previous.txid;
      const Result<> applied =
          rules_.burn.is_pre_stx(spent, **node)
              ? apply_operation(out_.ledger, mined, (*node)->view.height)
              : Result<>{Errc::operation_not_from_pre_stx};
      if (!applied.ok()) out_.ignored.push_back({{mined.place, mined.txid}, applied.error()});
    }
  }
}

Bytes Execution::coinbase() const {
  const LedgerRules& rules = out_.ledger.rules();
  return coinbase_transaction(rules.network, rules.chain_id, place_.context->term);
}

Result<> Execution::apply(ByteView transaction) {
  const Txid txid = stacks::txid_of(transaction);
  if (seen_.contains(txid)) return Errc::transaction_twice;
  const ReplayQueue::Item* next = next_replay();
  if (next != nullptr && next->txid != txid) return Errc::replay_expected;
  if (next == nullptr && place_.replay_only) return Errc::term_is_replay_only;
  TRY_ASSIGN(const stacks::Transaction tx, stacks::decode_transaction(transaction));
  if (tx.coinbase() != nullptr) return Errc::coinbase_misplaced;
  TRY(next != nullptr ? replay(txid, tx) : transfer(txid, tx));
  txids_.push_back(txid);
  seen_.insert(txid);
  return done();
}

Result<> Execution::replay(const Txid& txid, const stacks::Transaction& tx) {
  const Receipt receipt = out_.ledger.replay_transfer(tx, place_.view->view.height);
  out_.fees += receipt.fee;
  out_.outcomes.push_back({txid, true, receipt.runtime_error});
  ++out_.replay.next;
  return done();
}

Result<> Execution::transfer(const Txid& txid, const stacks::Transaction& tx) {
  TRY_ASSIGN(const Cost total, add(out_.term_cost, transfer_cost()));
  if (!fits(total, limit_)) return Errc::term_cost_exceeded;
  TRY_ASSIGN(const Receipt receipt, out_.ledger.apply_transfer(tx, place_.view->view.height));
  TRY_ASSIGN(out_.added, add(out_.added, transfer_cost()));
  out_.term_cost = total;
  out_.fees += receipt.fee;
  out_.outcomes.push_back({txid, false, std::nullopt});
  return done();
}

}  // namespace quorate::consensus
