// Making a block: exactly what checking accepts. Source: SIP "Producer Set Collaboration" ("how a
// valid block gets mined is not" consensus-critical).
#include "consensus/chain_state.hpp"
#include "stacks/merkle.hpp"

namespace quorate::consensus {

Result<BlockHeader> ChainState::header_frame(const BuildInput& input) const {
  BurnNode* view = burn.find(input.burn_view.hash);
  if (view == nullptr) return Errc::burn_view_unknown;
  if (!is_on_grid(params, view->view.height)) return Errc::burn_view_outside_term;
  BlockNode* parent = tree.find(input.parent);
  if (parent == nullptr) return Errc::parent_unknown;
  BlockHeader header;
  header.height = parent->header.height + 1;
  header.attempt = input.attempt;
  header.term = term_of(params, view->view.height);
  header.burn_view = input.burn_view;
  header.parent = parent->id;
  header.timestamp_ms = input.timestamp_ms;
  const BlockNode& tail = longest_tail(burn, *parent, header.term, *view);
  const bool opens_term = parent->is_genesis() || parent->header.term != header.term;
  if (opens_term || &tail != parent) header.dropped_tip = tail.id;
  return header;
}

Result<> ChainState::add_certificates(Block& block, const BlockPlace& place) const {
  if (!place.parent->is_genesis()) {
    ASSERT(place.parent->sealed != nullptr);  // Kept from the last final block on.
    block.parent_seal = place.parent->sealed->seal;
    block.header.parent_seal = place.parent->seal_hash;
  }
  if (place.first_of_term) {
    const auto key = key_of(GroupKind::producers, block.header.term.value,
                            place.context->producers->hash);
    if (key == nullptr) return Error{Errc::keys_missing, "producers"};
    block.producer_key = *key;
  }
  if (place.first_of_cycle) {
    const auto key = key_of(GroupKind::stackers, place.context->stackers->signers.generation,
                            place.context->stackers->hash);
    if (key == nullptr) return Error{Errc::keys_missing, "stackers"};
    block.stacker_key = *key;
  }
  if (block.header.attempt == 0) return done();
  const auto found =
      rejections.find({block.header.term, block.header.height, block.header.attempt - 1});
  if (found == rejections.end()) return Errc::rejection_missing;
  for (const VoteCertificate& certificate : found->second) {
    if (!burn.is_on_branch(certificate.value.burn_view, *place.view)) continue;
    block.rejection = certificate;
    return done();
  }
  return Errc::rejection_missing;
}

void ChainState::fill(Block& block, Execution& execution, const BlockPlace& place,
                      const BuildInput& input, std::size_t max_bytes, BuildOutput& out) {
  const auto append = [&](ByteView bytes) { block.transactions.push_back({to_bytes(bytes)}); };
  if (place.first_of_term) append(execution.coinbase());
  std::size_t size = encode(block).size();
  const auto fits_in = [&](ByteView bytes) {
    return size + 4 + bytes.size() <= max_bytes &&
           block.transactions.size() < decltype(block.transactions)::max_count;
  };
  const auto add = [&](ByteView bytes) -> Result<> {
    if (!fits_in(bytes)) return Errc::block_too_big;
    TRY(execution.apply(bytes));
    append(bytes);
    size += 4 + bytes.size();
    return done();
  };
  while (const ReplayQueue::Item* next = execution.next_replay()) {
    const Result<> added = add(next->bytes);
    ASSERT(added.ok() || added.code() == Errc::block_too_big);
    if (!added.ok()) break;
  }
  for (std::size_t i = 0; i < input.transactions.size(); ++i) {
    const Result<> added = add(input.transactions[i]);
    if (!added.ok()) out.skipped.push_back({i, added.error()});
  }
}

Result<BuildOutput> ChainState::build(const BuildInput& input) {
  BuildOutput out;
  TRY_ASSIGN(out.block.header, header_frame(input));
  Block& block = out.block;
  TRY_ASSIGN(const BlockPlace place, place_block(rules(), tree, block.header));
  TRY(add_certificates(block, place));
  block.header.certificates = block.certificates_hash();
  Execution execution(rules(), place,
                      block.parent_seal ? &block.parent_seal->producers.bits : nullptr);
  fill(block, execution, place, input, params.max_block_bytes, out);
  block.header.transactions_root = stacks::merkle_root(execution.txids());
  block.header.term_cost = execution.result().term_cost;
  block.header.state_root = execution.result().ledger.state_root();
  out.fees = execution.result().fees;
  CheckedBlock checked{
      place.parent, place.context,
      block.producer_key ? std::make_shared<const KeyCertificate>(*block.producer_key)
                         : place.parent->producer_key,
      block.stacker_key ? std::make_shared<const KeyCertificate>(*block.stacker_key)
                        : place.parent->stacker_key,
      std::make_shared<const ExecutedBlock>(std::move(execution).finish())};
  memory.remember(block.id(), std::move(checked));
  return out;
}

}  // namespace quorate::consensus
