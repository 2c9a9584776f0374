#include "consensus/seal.hpp"

namespace quorate::consensus {

Hash256 Seal::hash() const {
  Bytes text;
  Writer out{text};
  for (const GroupSeal* group : {&producers, &stackers}) {
    out.put(group->signature).put(group->bits);
    out.put(crypto::tagged_h("quorate/attestations", encode(group->attestations)));
  }
  return crypto::tagged_h("quorate/seal", text);
}

Hash256 block_sign_message(std::uint32_t network_id, GroupKind kind, std::uint64_t generation,
                           const Hash256& cid, const BlockId& block, const BitVector& bits) {
  Bytes text;
  Writer out{text};
  out.put(network_id).put(kind).put(generation).put(cid).put(block).put(bits.size());
  out.raw(bits.view());
  return crypto::tagged_sha256("quorate/block-sign", text);
}

Hash256 attestation_message(const Hash256& message, MemberIndex p) {
  Bytes text;
  Writer{text}.put(message).put(p);
  return crypto::tagged_sha256("quorate/attest", text);
}

Result<> verify(const GroupSeal& seal, const SignerSet& set, const crypto::PublicKey& group_key,
                const Hash256& cid, const BlockId& block, std::uint32_t network_id) {
  if (seal.bits.size() != set.members.size() || seal.bits.count() != seal.attestations.size()) {
    return Errc::seal_wrong_shape;
  }
  if (!is_quorum(set.weight(seal.bits), set.total())) return Errc::seal_too_light;
  const Hash256 message =
      block_sign_message(network_id, set.kind, set.generation, cid, block, seal.bits);
  if (!crypto::verify_schnorr(crypto::x_only(group_key), message.view(), seal.signature)) {
    return Errc::seal_bad_signature;
  }
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < set.members.size(); ++p) {
    if (!seal.bits.test(p)) continue;
    const Hash256 attested = attestation_message(message, MemberIndex{p});
    if (!crypto::verify_schnorr(crypto::x_only(set.members[p].key), attested.view(),
                                seal.attestations[next++])) {
      return Error{Errc::seal_bad_attestation, "member " + std::to_string(p)};
    }
  }
  return done();
}

}  // namespace quorate::consensus
