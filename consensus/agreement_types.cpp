#include "consensus/agreement_types.hpp"

namespace quorate::consensus {

Hash256 vote_digest(std::uint32_t network_id, const SetHash& set, Phase phase,
                    const InstanceId& instance, const View& view, const Value& value) {
  Bytes text;
  Writer{text}.put(network_id).put(set).put(phase).put(instance).put(view).put(value);
  return crypto::tagged_h("quorate/vote", text);
}

Result<> verify(const VoteCertificate& certificate, const SignerSet& set,
                std::uint32_t network_id) {
  if (certificate.signers.size() != set.members.size() ||
      certificate.signers.count() != certificate.signatures.size()) {
    return Errc::certificate_wrong_shape;
  }
  if (!is_quorum(set.weight(certificate.signers), set.total())) {
    return Errc::certificate_too_light;
  }
  const Hash256 digest = vote_digest(network_id, set.hash(network_id), certificate.phase,
                                     certificate.instance, certificate.view, certificate.value);
  std::size_t next = 0;
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    if (!certificate.signers.test(p)) continue;
    if (!crypto::verify_schnorr(crypto::x_only(set.members[p].key), digest.view(),
                                certificate.signatures[next++])) {
      return Error{Errc::certificate_bad_signature, "member " + std::to_string(p)};
    }
  }
  return done();
}

BurnHash BurnLink::hash() const {
  return reversed(BurnHash::from(crypto::sha256d(header.view()).view()));
}

BurnHash BurnLink::parent() const {
  return reversed(BurnHash::from(header.view().subspan(4, 32)));
}

}  // namespace quorate::consensus
