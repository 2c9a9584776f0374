// The groups that a role belongs to or observes, by generation. Bitcoin may replan a generation and
// come back to the first plan: its group, with everything it promised, is set aside meanwhile.
#pragma once

#include "actors/group_member.hpp"

namespace quorate::actors {

class Generations {
 public:
  using Map = std::map<std::uint64_t, std::unique_ptr<GroupMember>>;

  [[nodiscard]] Map::iterator begin() { return groups_.begin(); }
  [[nodiscard]] Map::iterator end() { return groups_.end(); }
  [[nodiscard]] Map::iterator find(std::uint64_t generation) { return groups_.find(generation); }
  [[nodiscard]] Map::const_iterator find(std::uint64_t generation) const {
    return groups_.find(generation);
  }
  [[nodiscard]] Map::const_iterator end() const { return groups_.end(); }
  [[nodiscard]] bool contains(std::uint64_t generation) const {
    return groups_.contains(generation);
  }
  [[nodiscard]] GroupMember& at(std::uint64_t generation) { return *groups_.at(generation); }

  /// The group of this set stands already.
  [[nodiscard]] bool stands(const consensus::SignerSet& set) const;
  /// Makes room for another set of the generation.
  void set_aside(std::uint64_t generation);
  /// A group set aside earlier stands again. @returns null when there is none of this set.
  GroupMember* bring_back(const consensus::SignerSet& set);
  GroupMember& put(std::unique_ptr<GroupMember> group);
  /// Forgets what signed blocks up to a burn height below `height` − `memory`.
  void forget_before(BurnHeight height, std::uint64_t memory);

 private:
  static constexpr std::size_t max_aside = 16;
  Map groups_;
  std::vector<std::unique_ptr<GroupMember>> aside_;
};

}  // namespace quorate::actors
