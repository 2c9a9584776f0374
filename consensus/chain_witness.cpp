// Blocks on Bitcoin blocks that this node never saw. Bitcoin forgets its orphans, so a node that
// joins later cannot execute blocks that were dropped with them; but it can check who sealed them,
// and that is enough to know which transactions a later block has to replay. Gap: docs/spec_gaps.md
// "Orphaned blocks while syncing".
#include "consensus/chain_state.hpp"

namespace quorate::consensus {

namespace {

/// The plan that certified a carried key, or what the parent signs with.
template <class Plan>
Result<> inherit(const std::map<GenerationKey, std::vector<Plan>>& plans, GroupKind kind,
                 std::uint64_t generation, const std::optional<KeyCertificate>& carried,
                 std::uint32_t network_id, Plan& plan,
                 std::shared_ptr<const KeyCertificate>& key) {
  if (plan != nullptr && plan->signers.generation == generation) {
    if (carried) return Errc::key_certificate_superfluous;
    return done();
  }
  if (!carried) return Errc::key_certificate_missing;
  const auto known = plans.find({kind, generation});
  if (known == plans.end()) return Errc::set_unknown;
  for (const Plan& candidate : known->second) {
    if (!verify(*carried, candidate->signers, network_id).ok()) continue;
    plan = candidate;
    key = std::make_shared<const KeyCertificate>(*carried);
    return done();
  }
  return Errc::set_unknown;
}

}  // namespace

bool ChainState::is_orphaned_view(const BurnView& view) const {
  return !burn.empty() && burn.find(view.hash) == nullptr &&
         view.height <= burn.tip()->view.height && view.height > burn.root()->view.height;
}

Result<std::unique_ptr<BlockNode>> ChainState::witness_of(const SealedBlock& sealed,
                                                          const BlockId& id) const {
  const BlockHeader& header = sealed.block.header;
  BlockNode* parent = tree.find(header.parent);
  if (parent == nullptr) return Errc::parent_unknown;
  if (parent->executed == nullptr && !parent->is_witness) return Errc::parent_below_final;
  if (header.height != parent->header.height + 1) return Errc::block_wrong_height;
  if (header.burn_view.height < parent->header.burn_view.height ||
      term_of(params, header.burn_view.height) != header.term) {
    return Errc::burn_view_outside_term;
  }
  TRY(check_contents(sealed.block));
  auto node = std::make_unique<BlockNode>();
  node->id = id;
  node->header = header;
  node->parent = parent;
  node->is_witness = true;
  node->producers = parent->producers;
  node->stackers = parent->stackers;
  node->producer_key = parent->producer_key;
  node->stacker_key = parent->stacker_key;
  TRY(inherit(producer_plans, GroupKind::producers, header.term.value, sealed.block.producer_key,
              params.network_id, node->producers, node->producer_key));
  TRY(inherit(stacker_plans, GroupKind::stackers, cycle_of(params, header.term).value,
              sealed.block.stacker_key, params.network_id, node->stackers, node->stacker_key));
  TRY(verify(sealed.seal.producers, node->producers->signers, node->producer_key->content.group_key,
             node->producer_key->content.cid, id, params.network_id));
  TRY(verify(sealed.seal.stackers, node->stackers->signers, node->stacker_key->content.group_key,
             node->stacker_key->content.cid, id, params.network_id));
  return node;
}

Result<> ChainState::set_witness_replay(BlockNode& node, const Block& block) const {
  const bool opens_term =
      node.parent->is_genesis() || node.parent->header.term != node.header.term;
  if (node.header.dropped_tip.is_zero() || node.header.dropped_tip == node.parent->id) {
    node.replay = node.parent->replay;
  } else {
    const BlockNode* dropped = tree.find(node.header.dropped_tip);
    if (dropped == nullptr) return Errc::dropped_tip_unknown;
    if (!BlockTree::is_ancestor_or_same(*node.parent, *dropped)) {
      return Errc::dropped_tip_not_descending;
    }
    node.replay = BlockTree::replay_between(*node.parent, *dropped);
  }
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    const Txid txid = stacks::txid_of(block.transactions[i].bytes);
    const ReplayQueue::Item* next = opens_term && i == 0 ? nullptr : node.replay.front();
    const bool replayed = next != nullptr && next->txid == txid;
    if (replayed) ++node.replay.next;
    node.outcomes.push_back({txid, replayed, std::nullopt});
  }
  return done();
}

Result<ChainEvents> ChainState::accept_witness(const SealedBlock& sealed, const BlockId& id) {
  TRY_ASSIGN(std::unique_ptr<BlockNode> node, witness_of(sealed, id));
  TRY(set_witness_replay(*node, sealed.block));
  node->seal_hash = sealed.seal.hash();
  node->sealed = std::make_shared<const SealedBlock>(sealed);
  ChainEvents events;
  BlockNode& added = tree.insert(std::move(node));
  witnesses.push_back(&added);
  events.push_back(BlockStored{id, added.sealed});
  keep_key(added.producer_key, added.producers->hash, events);
  keep_key(added.stacker_key, added.stackers->hash, events);
  refresh(events);
  return events;
}

void ChainState::execute_witnesses() {
  if (witnesses.empty()) return;
  std::vector<BlockNode*> still;
  for (BlockNode* node : witnesses) {
    const Result<CheckedBlock> checked = check(node->sealed->block, node->id);
    if (!checked.ok() || checked->parent->executed == nullptr) {
      still.push_back(node);
      continue;
    }
    node->is_witness = false;
    fill_in(*node, *checked);
  }
  witnesses = std::move(still);
  evaluate_undecided();
}

}  // namespace quorate::consensus
