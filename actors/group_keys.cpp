#include "actors/group_keys.hpp"

namespace quorate::actors {

void GroupKeys::apply(const messages::SetPlanned& planned) {
  planned_[{planned.set.generation, planned.set.kind}] = planned.set.hash(network_id_);
  while (planned_.size() > max_generations) planned_.erase(planned_.begin());
}

void GroupKeys::apply(const messages::KeyLearned& learned) {
  const auto& content = learned.certificate.content;
  keys_.insert_or_assign({{content.generation, content.kind}, learned.set}, learned.certificate);
  while (keys_.size() > 2 * max_generations) keys_.erase(keys_.begin());
}

const SetHash* GroupKeys::set(GroupKind kind, std::uint64_t generation) const {
  const auto at = planned_.find({generation, kind});
  return at == planned_.end() ? nullptr : &at->second;
}

const consensus::KeyCertificate* GroupKeys::find(GroupKind kind, std::uint64_t generation) const {
  const SetHash* planned = set(kind, generation);
  if (planned == nullptr) return nullptr;
  const auto at = keys_.find({{generation, kind}, *planned});
  return at == keys_.end() ? nullptr : &at->second;
}

std::optional<bitcoin::Script> GroupKeys::script(GroupKind kind,
                                                 std::uint64_t generation) const {
  const consensus::KeyCertificate* key = find(kind, generation);
  if (key == nullptr) return std::nullopt;
  return consensus::group_script(key->content.group_key);
}

}  // namespace quorate::actors
