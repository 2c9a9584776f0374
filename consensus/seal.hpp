// The two signatures that make a block accepted, with proof of who signed. A threshold signature
// alone does not show its signers, so each named member also gives a BIP 340 attestation.
// Source: SIP "Producer Set Terms and Block Production", "Block Signing and Announcement";
// docs/threshold_signing.md "Who signed".
#pragma once

#include "consensus/signer_set.hpp"

namespace quorate::consensus {

/// One group's part of a seal.
struct GroupSeal {
  crypto::SchnorrSignature signature;
  BitVector bits;                                      ///< One bit per member of the set.
  List<crypto::SchnorrSignature, 4000> attestations;   ///< One per set bit, ascending.
  bool operator==(const GroupSeal&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&GroupSeal::signature, &GroupSeal::bits, &GroupSeal::attestations);
  }
};

struct Seal {
  GroupSeal producers;
  GroupSeal stackers;
  bool operator==(const Seal&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Seal::producers, &Seal::stackers);
  }
  /// H(for each group: signature ‖ bits ‖ H(attestations)); fixes whose bits count for the fees.
  [[nodiscard]] Hash256 hash() const;
};

/// What a group signs for a block: H_block-sign(net4 ‖ kind1 ‖ generation8 ‖ cid32 ‖ block32 ‖ P2 ‖
/// bits), tagged SHA-256 "quorate/block-sign".
[[nodiscard]] Hash256 block_sign_message(std::uint32_t network_id, GroupKind kind,
                                         std::uint64_t generation, const Hash256& cid,
                                         const BlockId& block, const BitVector& bits);
/// What member p attests: H_attest(m ‖ p2), tagged SHA-256 "quorate/attest".
[[nodiscard]] Hash256 attestation_message(const Hash256& message, MemberIndex p);

/// Everything that is checked about one group's part, given the group's certified key and cid.
/// @returns seal_wrong_shape, seal_too_light, seal_bad_signature or seal_bad_attestation.
[[nodiscard]] Result<> verify(const GroupSeal& seal, const SignerSet& set,
                              const crypto::PublicKey& group_key, const Hash256& cid,
                              const BlockId& block, std::uint32_t network_id);

}  // namespace quorate::consensus
