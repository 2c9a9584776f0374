#include "consensus/block_rules.hpp"

#include "stacks/merkle.hpp"

namespace quorate::consensus {

namespace {

/// The term's context as its eve fixed it on the branch of `view`.
Result<TermContextPtr> context_of(const ExecutionRules& rules, TermNumber term, BurnNode& view) {
  BurnNode* eve = rules.burn.ancestor_at(
      view, BurnHeight{first_height(rules.params, term).value - 1});
  if (eve == nullptr) return Errc::parent_below_final;
  if (eve->evaluation == nullptr) return Errc::term_undecided;
  ASSERT(eve->evaluation->next != nullptr);
  ASSERT(eve->evaluation->next->term == term);
  return eve->evaluation->next;
}

Result<BurnNode*> view_of(const ExecutionRules& rules, const BlockHeader& header) {
  BurnNode* view = rules.burn.find(header.burn_view.hash);
  if (view == nullptr) return Errc::burn_view_unknown;
  if (view->view.height != header.burn_view.height) return Errc::burn_view_mismatch;
  if (!is_on_grid(rules.params, view->view.height) ||
      term_of(rules.params, view->view.height) != header.term) {
    return Errc::burn_view_outside_term;
  }
  return view;
}

BlockId base_id(const TermContext& context, const BlockTree& tree) {
  return context.base ? context.base->block : tree.genesis().id;
}

Result<> check_parent(const ExecutionRules& rules, const BlockTree& tree,
                      const BlockHeader& header, const BlockPlace& place) {
  if (header.height != place.parent->header.height + 1) return Errc::block_wrong_height;
  if (place.first_of_term) {
    if (place.parent->id != base_id(*place.context, tree)) return Errc::wrong_term_parent;
  } else if (!rules.burn.is_on_branch(place.parent->header.burn_view, *place.view)) {
    return Errc::burn_view_off_branch;
  }
  if (place.parent->executed == nullptr) return Errc::parent_below_final;
  if (header.timestamp_ms <= place.parent->header.timestamp_ms) return Errc::timestamp_not_later;
  return done();
}

/// What has to be replayed, given the dropped tip that the header names.
Result<ReplayQueue> replay_of(const ExecutionRules& rules, const BlockTree& tree,
                              const BlockHeader& header, const BlockPlace& place) {
  if (header.dropped_tip.is_zero()) {
    if (place.first_of_term) return Errc::dropped_tip_missing;
    return place.parent->replay;
  }
  BlockNode* dropped = tree.find(header.dropped_tip);
  if (dropped == nullptr) return Errc::dropped_tip_unknown;
  if (!BlockTree::is_ancestor_or_same(*place.parent, *dropped)) {
    return Errc::dropped_tip_not_descending;
  }
  if (dropped == place.parent) {
    if (!place.first_of_term) return Errc::dropped_tip_not_orphaned;
    return place.parent->replay;
  }
  if (!place.first_of_term) {
    const BlockNode* way = dropped;
    while (way->parent != place.parent) way = way->parent;
    if (!are_rivals(rules.burn, way->header.burn_view, *place.view)) {
      return Errc::dropped_tip_not_orphaned;
    }
  }
  return BlockTree::replay_between(*place.parent, *dropped);
}

Result<> check_attempt(const ExecutionRules& rules, const Block& block, const BlockPlace& place) {
  const BlockHeader& header = block.header;
  if (header.attempt == 0) {
    if (block.rejection) return Errc::rejection_superfluous;
    return done();
  }
  if (!block.rejection) return Errc::attempt_without_rejection;
  return check_rejection(rules, *block.rejection, *place.context->stackers, header.term,
                         header.height, header.attempt - 1, *place.view);
}

Result<> check_parent_seal(const Params& params, const Block& block, const BlockNode& parent) {
  if (parent.is_genesis()) {
    if (block.parent_seal) return Errc::parent_seal_missing;
    if (!block.header.parent_seal.is_zero()) return Errc::parent_seal_mismatch;
    return done();
  }
  if (!block.parent_seal) return Errc::parent_seal_missing;
  const Hash256 hash = block.parent_seal->hash();
  if (hash != block.header.parent_seal) return Errc::parent_seal_mismatch;
  if (hash == parent.seal_hash) return done();
  // Another valid subset of signers than the one that came here with the parent.
  TRY(verify(block.parent_seal->producers, parent.producers->signers,
             parent.producer_key->content.group_key, parent.producer_key->content.cid, parent.id,
             params.network_id));
  return verify(block.parent_seal->stackers, parent.stackers->signers,
                parent.stacker_key->content.group_key, parent.stacker_key->content.cid, parent.id,
                params.network_id);
}

/// The key that seals this block: from the block itself when it opens the generation, else its
/// parent's.
Result<std::shared_ptr<const KeyCertificate>> key_of(
    const Params& params, const std::optional<KeyCertificate>& carried, const SignerSet& set,
    bool opens, const std::shared_ptr<const KeyCertificate>& inherited) {
  if (!opens) {
    if (carried) return Errc::key_certificate_superfluous;
    ASSERT(inherited != nullptr);
    return inherited;
  }
  if (!carried) return Errc::key_certificate_missing;
  TRY(verify(*carried, set, params.network_id));
  return std::make_shared<const KeyCertificate>(*carried);
}

Result<> execute(Execution& execution, const Block& block, const BlockPlace& place) {
  const auto& transactions = block.transactions;
  std::size_t first = 0;
  if (place.first_of_term) {
    if (transactions.empty() || transactions[0].bytes != execution.coinbase()) {
      return Errc::coinbase_missing;
    }
    first = 1;
  }
  for (std::size_t i = first; i < transactions.size(); ++i) {
    if (const Result<> applied = execution.apply(transactions[i].bytes); !applied.ok()) {
      return Error{applied.code(), "transaction " + std::to_string(i)};
    }
  }
  return done();
}

Result<> check_results(const BlockHeader& header, const Execution& execution) {
  if (stacks::merkle_root(execution.txids()) != header.transactions_root) {
    return Errc::transactions_root_mismatch;
  }
  if (execution.result().term_cost != header.term_cost) return Errc::term_cost_mismatch;
  if (execution.result().ledger.state_root() != header.state_root) {
    return Errc::state_root_mismatch;
  }
  return done();
}

}  // namespace

bool are_rivals(const BurnChain& burn, const BurnView& a, BurnNode& b) {
  if (burn.is_on_branch(a, b)) return false;
  BurnNode* node = burn.find(a.hash);
  return node == nullptr || !burn.is_on_branch(b.view, *node);
}

Result<BlockPlace> place_block(const ExecutionRules& rules, const BlockTree& tree,
                               const BlockHeader& header) {
  if (header.version != 1) return Errc::header_bad_version;
  BlockPlace place;
  TRY_ASSIGN(place.view, view_of(rules, header));
  TRY_ASSIGN(place.context, context_of(rules, header.term, *place.view));
  if (place.context->producers == nullptr) return Errc::term_without_producers;
  place.parent = tree.find(header.parent);
  if (place.parent == nullptr || place.parent->is_witness) return Errc::parent_unknown;
  const BlockHeader& parent = place.parent->header;
  place.first_of_term = place.parent->is_genesis() || parent.term != header.term;
  place.first_of_cycle = place.parent->is_genesis() || cycle_of(rules.params, parent.term) !=
                                                           cycle_of(rules.params, header.term);
  const TermNumber base_term =
      place.context->base ? place.context->base->term : tree.genesis().header.term;
  place.replay_only = base_term + 2 < header.term;
  TRY(check_parent(rules, tree, header, place));
  TRY_ASSIGN(place.replay, replay_of(rules, tree, header, place));
  return place;
}

Result<> check_contents(const Block& block) {
  if (block.certificates_hash() != block.header.certificates) return Errc::certificates_mismatch;
  std::vector<Txid> txids;
  for (const auto& tx : block.transactions) txids.push_back(stacks::txid_of(tx.bytes));
  if (std::set<Txid>(txids.begin(), txids.end()).size() != txids.size()) {
    return Errc::transaction_twice;
  }
  if (stacks::merkle_root(txids) != block.header.transactions_root) {
    return Errc::transactions_root_mismatch;
  }
  return done();
}

Result<> check_rejection(const ExecutionRules& rules, const VoteCertificate& certificate,
                         const StackerPlan& stackers, TermNumber term, BlockHeight height,
                         std::uint32_t attempt, BurnNode& view) {
  const InstanceId expected{GroupKind::stackers, Purpose::block, stackers.signers.generation, term,
                            height, attempt};
  const Value& value = certificate.value;
  if (certificate.phase != Phase::commit || certificate.instance != expected ||
      value.kind != ValueKind::reject || !value.id.is_zero()) {
    return Errc::rejection_mismatch;
  }
  if (!rules.burn.is_on_branch(value.burn_view, view)) return Errc::rejection_off_branch;
  return verify(certificate, stackers.signers, rules.params.network_id);
}

Result<CheckedBlock> check_block(const ExecutionRules& rules, const BlockTree& tree,
                                 const Block& block) {
  TRY_ASSIGN(const BlockPlace place, place_block(rules, tree, block.header));
  TRY(check_attempt(rules, block, place));
  TRY(check_parent_seal(rules.params, block, *place.parent));
  CheckedBlock out;
  out.parent = place.parent;
  out.context = place.context;
  TRY_ASSIGN(out.producer_key,
             key_of(rules.params, block.producer_key, place.context->producers->signers,
                    place.first_of_term, place.parent->producer_key));
  TRY_ASSIGN(out.stacker_key,
             key_of(rules.params, block.stacker_key, place.context->stackers->signers,
                    place.first_of_cycle, place.parent->stacker_key));
  if (block.certificates_hash() != block.header.certificates) return Errc::certificates_mismatch;
  if (encode(block).size() > rules.params.max_block_bytes) return Errc::block_too_big;
  Execution execution(rules, place,
                      block.parent_seal ? &block.parent_seal->producers.bits : nullptr);
  TRY(execute(execution, block, place));
  TRY(check_results(block.header, execution));
  out.executed = std::make_shared<const ExecutedBlock>(std::move(execution).finish());
  return out;
}

Result<> check_seal(const Params& params, const CheckedBlock& checked, const BlockId& id,
                    const Seal& seal) {
  const KeyContent& producers = checked.producer_key->content;
  const KeyContent& stackers = checked.stacker_key->content;
  TRY(verify(seal.producers, checked.context->producers->signers, producers.group_key,
             producers.cid, id, params.network_id));
  return verify(seal.stackers, checked.context->stackers->signers, stackers.group_key, stackers.cid,
                id, params.network_id);
}

BlockNode& longest_tail(const BurnChain& burn, BlockNode& parent, TermNumber term,
                        BurnNode& view) {
  std::vector<BlockNode*> open;
  for (BlockNode* child : parent.children) {
    const bool drops_unannounced = child->header.term < term;
    if (drops_unannounced || are_rivals(burn, child->header.burn_view, view)) open.push_back(child);
  }
  BlockNode* best = &parent;
  const auto is_later = [](const BlockNode& a, const BlockNode& b) {
    return std::tie(a.header.term, a.header.height, b.id) >
           std::tie(b.header.term, b.header.height, a.id);
  };
  while (!open.empty()) {
    BlockNode* node = open.back();
    open.pop_back();
    if (best == &parent || is_later(*node, *best)) best = node;
    open.insert(open.end(), node->children.begin(), node->children.end());
  }
  return *best;
}

}  // namespace quorate::consensus
