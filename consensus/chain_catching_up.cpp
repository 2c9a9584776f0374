// What someone who knows less has to be told, and in which order. Dropped blocks count: who starts
// a replay names a tail that may itself have started a replay of another one. Source:
// docs/protocol.md "Between nodes"; Gap: docs/spec_gaps.md "Dropped blocks".
#include <unordered_set>

#include "consensus/chain_state.hpp"

namespace quorate::consensus {

std::vector<const BlockNode*> ChainState::side_tips(std::size_t max) const {
  std::vector<const BlockNode*> tips;
  std::vector<const BlockNode*> open;
  for (std::size_t h = final_block->header.height.value; h < path.size(); ++h) {
    for (const BlockNode* child : path[h]->children) {
      if (!is_on_path(*child)) open.push_back(child);
    }
  }
  while (!open.empty()) {
    const BlockNode* node = open.back();
    open.pop_back();
    if (node->children.empty()) tips.push_back(node);
    open.insert(open.end(), node->children.begin(), node->children.end());
  }
  std::sort(tips.begin(), tips.end(), [](const BlockNode* a, const BlockNode* b) {
    return std::tie(a->header.height, a->id) > std::tie(b->header.height, b->id);
  });
  if (tips.size() > max) tips.resize(max);
  return tips;
}

std::vector<BlockId> ChainState::blocks_after(const std::vector<BlockId>& locator,
                                              std::size_t max_count) const {
  std::size_t common = 0;
  std::unordered_set<const BlockNode*> had;
  for (const BlockId& id : locator) {
    const BlockNode* node = tree.find(id);
    if (node == nullptr) continue;
    for (; !is_on_path(*node); node = node->parent) {
      if (!had.insert(node).second) break;
    }
    if (is_on_path(*node)) common = std::max<std::size_t>(common, node->header.height.value);
  }
  std::vector<BlockId> out;
  const auto is_had = [&](const BlockNode* node) {
    return node == nullptr || had.contains(node) ||
           (is_on_path(*node) && node->header.height.value <= common);
  };
  // Depth first: a block waits on the stack until its parent and the tail it drops are out.
  std::vector<const BlockNode*> open;
  for (std::size_t h = common + 1; h < path.size() && out.size() < max_count; ++h) {
    open.push_back(path[h]);
    while (!open.empty() && out.size() < max_count) {
      const BlockNode* node = open.back();
      const BlockNode* dropped = tree.find(node->header.dropped_tip);
      const BlockNode* missing = !is_had(node->parent) ? node->parent
                                 : !is_had(dropped)    ? dropped
                                                       : nullptr;
      if (missing != nullptr) {
        open.push_back(missing);
        continue;
      }
      open.pop_back();
      if (had.insert(node).second) out.push_back(node->id);
    }
  }
  return out;
}

}  // namespace quorate::consensus
