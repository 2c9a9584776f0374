#include "messages/agreement_state.hpp"

namespace quorate::messages {

using consensus::Phase;
using consensus::vote_digest;

Hash256 proposal_digest(std::uint32_t network_id, const SetHash& set,
                        const consensus::InstanceId& instance, const consensus::View& view,
                        const consensus::Value& value) {
  Bytes text;
  Writer{text}.put(network_id).put(set).put(instance).put(view).put(value);
  return crypto::tagged_h("quorate/proposal", text);
}

Hash256 refusal_digest(std::uint32_t network_id, const SetHash& set,
                       const consensus::InstanceId& instance, const Refusal& refusal) {
  Bytes text;
  Writer{text}
      .put(network_id)
      .put(set)
      .put(instance)
      .put(refusal.view)
      .put(refusal.value)
      .put(refusal.reason)
      .put(refusal.better);
  return crypto::tagged_h("quorate/refusal", text);
}

namespace {

Hash256 digest_of(const FaultProof& proof, const consensus::Vote& word, const SetHash& set,
                  std::uint32_t network_id) {
  if (proof.kind == FaultKind::two_proposals) {
    return proposal_digest(network_id, set, proof.instance, word.view, word.value);
  }
  const Phase phase = proof.kind == FaultKind::two_prepares ? Phase::prepare : Phase::commit;
  return vote_digest(network_id, set, phase, proof.instance, word.view, word.value);
}

}  // namespace

Result<> verify(const FaultProof& proof, const consensus::SignerSet& set,
                std::uint32_t network_id) {
  if (proof.member.value >= set.members.size() ||
      proof.first.view != proof.second.view || proof.first.value == proof.second.value) {
    return Errc::fault_not_proven;
  }
  const crypto::XOnlyKey key = crypto::x_only(set.members[proof.member.value].key);
  const SetHash hash = set.hash(network_id);
  for (const consensus::Vote* word : {&proof.first, &proof.second}) {
    if (!crypto::verify_schnorr(key, digest_of(proof, *word, hash, network_id).view(),
                                word->signature)) {
      return Errc::fault_not_proven;
    }
  }
  return done();
}

}  // namespace quorate::messages
