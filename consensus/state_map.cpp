#include "consensus/state_map.hpp"

#include <bit>

#include "crypto/hash.hpp"

namespace quorate::consensus {
namespace {

/// Bit number of a leaf: below every bit of a key.
constexpr std::uint16_t leaf_bit = 256;

bool bit_of(const StateKey& key, std::uint16_t bit) {
  ASSERT(bit < leaf_bit);
  return (key.bytes[bit / 8] >> (7 - bit % 8)) & 1;
}

/// The first bit at which the keys differ, or leaf_bit.
std::uint16_t first_difference(const StateKey& a, const StateKey& b) {
  for (std::uint16_t i = 0; i < StateKey::size; ++i) {
    const std::uint8_t x = a.bytes[i] ^ b.bytes[i];
    if (x != 0) return static_cast<std::uint16_t>(8 * i + std::countl_zero(x));
  }
  return leaf_bit;
}

Hash256 leaf_hash(const StateKey& key, const Hash256& value_hash) {
  Bytes data;
  data.reserve(64);
  Writer{data}.put(key).put(value_hash);
  return crypto::tagged_h("quorate/state/leaf", data);
}

Hash256 inner_hash(std::uint16_t bit, const Hash256& left, const Hash256& right) {
  Bytes data;
  data.reserve(66);
  Writer{data}.put(bit).put(left).put(right);
  return crypto::tagged_h("quorate/state/inner", data);
}

}  // namespace

struct StateMap::Node {
  std::uint16_t bit;  ///< leaf_bit, or the bit that separates the children.
  Hash256 hash;
};

namespace {

using NodePtr = std::shared_ptr<const StateMap::Node>;

struct Leaf : StateMap::Node {
  StateKey key;
  Hash256 value_hash;
  Bytes value;
};

struct Inner : StateMap::Node {
  NodePtr child[2];
};

const Leaf& as_leaf(const StateMap::Node& node) {
  ASSERT(node.bit == leaf_bit);
  return static_cast<const Leaf&>(node);
}

const Inner& as_inner(const StateMap::Node& node) {
  ASSERT(node.bit < leaf_bit);
  return static_cast<const Inner&>(node);
}

NodePtr make_leaf(const StateKey& key, Bytes value) {
  const auto leaf = std::make_shared<Leaf>();
  leaf->bit = leaf_bit;
  leaf->key = key;
  leaf->value_hash = crypto::sha512_256(value);
  leaf->value = std::move(value);
  leaf->hash = leaf_hash(key, leaf->value_hash);
  return leaf;
}

NodePtr make_inner(std::uint16_t bit, NodePtr left, NodePtr right) {
  const auto inner = std::make_shared<Inner>();
  inner->bit = bit;
  inner->hash = inner_hash(bit, left->hash, right->hash);
  inner->child[0] = std::move(left);
  inner->child[1] = std::move(right);
  return inner;
}

/// The leaf to which the key's bits lead. The tree must not be empty.
const Leaf& walk(const StateMap::Node* node, const StateKey& key) {
  while (node->bit != leaf_bit) node = as_inner(*node).child[bit_of(key, node->bit)].get();
  return as_leaf(*node);
}

/// The same inner node with one child replaced.
NodePtr with_child(const Inner& inner, bool side, NodePtr child) {
  NodePtr other = inner.child[!side];
  return side ? make_inner(inner.bit, std::move(other), std::move(child))
              : make_inner(inner.bit, std::move(child), std::move(other));
}

/// Places `leaf`, whose key first differs at `difference` from the keys it meets on its way.
NodePtr insert(const NodePtr& node, const StateKey& key, std::uint16_t difference, NodePtr leaf) {
  if (difference == leaf_bit && node->bit == leaf_bit) return leaf;
  if (difference < node->bit) {
    return bit_of(key, difference) ? make_inner(difference, node, std::move(leaf))
                                   : make_inner(difference, std::move(leaf), node);
  }
  ASSERT(difference != node->bit);  // Otherwise the walk would have gone the other way.
  const Inner& inner = as_inner(*node);
  const bool side = bit_of(key, inner.bit);
  return with_child(inner, side, insert(inner.child[side], key, difference, std::move(leaf)));
}

/// The tree without a key that is in it; null when nothing is left.
NodePtr remove(const NodePtr& node, const StateKey& key) {
  if (node->bit == leaf_bit) return nullptr;
  const Inner& inner = as_inner(*node);
  const bool side = bit_of(key, inner.bit);
  NodePtr child = remove(inner.child[side], key);
  return child ? with_child(inner, side, std::move(child)) : inner.child[!side];
}

void visit_all(const StateMap::Node& node,
               const std::function<void(const StateKey&, const Bytes&)>& visit) {
  if (node.bit == leaf_bit) return visit(as_leaf(node).key, as_leaf(node).value);
  visit_all(*as_inner(node).child[0], visit);
  visit_all(*as_inner(node).child[1], visit);
}

/// Where the proof's leaf leads when each step turns as the leaf's own bits say.
Result<StateRoot> root_of(const StateProof& proof) {
  Hash256 hash = leaf_hash(proof.leaf_key, proof.value_hash);
  std::uint16_t below = leaf_bit;
  for (auto step = proof.steps.rbegin(); step != proof.steps.rend(); ++step) {
    if (step->bit >= below) return Errc::bad_state_proof;
    below = step->bit;
    hash = bit_of(proof.leaf_key, step->bit) ? inner_hash(step->bit, step->sibling, hash)
                                             : inner_hash(step->bit, hash, step->sibling);
  }
  return StateRoot{hash.bytes};
}

}  // namespace

StateKey state_key(ByteView key) { return StateKey{crypto::sha512_256(key).bytes}; }

const Bytes* StateMap::get(ByteView key) const {
  if (!root_) return nullptr;
  const StateKey place = state_key(key);
  const Leaf& leaf = walk(root_.get(), place);
  return leaf.key == place ? &leaf.value : nullptr;
}

void StateMap::put(ByteView key, Bytes value) { restore(state_key(key), std::move(value)); }

void StateMap::restore(const StateKey& key, Bytes value) {
  if (!root_) {
    root_ = make_leaf(key, std::move(value));
    size_ = 1;
    return;
  }
  const Leaf& met = walk(root_.get(), key);
  const std::uint16_t difference = first_difference(met.key, key);
  if (difference == leaf_bit && met.value == value) return;
  if (difference != leaf_bit) ++size_;
  root_ = insert(root_, key, difference, make_leaf(key, std::move(value)));
}

void StateMap::erase(ByteView key) {
  if (!get(key)) return;
  root_ = remove(root_, state_key(key));
  --size_;
}

StateRoot StateMap::root() const { return root_ ? StateRoot{root_->hash.bytes} : StateRoot{}; }

StateProof StateMap::prove(ByteView key) const {
  StateProof proof;
  if (!root_) return proof;
  const StateKey place = state_key(key);
  const Node* node = root_.get();
  while (node->bit != leaf_bit) {
    const bool side = bit_of(place, node->bit);
    proof.steps.push_back({node->bit, as_inner(*node).child[!side]->hash});
    node = as_inner(*node).child[side].get();
  }
  proof.leaf_key = as_leaf(*node).key;
  proof.value_hash = as_leaf(*node).value_hash;
  return proof;
}

void StateMap::for_each(const std::function<void(const StateKey&, const Bytes&)>& visit) const {
  if (root_) visit_all(*root_, visit);
}

Result<> verify_member(const StateRoot& root, ByteView key, ByteView value,
                       const StateProof& proof) {
  if (proof.leaf_key != state_key(key)) return Errc::bad_state_proof;
  if (proof.value_hash != crypto::sha512_256(value)) return Errc::bad_state_proof;
  TRY_ASSIGN(const StateRoot led_to, root_of(proof));
  if (led_to != root) return Errc::bad_state_proof;
  return done();
}

Result<> verify_absent(const StateRoot& root, ByteView key, const StateProof& proof) {
  if (root.is_zero()) return done();
  const StateKey place = state_key(key);
  // The leaf must be the one to which this key's own bits lead, and another key's. In a tree of
  // this shape the key, if it were there, would be that leaf.
  if (proof.leaf_key == place) return Errc::bad_state_proof;
  for (const StateStep& step : proof.steps) {
    if (step.bit >= leaf_bit) return Errc::bad_state_proof;
    if (bit_of(place, step.bit) != bit_of(proof.leaf_key, step.bit)) return Errc::bad_state_proof;
  }
  TRY_ASSIGN(const StateRoot led_to, root_of(proof));
  if (led_to != root) return Errc::bad_state_proof;
  return done();
}

}  // namespace quorate::consensus
