#include "consensus/burn_chain.hpp"

namespace quorate::consensus {

Result<BurnNode*> BurnChain::add(const bitcoin::BurnBlock& block) {
  if (BurnNode* known = find(block.hash)) return known;
  BurnNode* parent = nullptr;
  if (empty()) {
    if (block.height != params_->first_burn_height) return Errc::burn_block_orphan;
  } else {
    if (block.height <= root()->view.height) return Errc::burn_block_below_final;
    parent = find(block.parent);
    if (parent == nullptr || parent->view.height + 1 != block.height) {
      return Errc::burn_block_orphan;
    }
    if (parent->view.height < floor_) return Errc::burn_block_below_final;
  }
  auto node = std::make_unique<BurnNode>();
  node->header = block.header;
  node->view = block.view();
  node->parent_hash = block.parent;
  node->parent = parent;
  if (parent != nullptr) {
    node->sortition_hash = bitcoin::next_sortition_hash(parent->sortition_hash, block.hash);
    parent->children.push_back(node.get());
  }
  node->operations = bitcoin::operations_of(params_->magic, block);
  for (const auto& op : node->operations.ignored) {
    node->ignored.push_back({{op.place, op.txid}, op.reason});
  }
  index_operations(*node);
  BurnNode* added = node.get();
  nodes_.emplace(block.hash, std::move(node));
  if (longest_ == nullptr || added->view.height > longest_->view.height) longest_ = added;
  return added;
}

void BurnChain::index_operations(BurnNode& node) {
  for (const auto& mined : node.operations.operations) {
    const BurnReference at{mined.place, mined.txid};
    if (std::holds_alternative<bitcoin::PreStx>(mined.operation)) {
      pre_stx_[mined.txid].push_back(node.view);
    } else if (const auto* op = std::get_if<bitcoin::VrfRegistration>(&mined.operation)) {
      std::vector<BurnView>& earlier = registered_keys_[op->key];
      const bool taken = std::any_of(earlier.begin(), earlier.end(), [&](const BurnView& view) {
        return is_on_branch(view, node);
      });
      if (taken) {
        node.ignored.push_back({at, Errc::vrf_key_already_registered});
        continue;
      }
      earlier.push_back(node.view);
      node.registrations.push_back({op->key, at, mined.tx.outputs.at(1).script.bytes});
      registrations_[mined.place].emplace_back(node.view, node.registrations.back());
    }
  }
}

BurnNode* BurnChain::find(const BurnHash& hash) const {
  const auto at = nodes_.find(hash);
  return at == nodes_.end() ? nullptr : at->second.get();
}

BurnNode* BurnChain::update_tip() {
  if (longest_ == nullptr || longest_ == tip()) return nullptr;
  std::vector<BurnNode*> added;
  BurnNode* fork = longest_;
  while (fork != nullptr && !is_canonical(*fork)) {
    added.push_back(fork);
    fork = fork->parent;
  }
  if (fork == nullptr) {  // The first block of all.
    ASSERT(canonical_.empty());
    canonical_.assign(added.rbegin(), added.rend());
    return canonical_.front();
  }
  canonical_.resize(fork->view.height - root()->view.height + 1);
  canonical_.insert(canonical_.end(), added.rbegin(), added.rend());
  return fork;
}

BurnNode* BurnChain::canonical_at(BurnHeight height) const {
  if (canonical_.empty() || height < root()->view.height || height > tip()->view.height) {
    return nullptr;
  }
  return canonical_[height - root()->view.height];
}

bool BurnChain::is_canonical(const BurnView& view) const {
  if (canonical_.empty()) return false;
  if (view.height < root()->view.height) return true;
  const BurnNode* node = canonical_at(view.height);
  return node != nullptr && node->view == view;
}

BurnNode* BurnChain::ancestor_at(BurnNode& node, BurnHeight height) const {
  BurnNode* at = &node;
  while (at != nullptr && at->view.height > height) {
    if (is_canonical(*at)) return canonical_at(height);
    at = at->parent;
  }
  return at != nullptr && at->view.height == height ? at : nullptr;
}

bool BurnChain::is_on_branch(const BurnView& view, BurnNode& node) const {
  if (view.height > node.view.height) return false;
  if (!canonical_.empty() && view.height < root()->view.height) return true;
  const BurnNode* at = ancestor_at(node, view.height);
  return at != nullptr && at->view == view;
}

const KeyRegistration* BurnChain::registration_at(const bitcoin::BurnPlace& place,
                                                  BurnNode& node) const {
  const auto at = registrations_.find(place);
  if (at == registrations_.end()) return nullptr;
  for (const auto& [view, registration] : at->second) {
    if (is_on_branch(view, node)) return &registration;
  }
  return nullptr;
}

bool BurnChain::is_pre_stx(const BurnTxid& txid, BurnNode& node) const {
  const auto at = pre_stx_.find(txid);
  if (at == pre_stx_.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(),
                     [&](const BurnView& view) { return is_on_branch(view, node); });
}

void BurnChain::erase_branch(BurnNode& node) {
  const std::vector<BurnNode*> children = std::move(node.children);
  for (BurnNode* child : children) erase_branch(*child);
  const auto forget = [&node](std::vector<BurnView>& views) { std::erase(views, node.view); };
  for (const auto& mined : node.operations.operations) {
    if (const auto at = pre_stx_.find(mined.txid); at != pre_stx_.end()) {
      forget(at->second);
      if (at->second.empty()) pre_stx_.erase(at);
    }
  }
  for (const KeyRegistration& registration : node.registrations) {
    if (const auto at = registered_keys_.find(registration.key); at != registered_keys_.end()) {
      forget(at->second);
      if (at->second.empty()) registered_keys_.erase(at);
    }
    const auto at = registrations_.find(registration.mined.place);
    if (at == registrations_.end()) continue;
    std::erase_if(at->second, [&node](const auto& entry) { return entry.first == node.view; });
    if (at->second.empty()) registrations_.erase(at);
  }
  if (longest_ == &node) longest_ = tip();
  nodes_.erase(node.view.hash);
}

void BurnChain::prune(BurnHeight root_height, BurnHeight keep) {
  ASSERT(root_height <= keep);
  floor_ = std::max(floor_, keep);
  // Branches that fork off below `keep` go with their registrations; canonical registrations and
  // PreStx outputs stay for ever, only their nodes go.
  for (BurnHeight h = root()->view.height; h < keep; ++h) {
    BurnNode* node = canonical_at(h);
    BurnNode* next = canonical_at(h + 1);
    ASSERT(node != nullptr);
    ASSERT(next != nullptr);
    const std::vector<BurnNode*> children = node->children;
    for (BurnNode* child : children) {
      if (child != next) erase_branch(*child);
    }
    node->children = {next};
  }
  if (root_height <= root()->view.height) return;
  BurnNode* new_root = canonical_at(root_height);
  ASSERT(new_root != nullptr);
  const auto drop = static_cast<std::ptrdiff_t>(root_height - root()->view.height);
  for (std::ptrdiff_t i = 0; i < drop; ++i)
    nodes_.erase(canonical_[static_cast<std::size_t>(i)]->view.hash);
  canonical_.erase(canonical_.begin(), canonical_.begin() + drop);
  new_root->parent = nullptr;
}

}  // namespace quorate::consensus
