// The certified keys of the sets that the canonical Bitcoin chain plans. A reorganisation may plan
// another set for a generation: its members make another key, and the first one counts for nothing
// until Bitcoin comes back to its set.
#pragma once

#include <map>

#include "consensus/announcement_rules.hpp"
#include "messages/chain_events.hpp"

namespace quorate::actors {

class GroupKeys {
 public:
  explicit GroupKeys(std::uint32_t network_id) : network_id_(network_id) {}

  void apply(const messages::SetPlanned& planned);
  void apply(const messages::KeyLearned& learned);

  /// The set planned for a generation; null when none was told.
  [[nodiscard]] const SetHash* set(GroupKind kind, std::uint64_t generation) const;
  /// The certificate of that set's key; null when it is not known.
  [[nodiscard]] const consensus::KeyCertificate* find(GroupKind kind,
                                                      std::uint64_t generation) const;
  /// The Taproot output of that key, which an announcement spends.
  [[nodiscard]] std::optional<bitcoin::Script> script(GroupKind kind,
                                                      std::uint64_t generation) const;

 private:
  /// Terms, and cycles, that are remembered, newest first. They are counted apart: a cycle is many
  /// terms long, and its number stays small.
  static constexpr std::size_t max_generations = 32;
  struct OfKind {
    std::map<std::uint64_t, SetHash> planned;
    std::map<std::pair<std::uint64_t, SetHash>, consensus::KeyCertificate> keys;
  };

  std::uint32_t network_id_;
  std::map<GroupKind, OfKind> kinds_;
};

}  // namespace quorate::actors
