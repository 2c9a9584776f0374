#include "consensus/inventory.hpp"

namespace quorate::consensus {
namespace {

std::uint32_t groups_of(std::uint32_t count) {
  return (count + Inventory::fan_out - 1) / Inventory::fan_out;
}

Hash256 leaf_digest(const ChunkMeta& meta) {
  if (meta.version == ChunkVersion{0}) return {};
  return crypto::tagged_h("quorate/chunk-leaf", encode(meta));
}

/// Children `index·fan_out …` of a row, at most `fan_out`.
std::span<const Hash256> family(const std::vector<Hash256>& row, std::uint32_t index) {
  const std::size_t begin = std::size_t{index} * Inventory::fan_out;
  return std::span{row}.subspan(begin, std::min<std::size_t>(Inventory::fan_out,
                                                             row.size() - begin));
}

Hash256 range_digest(std::span<const Hash256> children) {
  Bytes text;
  text.reserve(children.size() * Hash256::size);
  for (const Hash256& child : children) append(text, child.view());
  return crypto::tagged_h("quorate/chunk-range", text);
}

}  // namespace

ChunkMark mark_of(const ChunkMeta& meta) {
  if (meta.version == ChunkVersion{0}) return {};
  Bytes text;
  Writer{text}.put(meta.content_hash).put(meta.signature);
  return ChunkMark::from(crypto::tagged_h("quorate/chunk-mark", text).view().first(8));
}

Standing standing(const SlotEntry& own, const SlotEntry& theirs) {
  if (theirs.clock() > own.clock()) return Standing::ahead;
  if (theirs.clock() < own.clock()) return Standing::behind;
  return theirs.mark == own.mark ? Standing::same : Standing::undecided;
}

Inventory::Inventory(std::uint32_t slot_count) : entries_(slot_count), leaves_(slot_count) {
  ASSERT(slot_count > 0);
  std::uint32_t width = slot_count;
  do {
    width = groups_of(width);
    levels_.push_back({std::vector<Hash256>(width), std::vector<bool>(width, true)});
  } while (width > 1);
}

const SlotEntry& Inventory::entry(ChunkSlot slot) const {
  ASSERT(slot.value < entries_.size());
  return entries_[slot.value];
}

void Inventory::set(ChunkSlot slot, const ChunkMeta& meta, std::uint32_t bytes) {
  ASSERT(slot.value < entries_.size());
  const ChunkClock clock = clock_of(meta);
  entries_[slot.value] = {clock.version, clock.zeros, mark_of(meta), bytes};
  leaves_[slot.value] = leaf_digest(meta);
  std::uint32_t index = slot.value;
  for (Level& level : levels_) {
    index /= fan_out;
    level.stale[index] = true;
  }
}

void Inventory::clear() { *this = Inventory{slot_count()}; }

TreeNode Inventory::root() const {
  return {static_cast<std::uint8_t>(levels_.size() - 1), 0};
}

bool Inventory::contains(TreeNode node) const {
  return node.level < levels_.size() && node.index < levels_[node.level].digests.size();
}

const Hash256& Inventory::digest(TreeNode node) {
  ASSERT(contains(node));
  if (levels_[node.level].stale[node.index]) refresh(node);
  return levels_[node.level].digests[node.index];
}

void Inventory::refresh(TreeNode node) {
  if (node.level > 0) {
    for (const TreeNode child : children(node)) static_cast<void>(digest(child));
  }
  const std::vector<Hash256>& row = node.level == 0 ? leaves_ : levels_[node.level - 1].digests;
  levels_[node.level].digests[node.index] = range_digest(family(row, node.index));
  levels_[node.level].stale[node.index] = false;
}

std::vector<TreeNode> Inventory::children(TreeNode node) const {
  ASSERT(contains(node));
  ASSERT(node.level > 0);
  const auto level = static_cast<std::uint8_t>(node.level - 1);
  const auto width = static_cast<std::uint32_t>(levels_[level].digests.size());
  std::vector<TreeNode> out;
  const std::uint32_t begin = node.index * fan_out;
  for (std::uint32_t i = begin; i < std::min(begin + fan_out, width); ++i)
    out.push_back({level, i});
  return out;
}

std::vector<ChunkSlot> Inventory::slots(TreeNode node) const {
  ASSERT(contains(node));
  ASSERT(node.level == 0);
  std::vector<ChunkSlot> out;
  const std::uint32_t begin = node.index * fan_out;
  for (std::uint32_t i = begin; i < std::min(begin + fan_out, slot_count()); ++i) {
    out.push_back(ChunkSlot{i});
  }
  return out;
}

}  // namespace quorate::consensus
