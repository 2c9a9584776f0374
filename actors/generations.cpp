#include "actors/generations.hpp"

#include <algorithm>

namespace quorate::actors {

bool Generations::stands(const consensus::SignerSet& set) const {
  const auto at = groups_.find(set.generation);
  return at != groups_.end() && at->second->set() == set;
}

void Generations::set_aside(std::uint64_t generation) {
  const auto at = groups_.find(generation);
  if (at == groups_.end()) return;
  if (aside_.size() >= max_aside) aside_.erase(aside_.begin());
  aside_.push_back(std::move(at->second));
  groups_.erase(at);
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
