#include "consensus/key_certificate.hpp"

namespace quorate::consensus {

Hash256 KeyContent::id() const { return crypto::tagged_h("quorate/key-content", encode(*this)); }

Hash256 KeyCertificate::hash() const {
  return crypto::tagged_h("quorate/key-certificate", encode(*this));
}

InstanceId key_instance(const SignerSet& set, std::uint32_t attempt) {
  InstanceId id;
  id.group = set.kind;
  id.purpose = Purpose::key;
  id.generation = set.generation;
  id.height = BlockHeight{set.generation};
  id.attempt = attempt;
  return id;
}

Result<crypto::KeygenConfig> keygen_config(const SignerSet& set, std::uint32_t attempt,
                                           std::uint32_t network_id) {
  crypto::KeygenSpec spec;
  spec.network = network_id;
  spec.kind = set.kind;
  spec.generation = set.generation;
  spec.attempt = attempt;
  spec.threshold = crypto::threshold_of(set.total_slots);
  for (const SignerMember& member : set.members) {
    spec.parties.push_back({member.key, member.slots});
  }
  return crypto::KeygenConfig::make(std::move(spec));
}

Result<> verify(const KeyCertificate& certificate, const SignerSet& set,
                std::uint32_t network_id) {
  const KeyContent& content = certificate.content;
  const VoteCertificate& votes = certificate.votes;
  if (content.kind != set.kind || content.generation != set.generation ||
      content.qualified.size() != set.members.size() ||
      content.dealing_hashes.size() != content.qualified.count() ||
      !crypto::is_valid(content.group_key)) {
    return Error{Errc::key_certificate_mismatch, "content"};
  }
  const auto config = keygen_config(set, content.attempt, network_id);
  if (!config.ok() || content.cid != Hash256::from(config->id().view())) {
    return Error{Errc::key_certificate_mismatch, "key generation"};
  }
  const Value expected{ValueKind::key, content.id(), {}};
  if (votes.phase != Phase::commit || votes.value != expected ||
      votes.instance != key_instance(set, content.attempt)) {
    return Error{Errc::key_certificate_mismatch, "votes"};
  }
  if (!is_quorum(set.weight(content.qualified), set.total())) {
    return Error{Errc::key_certificate_mismatch, "qualified dealers below the threshold"};
  }
  return verify(votes, set, network_id);
}

}  // namespace quorate::consensus
