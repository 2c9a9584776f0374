#include "runtime/simulation/chronicle.hpp"

#include <algorithm>

namespace quorate::simulation {

namespace {

void note_transactions(const consensus::Block& block, BlockRecord& record) {
  for (const auto& bytes : block.transactions) {
    const auto tx = stacks::decode_transaction(bytes.bytes);
    if (!tx.ok()) continue;
    record.nonces.emplace_back(tx->origin(), tx->nonce);
    if (tx->transfer() == nullptr) continue;
    record.txids.push_back(stacks::txid_of(bytes.bytes));
    record.fees += MicroStx{tx->fee};
  }
}

}  // namespace

std::pair<BlockRecord&, bool> Chronicle::on_accepted(Instant now,
                                                     const consensus::SealedBlock& sealed,
                                                     const consensus::Chain& chain) {
  const BlockId id = sealed.block.id();
  const auto& header = sealed.block.header;
  const auto parent = blocks_.find(header.parent);
  if (parent != blocks_.end() && !parent->second.fee_split) {
    parent->second.fee_split = chain.fee_statement(header.parent);
  }
  const auto known = blocks_.find(id);
  if (known != blocks_.end()) return {known->second, false};
  BlockRecord record;
  record.id = id;
  record.parent = header.parent;
  record.height = header.height;
  record.term = header.term;
  record.burn_view = header.burn_view;
  record.first_accepted = now;
  record.producer_bits = sealed.seal.producers.bits.to_text();
  record.stacker_bits = sealed.seal.stackers.bits.to_text();
  note_transactions(sealed.block, record);
  if (parent == blocks_.end() || parent->second.term != header.term) {
    record.coinbase_split = chain.coinbase_statement(header.term);
  }
  return {blocks_.emplace(id, std::move(record)).first->second, true};
}

std::vector<BlockId> Chronicle::on_final(const messages::BlockFinal& event) {
  std::vector<BlockId> out;
  for (auto at = blocks_.find(event.block); at != blocks_.end();
       at = blocks_.find(at->second.parent)) {
    if (at->second.final_at) break;
    at->second.final_at = event.at.height;
    out.push_back(at->first);
  }
  return out;
}

const BlockRecord* Chronicle::find(const BlockId& id) const {
  const auto found = blocks_.find(id);
  return found == blocks_.end() ? nullptr : &found->second;
}

std::vector<const BlockRecord*> Chronicle::branch(const BlockId& tip) const {
  std::vector<const BlockRecord*> out;
  for (const BlockRecord* at = find(tip); at != nullptr; at = find(at->parent)) out.push_back(at);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace quorate::simulation
