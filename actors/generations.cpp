#include "actors/generations.hpp"

#include <algorithm>

namespace quorate::actors {

GroupMember* Generations::find(std::uint64_t generation) const {
  const auto at = groups_.find(generation);
  return at == groups_.end() ? nullptr : at->second.get();
}

GroupMember* Generations::find(std::uint64_t generation, const SetHash& set) const {
  GroupMember* group = find(generation);
  return group != nullptr && group->address().set == set ? group : nullptr;
}

GroupMember* Generations::find(const consensus::DbAddress& db) const {
  GroupMember* group = find(db.generation);
  return group != nullptr && group->address() == db ? group : nullptr;
}

bool Generations::make_way(const consensus::SignerSet& set) {
  const auto at = groups_.find(set.generation);
  if (at == groups_.end()) return true;
  if (at->second->set() == set) return false;
  if (aside_.size() >= max_aside) aside_.erase(aside_.begin());
  aside_.push_back(std::move(at->second));
  groups_.erase(at);
  return true;
}

Result<> Generations::join(Instant now, const messages::SetPlanned& planned,
                           std::optional<MemberIndex> self, const GroupHost& host) {
  const auto& links = host.view.burn_links();
  const BurnView tip = host.view.burn_tip();
  const agreement::BurnMoved told{{links.begin(), links.end()}, tip.hash};
  if (GroupMember* back = bring_back(planned.set)) {
    back->on_burn(now, told, tip.height);
    tell_known(now, *back, host);
    back->resume();
    return done();
  }
  GroupMemberSetup setup;
  setup.params = host.params;
  setup.timing = host.timing;
  setup.planned = planned;
  setup.self = self;
  setup.key = &host.key;
  setup.notary = &host.notary;
  setup.timer_scope = ++host.scopes;
  Bytes label = encode(planned.set.kind);
  Writer{label}.put(planned.set.generation).put(setup.timer_scope).put(host.entropy);
  setup.entropy = crypto::tagged_sha256("quorate/entropy/member", label);
  setup.stored = &host.stored;
  TRY_ASSIGN(auto made, GroupMember::make(std::move(setup)));
  GroupMember& group = put(std::move(made));
  group.on_burn(now, told, tip.height);
  group.start(now, tip.height);
  tell_known(now, group, host);
  return done();
}

/// What the node heard while no group of this set stood.
void Generations::tell_known(Instant now, GroupMember& group, const GroupHost& host) {
  if (const auto* key = host.view.key(group.set().kind, group.set().generation)) {
    group.on_key_certified(now, *key);
  }
  for (const auto& chunk : host.early.take(group.address())) group.on_chunk(now, chunk);
}

GroupMember* Generations::bring_back(const consensus::SignerSet& set) {
  const auto at = std::find_if(aside_.begin(), aside_.end(),
                               [&](const auto& group) { return group->set() == set; });
  if (at == aside_.end()) return nullptr;
  std::unique_ptr<GroupMember> group = std::move(*at);
  aside_.erase(at);
  return &put(std::move(group));
}

GroupMember& Generations::put(std::unique_ptr<GroupMember> group) {
  ASSERT(!groups_.contains(group->set().generation));
  return *(groups_[group->set().generation] = std::move(group));
}

void Generations::forget_before(BurnHeight height, std::uint64_t memory) {
  const auto is_old = [&](const GroupMember& group) {
    return height.value > group.planned().last.value + memory;
  };
  std::erase_if(groups_, [&](const auto& entry) { return is_old(*entry.second); });
  std::erase_if(aside_, [&](const auto& group) { return is_old(*group); });
}

}  // namespace quorate::actors
