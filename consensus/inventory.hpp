// What a replica holds, small enough to exchange: one entry per slot and a tree of digests over
// ranges of slots, by which two replicas find out that they agree, or where they differ. Source:
// SIP "Stacker DBs" (vector clock); Gap: marks and digest tree (docs/spec_gaps.md).
#pragma once

#include "consensus/chunk_rules.hpp"

namespace quorate::consensus {

/// The first eight bytes of H("quorate/chunk-mark" ‖ content hash ‖ signature): tells chunks of one
/// version apart. Zero for a slot never written.
using ChunkMark = FixedBytes<struct ChunkMarkTag, 8>;
[[nodiscard]] ChunkMark mark_of(const ChunkMeta& meta);

/// One slot's line in an inventory.
struct SlotEntry {
  ChunkVersion version;
  ZeroBits zeros;
  ChunkMark mark;
  /// Content bytes; lets a reader group small fetches.
  std::uint32_t bytes{};

  auto operator<=>(const SlotEntry&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SlotEntry::version, &SlotEntry::zeros, &SlotEntry::mark,
                           &SlotEntry::bytes);
  }
  [[nodiscard]] ChunkClock clock() const { return {version, zeros}; }
};

/// Where a peer's entry stands relative to one's own, as far as entries can tell: two chunks of one
/// clock with different marks need their hashes compared.
enum class Standing : std::uint8_t { behind, same, ahead, undecided };
[[nodiscard]] Standing standing(const SlotEntry& own, const SlotEntry& theirs);

/// A node of the digest tree. Level 0 covers `fan_out` slots, level k + 1 covers `fan_out` nodes of
/// level k; the highest level has one node.
struct TreeNode {
  std::uint8_t level{};
  std::uint32_t index{};
  auto operator<=>(const TreeNode&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&TreeNode::level, &TreeNode::index);
  }
};

class Inventory {
 public:
  static constexpr std::uint32_t fan_out = 16;

  explicit Inventory(std::uint32_t slot_count);

  [[nodiscard]] std::uint32_t slot_count() const {
    return static_cast<std::uint32_t>(entries_.size());
  }
  [[nodiscard]] const SlotEntry& entry(ChunkSlot slot) const;
  /// Records what the slot holds now; the all-zero meta empties it.
  void set(ChunkSlot slot, const ChunkMeta& meta, std::uint32_t bytes);
  void clear();

  [[nodiscard]] TreeNode root() const;
  /// Digest of a node of this tree (see `contains`): H("quorate/chunk-range" ‖ children), a slot's
  /// child being H("quorate/chunk-leaf" ‖ version ‖ content hash ‖ signature), or zeros when empty.
  /// Brings the stale part of the tree up to date.
  [[nodiscard]] const Hash256& digest(TreeNode node);
  [[nodiscard]] bool contains(TreeNode node) const;
  /// The nodes below an inner node (level > 0).
  [[nodiscard]] std::vector<TreeNode> children(TreeNode node) const;
  /// The slots below a node of level 0.
  [[nodiscard]] std::vector<ChunkSlot> slots(TreeNode node) const;

 private:
  struct Level {
    std::vector<Hash256> digests;
    std::vector<bool> stale;
  };
  void refresh(TreeNode node);

  std::vector<SlotEntry> entries_;
  std::vector<Hash256> leaves_;
  std::vector<Level> levels_;
};

}  // namespace quorate::consensus
