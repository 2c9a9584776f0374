// Finality, and what is forgotten behind it: states, dead branches, Bitcoin blocks. What is final
// can no longer be reorganised here, so nothing below it is built on again. Source: SIP
// "Introduction" item 3 (finalisation), parameters "confirmations".
#include "consensus/chain_state.hpp"

namespace quorate::consensus {

void ChainState::finalise(ChainEvents& events) {
  const BurnHeight tip = burn.tip()->view.height;
  const std::size_t before = final_count;
  while (final_count < counted.size() &&
         counted[final_count].at.height + params.confirmations <= tip) {
    const CountedAnnouncement& done = counted[final_count++];
    final_block = tree.find(done.block);
    ASSERT(final_block != nullptr);
    events.push_back(BlockFinal{done.block, done.height, done.at, burn.tip()->view});
  }
  if (final_count == before) return;
  prune_blocks();
  prune_burn();
}

void ChainState::forget(BlockNode& node) const {
  node.executed = nullptr;
  node.replay = {};
  if (!node.releasable) return;
  node.sealed = nullptr;
  node.outcomes = {};
}

void ChainState::prune_blocks() {
  const std::size_t keep = final_block->header.height.value;
  // The final block lies on the canonical path unless the path still ends below it.
  if (!is_on_path(*final_block)) return;
  for (; pruned_to < keep; ++pruned_to) {
    BlockNode* const on_path = path[pruned_to + 1];
    std::vector<BlockNode*> dead;
    for (BlockNode* child : path[pruned_to]->children) {
      if (child != on_path) dead.push_back(child);
    }
    while (!dead.empty()) {
      BlockNode* node = dead.back();
      dead.pop_back();
      forget(*node);
      dead.insert(dead.end(), node->children.begin(), node->children.end());
    }
    forget(*path[pruned_to]);
  }
}

void ChainState::prune_burn() {
  const CountedAnnouncement& last = counted[final_count - 1];
  std::erase_if(witnesses, [&](BlockNode* node) {
    const bool never = node->header.burn_view.height <= last.at.height;
    if (never) node->is_witness = false;
    return never;
  });
  const TermNumber oldest{last.term.value > 1 ? last.term.value - 1 : 0};
  BurnHeight root = BurnHeight{first_height(params, oldest).value - 1};
  root = std::min(root, final_block->header.burn_view.height);
  root = std::max(root, burn.root()->view.height);
  std::erase_if(undecided, [&](BurnNode* node) { return !burn.is_on_branch(last.at, *node); });
  burn.prune(root, last.at.height);
  std::erase_if(rejections, [&](const auto& entry) { return std::get<0>(entry.first) < oldest; });
  const auto is_old = [&](const GenerationKey& key) {
    return key.kind == GroupKind::producers
               ? key.generation < oldest.value
               : key.generation < cycle_of(params, oldest).value;
  };
  std::erase_if(producer_plans, [&](const auto& entry) { return is_old(entry.first); });
  std::erase_if(stacker_plans, [&](const auto& entry) { return is_old(entry.first); });
  std::erase_if(told_plans, [&](const auto& entry) { return is_old(entry.first); });
}

}  // namespace quorate::consensus
