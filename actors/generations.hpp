// The groups that a role belongs to or observes, by generation. Bitcoin may replan a generation and
// come back to the first plan: its group, with everything it promised, is set aside meanwhile.
#pragma once

#include "actors/early_chunks.hpp"
#include "actors/group_member.hpp"
#include "actors/node_view.hpp"

namespace quorate::actors {

/// What a role lends to every group it makes; `key`, `notary` and `stored` must outlive the group.
struct GroupHost {
  const consensus::Params& params;
  const consensus::Timing& timing;
  const crypto::SecretKey& key;
  const Notary& notary;
  const Hash256& entropy;  ///< Fresh and secret at every start of the process.
  const StoredTables& stored;  ///< Kept up with every `Persist`.
  std::uint64_t& scopes;  ///< Counts the role's groups; marks their timers.
  const NodeView& view;
  EarlyChunks& early;
};

class Generations {
 public:
  using Map = std::map<std::uint64_t, std::unique_ptr<GroupMember>>;

  [[nodiscard]] Map::iterator begin() { return groups_.begin(); }
  [[nodiscard]] Map::iterator end() { return groups_.end(); }
  /// Null when none stands.
  [[nodiscard]] GroupMember* find(std::uint64_t generation) const;
  /// Null when none stands, or one of another set.
  [[nodiscard]] GroupMember* find(std::uint64_t generation, const SetHash& set) const;
  [[nodiscard]] GroupMember* find(const consensus::DbAddress& db) const;

  /// @returns false when the group of this set stands already; another one is set aside.
  [[nodiscard]] bool make_way(const consensus::SignerSet& set);
  /// The group of the planned set stands: one set aside comes back, else it is made, told what is
  /// known and started. Nothing of its generation may stand. @returns what `GroupMember::make`
  /// says.
  [[nodiscard]] Result<> join(Instant now, const messages::SetPlanned& planned,
                              std::optional<MemberIndex> self, const GroupHost& host);
  /// Forgets what signed blocks up to a burn height below `height` − `memory`.
  void forget_before(BurnHeight height, std::uint64_t memory);

 private:
  /// @returns null when none of this set was set aside.
  GroupMember* bring_back(const consensus::SignerSet& set);
  GroupMember& put(std::unique_ptr<GroupMember> group);
  static void tell_known(Instant now, GroupMember& group, const GroupHost& host);

  /// More give way, oldest first; what they promised is in the store.
  static constexpr std::size_t max_aside = 16;
  Map groups_;
  std::vector<std::unique_ptr<GroupMember>> aside_;
};

}  // namespace quorate::actors
