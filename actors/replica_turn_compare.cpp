// Anti-entropy: two replicas find out by digests that they agree, or where they differ.
#include "actors/replica_turn.hpp"

namespace quorate::actors::replica {

using consensus::ChunkSlot;
using consensus::Standing;
using consensus::TreeNode;
using messages::SlotAck;

void Turn::compare_roots(PeerId with) {
  for (auto& [db, generation] : s_.generations) {
    if (generation.open) compare_root(with, generation);
  }
}

void Turn::compare_root(PeerId with, Generation& generation) {
  consensus::Inventory& inventory = generation.open->inventory();
  const consensus::TreeNode root = inventory.root();
  messages::Compare compare{generation.open->address(), s_.config.attention, {}};
  compare.nodes.push_back({root, inventory.digest(root)});
  send(with, std::move(compare));
}

void Turn::anti_entropy_round() {
  for (auto& [db, generation] : s_.generations) {
    if (!generation.open) continue;
    for (const ChunkSlot slot : generation.open->settle(s_.tip)) {
      keep(generation, slot);
      relay(generation, slot);
    }
  }
  for (auto& [peer, neighbour] : s_.peers) {
    neighbour.offences().forgive_one();
    neighbour.expire_parked(now_);
  }
  if (s_.peers.empty()) return;
  auto chosen = s_.peers.begin();
  std::advance(chosen, s_.rng.draw(static_cast<std::uint32_t>(s_.peers.size())));
  compare_roots(chosen->first);
}

void Turn::hear(PeerId from, const messages::Compare& m) {
  s_.peers.at(from).set_attention(m.attention);
  Generation* generation = s_.find(m.db);
  if (generation == nullptr || !generation->open) return;
  consensus::Inventory& inventory = generation->open->inventory();
  for (const messages::NodeDigest& theirs : m.nodes) {
    if (!inventory.contains(theirs.node)) {
      offend(from, Errc::bad_digest_node);
      continue;
    }
    if (inventory.digest(theirs.node) == theirs.digest) {
      s_.peers.at(from).learn_equal(generation->id, inventory, theirs.node);
      continue;
    }
    if (theirs.node.level > 0) {
      messages::Compare children{m.db, s_.config.attention, {}};
      for (const TreeNode child : inventory.children(theirs.node)) {
        children.nodes.push_back({child, inventory.digest(child)});
      }
      send(from, std::move(children));
    } else {
      messages::Range range{m.db, {theirs.node, inventory.digest(theirs.node)}, {}};
      for (const ChunkSlot slot : inventory.slots(theirs.node)) {
        range.entries.push_back(inventory.entry(slot));
      }
      send(from, std::move(range));
    }
  }
}

void Turn::hear(PeerId from, const messages::Range& m) {
  Generation* generation = s_.find(m.db);
  if (generation == nullptr || !generation->open) return;
  consensus::Inventory& inventory = generation->open->inventory();
  const TreeNode node = m.node.node;
  if (node.level != 0 || !inventory.contains(node) ||
      inventory.slots(node).size() != m.entries.size()) {
    offend(from, Errc::bad_digest_node);
    return;
  }
  if (inventory.digest(node) == m.node.digest) {
    s_.peers.at(from).learn_equal(generation->id, inventory, node);
    return;
  }
  std::vector<SlotAck> acks;
  bool is_alike = true;
  for (std::size_t i = 0; i < m.entries.size(); ++i) {
    const ChunkSlot slot = inventory.slots(node)[i];
    if (consensus::standing(inventory.entry(slot), m.entries[i]) == Standing::same) continue;
    is_alike = false;
    weigh(from, *generation, {slot, m.entries[i]}, acks);
  }
  acknowledge(from, m.db, std::move(acks));
  if (is_alike) push_range(from, *generation->open, node);
}

/// Digests differ but no entry does: two chunks share a mark, which their writer can arrange. The
/// peer gets ours and keeps the preferred one; in a later round we get its.
void Turn::push_range(PeerId to, const ReplicaGeneration& replica, TreeNode node) {
  std::uint64_t bytes = 0;
  for (const ChunkSlot slot : replica.inventory().slots(node)) {
    if (replica.meta(slot).version == ChunkVersion{0}) continue;
    bytes += replica.content_size(slot);
    send(to, push_of(replica, slot));
  }
  s_.peers.at(to).charge(bytes);
}

}  // namespace quorate::actors::replica
