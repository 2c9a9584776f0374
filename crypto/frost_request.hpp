// The messages of one signing: what is signed, who is asked with which nonces, and what comes back.
// Source: docs/threshold_signing.md "Signing messages"; SIP "Block Signing and Announcement".
#pragma once

#include "crypto/frost_outcome.hpp"
#include "crypto/frost_signing.hpp"

namespace quorate::crypto {

/// Names one batch of nonces; random, so a restarted member never repeats one.
using BatchId = FixedBytes<struct BatchIdTag, 16>;
/// H_session of one request: shares are bound to it.
using SessionId = FixedBytes<struct SessionIdTag, 32>;

inline constexpr std::size_t nonces_per_batch = 32;

/// Public part of a batch; nonce i has index base + i.
struct NonceCommitments {
  BatchId batch;
  std::uint32_t base{};
  List<PublicNonce, nonces_per_batch> nonces;
  bool operator==(const NonceCommitments&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&NonceCommitments::batch, &NonceCommitments::base,
                           &NonceCommitments::nonces);
  }
};

/// What a group is asked to sign.
struct SigningSubject {
  enum class Kind : std::uint8_t {
    block = 0,    ///< `hash` is a block id; signed with bit vector and attestations, no tweaks.
    sighash = 1,  ///< `hash` is a BIP 341 sighash, signed as it is under `tweaks`.
  };
  friend constexpr bool is_valid(Kind kind) { return static_cast<std::uint8_t>(kind) <= 1; }

  Kind kind{};
  Hash256 hash;
  List<Tweak, 4> tweaks;
  bool operator==(const SigningSubject&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SigningSubject::kind, &SigningSubject::hash, &SigningSubject::tweaks);
  }
};

struct RequestEntry {
  MemberIndex party;
  BatchId batch;
  std::uint32_t index{};
  PublicNonce nonce;
  bool operator==(const RequestEntry&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&RequestEntry::party, &RequestEntry::batch, &RequestEntry::index,
                           &RequestEntry::nonce);
  }
};

/// The leader's signing package. `entries` ascending by party; the parties are the bit vector.
struct SigningRequest {
  KeygenId keygen;
  Hash256 instance;   ///< Which agreement instance (the caller's hash of it).
  ViewBytes view;
  SigningSubject subject;
  List<RequestEntry, max_keygen_parties> entries;
  bool operator==(const SigningRequest&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SigningRequest::keygen, &SigningRequest::instance,
                           &SigningRequest::view, &SigningRequest::subject,
                           &SigningRequest::entries);
  }
};

/// One member's answer. `attestation` is zero for sighashes.
struct SignatureShare {
  SessionId session;
  std::uint32_t index{};  ///< Of the nonce it spends.
  PartialSignature partial;
  SchnorrSignature attestation;
  bool operator==(const SignatureShare&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SignatureShare::session, &SignatureShare::index,
                           &SignatureShare::partial, &SignatureShare::attestation);
  }
};

/// The result: a plain BIP 340 signature, who is named, and their attestations in ascending order
/// (empty for sighashes).
struct GroupSignature {
  SchnorrSignature signature;
  BitVector parties;
  List<SchnorrSignature, max_keygen_parties> attestations;
  bool operator==(const GroupSignature&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&GroupSignature::signature, &GroupSignature::parties,
                           &GroupSignature::attestations);
  }
};

/// m = H_block-sign(net4 ‖ kind1 ‖ generation8 ‖ cid ‖ block32 ‖ P2 ‖ bit vector).
[[nodiscard]] Hash256 block_sign_message(const KeygenConfig& config, const Hash256& block,
                                         const BitVector& parties);
/// H_attest(m ‖ p2): what the attestation of party p signs with its own key X_p.
[[nodiscard]] Hash256 attestation_digest(const Hash256& message, MemberIndex party);

/// The parties named by a request. Entries must already be in order (check_request).
[[nodiscard]] BitVector parties_of(const KeygenConfig& config, const SigningRequest& request);
/// The 32 bytes under the BIP 340 signature.
[[nodiscard]] Hash256 message_of(const KeygenConfig& config, const SigningRequest& request);
/// H_session(cid ‖ instance ‖ view ‖ m ‖ tweaks ‖ entries).
[[nodiscard]] SessionId session_id(const KeygenConfig& config, const SigningRequest& request);

/// Form and weight of a request. @returns wrong_keygen, bad_request (order, unknown party, tweaks
/// on a block), below_threshold.
[[nodiscard]] Result<> check_request(const KeygenConfig& config, const SigningRequest& request);

/// Whether a block is signed: spare bits zero (by type), weight >= T, the group's signature on m,
/// one valid attestation per named party. Needs only what is on chain: no public shares.
/// @returns below_threshold, bad_signature, attestation_count_mismatch, bad_attestation (detail =
/// party), bad_request for a bit vector of another size.
[[nodiscard]] Result<> verify_block_signature(const KeygenConfig& config,
                                              const PublicKey& group_key, const Hash256& block,
                                              const GroupSignature& signature);

}  // namespace quorate::crypto
