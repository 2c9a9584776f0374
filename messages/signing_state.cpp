#include "messages/signing_state.hpp"

namespace quorate::messages {

crypto::SigningRequest PostedRequest::request(const Hash256& cid) const {
  crypto::SigningRequest out;
  out.keygen = crypto::KeygenId::from(cid.view());
  out.instance = instance_hash(instance);
  out.view = crypto::view_bytes(view.epoch, view.round);
  out.subject = subject;
  out.entries = entries;
  return out;
}

Hash256 instance_hash(const consensus::InstanceId& instance) {
  return crypto::tagged_h("quorate/instance", encode(instance));
}

crypto::SigningSubject block_subject(const BlockId& block) {
  return {crypto::SigningSubject::Kind::block, Hash256::from(block.view()), {}};
}

crypto::SigningSubject announcement_subject(const Hash256& sighash,
                                            const crypto::PublicKey& group_key) {
  crypto::SigningSubject subject;
  subject.kind = crypto::SigningSubject::Kind::sighash;
  subject.hash = sighash;
  subject.tweaks.push_back(crypto::bip86_tweak(group_key));
  return subject;
}

consensus::GroupSeal group_seal(const crypto::GroupSignature& signature) {
  consensus::GroupSeal seal;
  seal.signature = signature.signature;
  seal.bits = signature.parties;
  seal.attestations.assign(signature.attestations.begin(), signature.attestations.end());
  return seal;
}

}  // namespace quorate::messages
