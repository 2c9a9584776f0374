// The state as one sparse Merkle map: key → value with a root that depends only on the contents,
// never on the order of changes. Versions share their nodes, so a snapshot is a copied pointer.
// Gap: the SIP speaks of a MARF; this is our own structure (docs/spec_gaps.md "State root").
//
// A binary tree over the bits of H(key), most significant first, in which every inner node has two
// children: an inner node names the first bit at which the keys below it differ, left = 0.
//
//   leaf  = H("quorate/state/leaf"  ‖ H(key) ‖ H(value))
//   inner = H("quorate/state/inner" ‖ bit u16 ‖ left ‖ right)
//   root  = the topmost node's hash; 32 zero bytes when the map is empty
#pragma once

#include <functional>
#include <memory>

#include "base/units.hpp"

namespace quorate::consensus {

/// H(key): where a key lives in the tree.
using StateKey = FixedBytes<struct StateKeyTag, 32>;
[[nodiscard]] StateKey state_key(ByteView key);

/// One inner node on the way to a leaf.
struct StateStep {
  std::uint16_t bit{};  ///< 0..255, strictly increasing on the way down.
  Hash256 sibling;
  bool operator==(const StateStep&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&StateStep::bit, &StateStep::sibling);
  }
};

/// The leaf to which a key's bits lead. It proves the key's value if it is that key's leaf, and
/// its absence otherwise.
struct StateProof {
  List<StateStep, 256> steps;  ///< From the root down.
  StateKey leaf_key;           ///< Zero with an empty map.
  Hash256 value_hash;          ///< H(value) of that leaf.
  bool operator==(const StateProof&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&StateProof::steps, &StateProof::leaf_key, &StateProof::value_hash);
  }
};

/// Persistent map; copying is O(1), an update creates about log2(size) nodes and hashes them.
/// Copies may be read from several threads.
class StateMap {
 public:
  struct Node;

  /// The value, or null. Valid as long as this version of the map or a copy of it lives.
  [[nodiscard]] const Bytes* get(ByteView key) const;
  void put(ByteView key, Bytes value);
  /// Removes the key if it is there.
  void erase(ByteView key);

  [[nodiscard]] StateRoot root() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] StateProof prove(ByteView key) const;

  /// Calls `visit` for every entry in ascending order of H(key).
  void for_each(const std::function<void(const StateKey&, const Bytes&)>& visit) const;
  /// Puts an entry under H(key), for restoring what `for_each` wrote out.
  void restore(const StateKey& key, Bytes value);

  /// Same contents.
  bool operator==(const StateMap& other) const { return root() == other.root(); }

 private:
  std::shared_ptr<const Node> root_;
  std::size_t size_{};
};

/// Whether `proof` shows that the map with `root` holds `value` under `key`.
/// @returns bad_state_proof when it does not lead to the root or belongs to another leaf.
[[nodiscard]] Result<> verify_member(const StateRoot& root, ByteView key, ByteView value,
                                     const StateProof& proof);

/// Whether `proof` shows that the map with `root` has nothing under `key`.
/// @returns bad_state_proof.
[[nodiscard]] Result<> verify_absent(const StateRoot& root, ByteView key, const StateProof& proof);

}  // namespace quorate::consensus
