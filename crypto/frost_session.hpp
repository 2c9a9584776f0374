// The member's side of signing: a batch of secret nonces that live in memory only, and answers to
// requests. Source: docs/threshold_signing.md "Nonces"; BIP 445.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "crypto/frost_request.hpp"

namespace quorate::crypto {

/// Secret nonces of one batch, in locked memory where the system allows it, never stored. A restart
/// abandons the batch: make a new one with fresh randomness.
class NonceBatch {
 public:
  /// `rand32` must be fresh: batch id and nonces derive from it together with one own share.
  NonceBatch(const ThresholdGroup& group, const PartyKey& key, const Hash256& rand32,
             std::uint32_t base = 0);
  NonceBatch(NonceBatch&&) noexcept;
  NonceBatch& operator=(NonceBatch&&) noexcept;
  ~NonceBatch();

  /// What to publish.
  [[nodiscard]] const NonceCommitments& commitments() const { return commitments_; }
  /// Whether (batch, index) is here and unspent. @returns unknown_nonce or nonce_used.
  [[nodiscard]] Result<> check(const BatchId& batch, std::uint32_t index) const;
  /// Takes a nonce out for ever. @returns unknown_nonce or nonce_used.
  [[nodiscard]] Result<SecretNonce> take(const BatchId& batch, std::uint32_t index);
  /// Unspent nonces left.
  [[nodiscard]] std::size_t left() const;

 private:
  class Store;
  NonceCommitments commitments_;
  std::unique_ptr<Store> store_;
};

/// Everything that follows from a request alone: shared by signers, coordinators and judges.
struct SessionContext {
  SessionId id;
  Hash256 message;                           ///< What the group's signature signs.
  BitVector parties;
  std::shared_ptr<const SignerSet> signers;  ///< Its party k is the request's entry k.
  SessionValues values;
  std::vector<PublicNonce> nonces;

  /// Checks the request's form and weight and rebuilds the aggregate nonce from its list. `signers`
  /// may be the set kept from an earlier session of the same parties, or null.
  /// @returns the errors of check_request and tweak_key; bad_public_nonce (detail = entry).
  static Result<SessionContext> make(const ThresholdGroup& group, const SigningRequest& request,
                                     std::shared_ptr<const SignerSet> signers);
};
using SessionRef = std::shared_ptr<const SessionContext>;

/// The same, remembered: the members of one process that share a group answer the same requests.
[[nodiscard]] Result<SessionRef> session_of(const GroupRef& group, const SigningRequest& request,
                                            std::shared_ptr<const SignerSet> signers);

/// The signer set of some parties of a group. @returns bad_signer_count below the threshold.
[[nodiscard]] Result<std::shared_ptr<const SignerSet>> signers_of(const ThresholdGroup& group,
                                                                  const BitVector& parties);

/// Answers requests with one member's key. It does not decide *whether* to sign (validity of the
/// block, the consensus lock): that is the caller's. Persist the returned share before publishing
/// it.
class ShareSigner {
 public:
  /// `host` is the key X_p of `key.party`; it signs attestations.
  ShareSigner(GroupRef group, PartyKey key, SecretKey host);
  ShareSigner(ShareSigner&&) noexcept;
  ShareSigner& operator=(ShareSigner&&) noexcept;
  ~ShareSigner();

  /// Signs. Checks form, weight, membership and that the request shows the nonce published here.
  /// The same request again gives the same share; another session for a spent nonce is refused.
  /// `aux` randomises the attestation.
  /// @returns the errors of SessionContext::make, not_a_signer, unknown_nonce, foreign_nonce,
  /// nonce_used; up to here nothing has changed. self_check_failed or zero_scalar: the nonce is
  /// spent, no share was made.
  [[nodiscard]] Result<SignatureShare> answer(NonceBatch& batch, const SigningRequest& request,
                                              const Hash256& aux);

  /// The share already given for this session, if any (also after `remember`).
  [[nodiscard]] std::optional<SignatureShare> answered(const SessionId& session) const;
  /// Re-enters a share read back from the log after a restart.
  void remember(const SignatureShare& share);
  /// Forgets answers, for example when a height is decided. Spent nonces stay spent.
  void forget_answers() { answers_.clear(); }

  [[nodiscard]] MemberIndex party() const { return key_.party; }
  [[nodiscard]] const PartyKey& key() const { return key_; }
  [[nodiscard]] const GroupRef& group() const { return group_; }

 private:
  struct KeptSet;
  [[nodiscard]] Result<> keep_set(const SessionContext& session, std::size_t position);

  GroupRef group_;
  PartyKey key_;
  SecretKey host_;
  std::map<SessionId, SignatureShare> answers_;
  std::unique_ptr<KeptSet> kept_;
};

/// The attestation of `party` under its own key. Zero for sighashes, which carry none.
/// @returns bad_attestation.
[[nodiscard]] Result<> check_attestation(const KeygenConfig& config, const SigningRequest& request,
                                         const Hash256& message, MemberIndex party,
                                         const SchnorrSignature& attestation);

/// Whether one answer is right, for coordinators and third parties. @returns bad_request (another
/// session or nonce index), not_a_signer, bad_partial_signature, bad_attestation.
[[nodiscard]] Result<> check_share(const ThresholdGroup& group, const SigningRequest& request,
                                   const SessionContext& session, MemberIndex party,
                                   const SignatureShare& share);

}  // namespace quorate::crypto
