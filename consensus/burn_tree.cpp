#include "consensus/burn_tree.hpp"

namespace quorate::consensus {

Result<> BurnTree::add(const BurnView& view, const BurnHash& parent) {
  if (parents_.contains(view.hash)) return done();
  if (parents_.empty()) {
    root_height_ = view.height;
  } else {
    const auto at = parents_.find(parent);
    if (at == parents_.end() || at->second.height + 1 != view.height) {
      return Errc::burn_header_unlinked;
    }
  }
  parents_.emplace(view.hash, Node{view.height, parent});
  return done();
}

Result<> BurnTree::set_tip(const BurnHash& hash) {
  const auto at = parents_.find(hash);
  if (at == parents_.end()) return Errc::burn_header_unknown;
  tip_ = BurnView{at->second.height, hash};
  return done();
}

void BurnTree::prune_below(BurnHeight height) {
  if (!tip_ || height <= root_height_ || height > tip_->height) return;
  // A branch that forks off below the new root loses its link: drop everything not descending from
  // it.
  const auto root = ancestor_at(tip_->hash, height);
  ASSERT(root.has_value());
  std::map<BurnHash, Node> kept;
  for (const auto& [hash, node] : parents_) {
    if (node.height >= height && ancestor_at(hash, height) == root) kept.emplace(hash, node);
  }
  parents_ = std::move(kept);
  root_height_ = height;
}

std::optional<BurnHash> BurnTree::ancestor_at(BurnHash from, BurnHeight height) const {
  for (auto at = parents_.find(from); at != parents_.end(); at = parents_.find(at->second.parent)) {
    if (at->second.height == height) return at->first;
    if (at->second.height < height) return std::nullopt;
  }
  return std::nullopt;
}

bool BurnTree::is_canonical(const BurnView& view) const {
  if (!tip_ || view.height > tip_->height) return false;
  if (view.height < root_height_) return true;
  return ancestor_at(tip_->hash, view.height) == view.hash;
}

Kinship BurnTree::kinship(const BurnView& a, const BurnView& b) const {
  if (a == b) return Kinship::same;
  if (a.height < root_height_ && b.height >= root_height_ && knows(b.hash)) {
    return Kinship::ancestor;
  }
  if (b.height < root_height_ && a.height >= root_height_ && knows(a.hash)) {
    return Kinship::descendant;
  }
  if (!knows(a.hash) || !knows(b.hash)) return Kinship::unknown;
  if (a.height < b.height) {
    return ancestor_at(b.hash, a.height) == a.hash ? Kinship::ancestor : Kinship::rival;
  }
  if (b.height < a.height) {
    return ancestor_at(a.hash, b.height) == b.hash ? Kinship::descendant : Kinship::rival;
  }
  return Kinship::rival;
}

std::optional<BurnView> BurnTree::canonical_at(BurnHeight height) const {
  if (!tip_) return std::nullopt;
  const auto hash = ancestor_at(tip_->hash, height);
  if (!hash) return std::nullopt;
  return BurnView{height, *hash};
}

}  // namespace quorate::consensus
