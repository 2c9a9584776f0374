#include "actors/burn_scene.hpp"

namespace quorate::actors {

using consensus::BurnLink;
using consensus::Kinship;
using consensus::Value;
using consensus::ValueKind;

namespace {

bool stands_on_bitcoin(const Value& value) {
  return value.kind == ValueKind::block || value.kind == ValueKind::reject;
}

}  // namespace

Result<> BurnScene::move(std::span<const BurnLink> links, const BurnHash& tip) {
  // Added one by one and taken back on a refusal: copying the tree instead would cost every member
  // a walk over all of Bitcoin's headers at every block.
  std::vector<BurnHash> added;
  const auto refuse = [&](const Error& reason) -> Result<> {
    for (auto hash = added.rbegin(); hash != added.rend(); ++hash) {
      tree_.take_back(*hash);
      headers_.erase(*hash);
    }
    return reason;
  };
  for (const BurnLink& link : links) {
    const BurnHash hash = link.hash();
    if (tree_.knows(hash)) continue;
    const auto put = tree_.add({link.height, hash}, link.parent());
    if (!put.ok()) return refuse(put.error());
    headers_.emplace(hash, link);
    added.push_back(hash);
  }
  if (const auto moved = tree_.set_tip(tip); !moved.ok()) return refuse(moved.error());
  connect();
  return done();
}

void BurnScene::place(std::span<const BurnLink> links, const BurnView& view) {
  BurnView at = view;
  while (!tree_.knows(at.hash)) {
    const auto link = std::find_if(links.begin(), links.end(), [&](const BurnLink& candidate) {
      return candidate.height == at.height && candidate.hash() == at.hash;
    });
    if (link == links.end() || waiting_.size() >= max_waiting || at.height.value == 0) break;
    waiting_.emplace(at.hash, *link);
    at = {BurnHeight{at.height.value - 1}, link->parent()};
  }
  connect();
}

void BurnScene::connect() {
  for (bool moved = true; moved;) {
    moved = false;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const BurnLink& link = at->second;
      // An empty tree takes its root from the own node only.
      const bool fits = tree_.tip().has_value() && tree_.knows(link.parent()) &&
                        tree_.add({link.height, at->first}, link.parent()).ok();
      if (fits) headers_.emplace(at->first, link);
      moved = moved || fits;
      at = fits || tree_.knows(at->first) ? waiting_.erase(at) : std::next(at);
    }
  }
}

bool BurnScene::is_canonical(const Value& value) const {
  return !stands_on_bitcoin(value) || tree_.is_canonical(value.burn_view);
}

bool BurnScene::are_rivals(const Value& a, const Value& b) const {
  return stands_on_bitcoin(a) && stands_on_bitcoin(b) && tree_.are_rivals(a.burn_view, b.burn_view);
}

bool BurnScene::is_orphaned(const Value& value) const {
  const std::optional<BurnView> tip = tree_.tip();
  return stands_on_bitcoin(value) && tip && tree_.are_rivals(value.burn_view, *tip);
}

bool BurnScene::are_related(const Value& a, const Value& b) const {
  if (!stands_on_bitcoin(a) || !stands_on_bitcoin(b)) return true;
  const Kinship kinship = tree_.kinship(a.burn_view, b.burn_view);
  return kinship != Kinship::rival && kinship != Kinship::unknown;
}

bool BurnScene::is_at_or_below(const BurnView& a, const BurnView& b) const {
  const Kinship kinship = tree_.kinship(a, b);
  return kinship == Kinship::same || kinship == Kinship::ancestor;
}

std::vector<BurnLink> BurnScene::path(const BurnView& view, std::size_t below) const {
  std::vector<BurnLink> links;
  for (auto at = headers_.find(view.hash); at != headers_.end();
       at = headers_.find(at->second.parent())) {
    if (tree_.is_canonical({at->second.height, at->first}) && below-- == 0) break;
    links.push_back(at->second);
  }
  std::reverse(links.begin(), links.end());
  return links;
}

void BurnScene::put(Writer& out) const {
  for (const auto* links : {&headers_, &waiting_}) {
    out.put(static_cast<std::uint32_t>(links->size()));
    for (const auto& [hash, link] : *links) out.put(hash);
  }
  out.put(tip());
}

}  // namespace quorate::actors
