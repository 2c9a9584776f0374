#include "consensus/block_tree.hpp"

#include <set>

namespace quorate::consensus {

BlockTree::BlockTree(std::unique_ptr<BlockNode> genesis) : genesis_(genesis.get()) {
  nodes_.emplace(genesis->id, std::move(genesis));
}

BlockNode* BlockTree::find(const BlockId& id) const {
  const auto at = nodes_.find(id);
  return at == nodes_.end() ? nullptr : at->second.get();
}

BlockNode& BlockTree::insert(std::unique_ptr<BlockNode> node) {
  ASSERT(node->parent != nullptr);
  BlockNode& added = *node;
  added.parent->children.push_back(&added);
  const bool fresh = nodes_.emplace(added.id, std::move(node)).second;
  ASSERT(fresh);
  return added;
}

bool BlockTree::is_ancestor_or_same(const BlockNode& below, const BlockNode& node) {
  const BlockNode* at = &node;
  while (at->header.height > below.header.height) at = at->parent;
  return at == &below;
}

const BlockNode& BlockTree::common_ancestor(const BlockNode& a, const BlockNode& b) {
  const BlockNode* x = &a;
  const BlockNode* y = &b;
  while (x != y) {
    if (x->header.height >= y->header.height) {
      x = x->parent;
    } else {
      y = y->parent;
    }
  }
  return *x;
}

ReplayQueue BlockTree::replay_between(const BlockNode& from, const BlockNode& to) {
  std::vector<const BlockNode*> path;
  for (const BlockNode* at = &to; at != &from; at = at->parent) path.push_back(at);
  auto items = std::make_shared<std::vector<ReplayQueue::Item>>();
  std::set<Txid> seen;
  const auto add = [&](const Txid& txid, const Bytes& bytes) {
    if (seen.insert(txid).second) items->push_back({txid, bytes});
  };
  for (auto at = path.rbegin(); at != path.rend(); ++at) {
    const BlockNode& node = **at;
    ASSERT(node.sealed != nullptr);
    const auto& transactions = node.sealed->block.transactions;
    const bool opens_term = node.parent->is_genesis() ||
                            node.parent->header.term != node.header.term;
    for (std::size_t i = opens_term ? 1 : 0; i < transactions.size(); ++i) {
      add(node.outcomes.at(i).txid, transactions[i].bytes);
    }
  }
  const ReplayQueue& left = to.replay;
  for (std::size_t i = 0; i < left.left(); ++i) {
    const auto& item = (*left.items)[left.next + i];
    add(item.txid, item.bytes);
  }
  ReplayQueue out;
  if (!items->empty()) out.items = std::move(items);
  return out;
}

}  // namespace quorate::consensus
