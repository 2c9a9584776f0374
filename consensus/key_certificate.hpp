// The certificate of a generation's group key: what key generation decided and the commit votes of
// ≥ 67 % of one view for it. Source: SIP "Facilities for Signature Generation"; docs/protocol.md
// "Group keys".
#pragma once

#include "consensus/agreement_types.hpp"
#include "crypto/frost_keygen.hpp"

namespace quorate::consensus {

/// The decided content; the value of the key instance is `{key, content.id(), {}}`.
struct KeyContent {
  GroupKind kind{};
  std::uint64_t generation{};
  std::uint32_t attempt{};
  Hash256 cid;  ///< Key generation configuration (docs/threshold_signing.md).
  BitVector qualified;                    ///< Dealers whose polynomials are summed.
  List<Hash256, 4000> dealing_hashes;     ///< SHA-512/256 of each qualified dealing, ascending.
  Hash256 shares_root;                    ///< Commits to all public shares, tweaked.
  crypto::PublicKey group_key;            ///< Q0 after the Taproot tweak.
  bool operator==(const KeyContent&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeyContent::kind, &KeyContent::generation, &KeyContent::attempt,
                           &KeyContent::cid, &KeyContent::qualified, &KeyContent::dealing_hashes,
                           &KeyContent::shares_root, &KeyContent::group_key);
  }
  /// H("quorate/key-content" ‖ encoding).
  [[nodiscard]] Hash256 id() const;
};

struct KeyCertificate {
  KeyContent content;
  /// Phase commit, purpose key, value {key, content.id()}.
  VoteCertificate votes;
  bool operator==(const KeyCertificate&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeyCertificate::content, &KeyCertificate::votes);
  }
  /// H("quorate/key-certificate" ‖ encoding).
  [[nodiscard]] Hash256 hash() const;
};

/// The instance in which a set decides its key.
[[nodiscard]] InstanceId key_instance(const SignerSet& set, std::uint32_t attempt);

/// The key generation of one attempt of a set. @returns what KeygenConfig::make refuses.
[[nodiscard]] Result<crypto::KeygenConfig> keygen_config(const SignerSet& set,
                                                         std::uint32_t attempt,
                                                         std::uint32_t network_id);

/// Checks shape, that the content names this set's key generation (seals are checked under its
/// `cid`), that the votes are for this content and this set's key instance, and every signature.
/// @returns key_certificate_mismatch or what `verify(VoteCertificate)` says.
[[nodiscard]] Result<> verify(const KeyCertificate& certificate, const SignerSet& set,
                              std::uint32_t network_id);

}  // namespace quorate::consensus
