// The member's side of signing: a batch of secret nonces that live in memory only, and answers to
// requests. Source: docs/threshold_signing.md "Nonces"; BIP 445.
#pragma once

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

/// Answers requests with one member's key. It does not decide *whether* to sign (validity of the
/// block, the consensus lock): that is the caller's. Persist the returned share before publishing it.
class ShareSigner {
 public:
  /// `host` is the key X_p of `key.party`; it signs attestations.
  ShareSigner(GroupRef group, PartyKey key, SecretKey host);

  /// Signs. Checks form, weight, membership and that the request shows the nonce published here;
  /// rebuilds the aggregate nonce from the request's list. The same request again gives the same
  /// share; another session for a spent nonce is refused. `aux` randomises the attestation.
  /// @returns the errors of check_request, not_a_signer, unknown_nonce, foreign_nonce, nonce_used,
  /// bad_public_nonce, self_check_failed; on an error before the nonce is taken nothing changes.
  [[nodiscard]] Result<SignatureShare> answer(NonceBatch& batch, const SigningRequest& request,
                                              const Hash256& aux);

  /// The share already given for this session, if any (also after `remember`).
  [[nodiscard]] std::optional<SignatureShare> answered(const SessionId& session) const;
  /// Re-enters a share read back from the log after a restart.
  void remember(const SignatureShare& share);
  /// Forgets answers, for example at the end of a generation or of a height.
  void forget_answers() { answers_.clear(); }

  [[nodiscard]] MemberIndex party() const { return key_.party; }
  [[nodiscard]] const PartyKey& key() const { return key_; }
  [[nodiscard]] const GroupRef& group() const { return group_; }

 private:
  struct CachedSet;
  [[nodiscard]] Result<SignatureShare> sign_fresh(NonceBatch& batch, const SigningRequest& request,
                                                  const RequestEntry& own, const Hash256& aux);
  Result<const CachedSet*> cached_set(const BitVector& parties);

  GroupRef group_;
  PartyKey key_;
  SecretKey host_;
  std::map<SessionId, SignatureShare> answers_;
  std::shared_ptr<CachedSet> cached_;
};

/// Whether one answer is right, for coordinators and third parties. `signers` is the set of the
/// request's parties (signers_of). @returns bad_partial_signature, bad_attestation, not_a_signer,
/// bad_request (another session), bad_public_nonce (detail = position).
[[nodiscard]] Result<> check_share(const ThresholdGroup& group, const SignerSet& signers,
                                   const SigningRequest& request, MemberIndex party,
                                   const SignatureShare& share);

/// The signer set of some parties of a group. @returns below_threshold.
[[nodiscard]] Result<SignerSet> signers_of(const ThresholdGroup& group, const BitVector& parties);

}  // namespace quorate::crypto
