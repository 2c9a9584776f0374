// Four members of equal weight whose signatures are symbols: (signer, digest). Nobody can make
// another's, everybody can check them, and they cost nothing.
#pragma once

#include "actors/agreement_machine.hpp"

namespace quorate::exploration {

inline constexpr std::uint32_t network = 9;
inline constexpr std::size_t members = 4;
/// The three others are honest: 25 % of the weight may do as it pleases.
inline constexpr std::size_t byzantine = 3;
inline constexpr std::size_t honest = 3;

class SymbolicNotary final : public actors::Notary {
 public:
  explicit SymbolicNotary(std::size_t self) : self_(static_cast<std::uint8_t>(self)) {}
  [[nodiscard]] static crypto::PublicKey key(std::size_t p) {
    crypto::PublicKey key;
    key.bytes[0] = 2;
    key.bytes[1] = static_cast<std::uint8_t>(p);
    return key;
  }
  [[nodiscard]] crypto::SchnorrSignature sign(const Hash256& digest) const override {
    crypto::SchnorrSignature signature;
    signature.bytes[0] = self_;
    std::copy(digest.bytes.begin(), digest.bytes.end(), signature.bytes.begin() + 32);
    return signature;
  }
  [[nodiscard]] bool check(const crypto::PublicKey& key, const Hash256& digest,
                           const crypto::SchnorrSignature& signature) const override {
    return signature.bytes[0] == key.bytes[1] &&
           std::equal(digest.bytes.begin(), digest.bytes.end(), signature.bytes.begin() + 32);
  }

 private:
  std::uint8_t self_;
};

inline const SymbolicNotary& notary(std::size_t p) {
  static const SymbolicNotary notaries[members] = {SymbolicNotary{0}, SymbolicNotary{1},
                                                   SymbolicNotary{2}, SymbolicNotary{3}};
  return notaries[p];
}

inline consensus::SignerSet symbolic_set(GroupKind kind) {
  consensus::SignerSet set;
  set.kind = kind;
  set.generation = 4;
  set.total_slots = members;
  for (std::uint32_t p = 0; p < members; ++p) {
    set.members.push_back({SymbolicNotary::key(p), {}});
    set.members.back().slots.push_back(SlotIndex{p});
  }
  return set;
}

/// A scripted Bitcoin: root R at 100, then rival branches A and B, and A2 on top of A.
struct Branches {
  consensus::BurnLink root = link(100, 0, BurnHash{});
  consensus::BurnLink a = link(101, 1, root.hash());
  consensus::BurnLink b = link(101, 2, root.hash());
  consensus::BurnLink a2 = link(102, 3, a.hash());

  static consensus::BurnLink link(std::uint64_t height, std::uint8_t mark, BurnHash parent) {
    consensus::BurnLink link;
    link.height = BurnHeight{height};
    const BurnHash internal = reversed(parent);
    std::copy(internal.bytes.begin(), internal.bytes.end(), link.header.bytes.begin() + 4);
    link.header.bytes[79] = mark;
    return link;
  }
  static BurnView view(const consensus::BurnLink& link) { return {link.height, link.hash()}; }
};

inline consensus::Value block(std::uint8_t name, const BurnView& burn_view) {
  Hash256 id;
  id.bytes[0] = name;
  return {consensus::ValueKind::block, id, burn_view};
}
inline consensus::Value reject(const BurnView& burn_view) {
  return {consensus::ValueKind::reject, {}, burn_view};
}
inline consensus::Value key(std::uint8_t name) {
  Hash256 id;
  id.bytes[0] = name;
  return {consensus::ValueKind::key, id, {}};
}
inline consensus::Value retry() { return {consensus::ValueKind::retry, {}, {}}; }

/// Who leads a view of stackers or of a key instance: written down a second time, from the
/// protocol's page, so that the machine is checked against it.
inline std::size_t view_leader(const SetHash& set_hash, const consensus::InstanceId& instance,
                               std::uint32_t view) {
  Bytes text;
  Writer{text}.put(set_hash).put(instance.height).put(instance.attempt).put(view);
  const Hash256 hash = crypto::tagged_h("quorate/view-leader", text);
  return static_cast<std::size_t>(get_be<std::uint64_t>(hash.bytes.data()) % members);
}

/// Everything members can sign, for whoever may sign it.
struct Pen {
  consensus::InstanceId instance;
  SetHash set_hash;

  [[nodiscard]] consensus::Vote word(std::size_t leader, const consensus::View& view,
                                     const consensus::Value& value) const {
    return {
        view, value,
        notary(leader).sign(messages::proposal_digest(network, set_hash, instance, view, value))};
  }
  [[nodiscard]] consensus::Vote vote(std::size_t p, consensus::Phase phase,
                                     const consensus::View& view,
                                     const consensus::Value& value) const {
    return {
        view, value,
        notary(p).sign(consensus::vote_digest(network, set_hash, phase, instance, view, value))};
  }
  [[nodiscard]] consensus::VoteCertificate certificate(consensus::Phase phase,
                                                       const consensus::View& view,
                                                       const consensus::Value& value,
                                                       std::size_t signers = members) const {
    consensus::VoteCertificate c{phase, instance, view, value, BitVector{members}, {}};
    for (std::size_t p = members - signers; p < members; ++p) {
      c.signers.set(p);
      c.signatures.push_back(vote(p, phase, view, value).signature);
    }
    return c;
  }
  [[nodiscard]] messages::LeaderCertificate leader(std::uint32_t epoch, std::size_t p) const {
    const MemberIndex index{static_cast<std::uint16_t>(p)};
    messages::LeaderCertificate c{instance.term, epoch, index, BitVector{members}, {}};
    for (std::size_t voter = 0; voter < members; ++voter) {
      c.granters.set(voter);
      c.signatures.push_back(notary(voter).sign(messages::election_digest(
          network, set_hash, messages::ElectionKind::grant, {instance.term, epoch, index})));
    }
    return c;
  }
  [[nodiscard]] messages::Refusal refusal(std::size_t p, const consensus::Value& value,
                                          std::string reason) const {
    messages::Refusal refusal{{}, value, {std::move(reason)}, std::nullopt, {}};
    refusal.signature =
        notary(p).sign(messages::refusal_digest(network, set_hash, instance, refusal));
    return refusal;
  }
};

}  // namespace quorate::exploration
