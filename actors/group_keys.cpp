#include "actors/group_keys.hpp"

namespace quorate::actors {

void GroupKeys::apply(const messages::SetPlanned& planned) {
  auto& sets = kinds_[planned.set.kind].planned;
  sets[planned.set.generation] = planned.set.hash(network_id_);
  while (sets.size() > max_generations) sets.erase(sets.begin());
}

void GroupKeys::apply(const messages::KeyLearned& learned) {
  const auto& content = learned.certificate.content;
  auto& keys = kinds_[content.kind].keys;
  keys.insert_or_assign({content.generation, learned.set}, learned.certificate);
  while (keys.size() > 2 * max_generations) keys.erase(keys.begin());
}

const SetHash* GroupKeys::set(GroupKind kind, std::uint64_t generation) const {
  const auto known = kinds_.find(kind);
  if (known == kinds_.end()) return nullptr;
  const auto at = known->second.planned.find(generation);
  return at == known->second.planned.end() ? nullptr : &at->second;
}

const consensus::KeyCertificate* GroupKeys::find(GroupKind kind, std::uint64_t generation) const {
  const SetHash* planned = set(kind, generation);
  if (planned == nullptr) return nullptr;
  const auto& keys = kinds_.at(kind).keys;
  const auto at = keys.find({generation, *planned});
  return at == keys.end() ? nullptr : &at->second;
}

std::optional<bitcoin::Script> GroupKeys::script(GroupKind kind,
                                                 std::uint64_t generation) const {
  const consensus::KeyCertificate* key = find(kind, generation);
  if (key == nullptr) return std::nullopt;
  return consensus::group_script(key->content.group_key);
}

}  // namespace quorate::actors
