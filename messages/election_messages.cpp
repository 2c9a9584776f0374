#include "messages/election_messages.hpp"

#include "crypto/chacha_rng.hpp"

namespace quorate::messages {

Hash256 election_digest(std::uint32_t network_id, const SetHash& set, ElectionKind kind,
                        const Candidacy& candidacy) {
  Bytes text;
  Writer{text}
      .put(network_id)
      .put(set)
      .put(candidacy.term)
      .put(candidacy.epoch)
      .put(kind)
      .put(candidacy.candidate);
  return crypto::tagged_h("quorate/election", text);
}

Result<> check_shape(const LeaderCertificate& certificate, const consensus::SignerSet& set) {
  if (certificate.granters.size() != set.members.size() ||
      certificate.granters.count() != certificate.signatures.size() ||
      certificate.leader.value >= set.members.size()) {
    return Errc::certificate_wrong_shape;
  }
  if (!is_quorum(set.weight(certificate.granters), set.total())) {
    return Errc::certificate_too_light;
  }
  return done();
}

Result<> verify(const LeaderCertificate& certificate, const consensus::SignerSet& set,
                std::uint32_t network_id) {
  TRY(check_shape(certificate, set));
  const Hash256 digest = election_digest(network_id, set.hash(network_id), ElectionKind::grant,
                                         {certificate.term, certificate.epoch, certificate.leader});
  std::size_t next = 0;
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    if (!certificate.granters.test(p)) continue;
    if (!crypto::verify_schnorr(crypto::x_only(set.members[p].key), digest.view(),
                                certificate.signatures[next++])) {
      return Error{Errc::certificate_bad_signature, "member " + std::to_string(p)};
    }
  }
  return done();
}

std::vector<MemberIndex> election_order(const consensus::SignerSet& set, const SetHash& set_hash,
                                        TermNumber term, std::uint32_t epoch) {
  Bytes text;
  Writer{text}.put(set_hash).put(term).put(epoch);
  crypto::ChaChaRng rng{crypto::tagged_h("quorate/election-order", text),
                        crypto::ChaChaRng::Rounds::twelve};
  std::vector<MemberIndex> slots;
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    slots.insert(slots.end(), set.members[p].slots.size(),
                 MemberIndex{static_cast<std::uint16_t>(p)});
  }
  rng.shuffle(slots);
  std::vector<bool> placed(set.members.size());
  std::vector<MemberIndex> order;
  for (const MemberIndex owner : slots) {
    if (placed[owner.value]) continue;
    placed[owner.value] = true;
    order.push_back(owner);
  }
  return order;
}

}  // namespace quorate::messages
