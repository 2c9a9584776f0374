// What a member publishes about threshold signing in one group: nonces, the requests it leads, its
// shares and its refusals. One struct that replaces the one before; part of the member's state
// chunk. A coordinator outside the group publishes requests only.
// Source: SIP "Facilities for Signature Generation"; docs/threshold_signing.md "Signing messages".
#pragma once

#include "consensus/agreement_types.hpp"
#include "consensus/seal.hpp"
#include "crypto/frost_request.hpp"

namespace quorate::messages {

inline constexpr std::size_t max_posted_requests = 64;
inline constexpr std::size_t max_posted_shares = 64;
inline constexpr std::size_t max_posted_rejects = 64;

/// A signing package in clear: `instance` and `view` are what the shares are bound to.
struct PostedRequest {
  consensus::InstanceId instance;
  consensus::View view;
  crypto::SigningSubject subject;
  List<crypto::RequestEntry, crypto::max_keygen_parties> entries;
  bool operator==(const PostedRequest&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&PostedRequest::instance, &PostedRequest::view,
                           &PostedRequest::subject, &PostedRequest::entries);
  }
  [[nodiscard]] crypto::SigningRequest request(const Hash256& cid) const;
};

/// H("quorate/instance" ‖ encoding).
[[nodiscard]] Hash256 instance_hash(const consensus::InstanceId& instance);

/// "Sign this block", with bit vector and attestations.
[[nodiscard]] crypto::SigningSubject block_subject(const BlockId& block);
/// "Sign this BIP 341 sighash" under the BIP 86 output key of the group key.
[[nodiscard]] crypto::SigningSubject announcement_subject(const Hash256& sighash,
                                                          const crypto::PublicKey& group_key);

/// Why a member will not answer a session; it may still answer another one.
enum class RejectReason : std::uint8_t {
  nonce_spent = 0,    ///< Its nonce served another session.
  unknown_nonce = 1,  ///< Not its nonce, or of a batch from before a restart.
  too_many = 2,       ///< The coordinator asked more often than honest faults explain.
};
constexpr bool is_valid(RejectReason r) { return static_cast<std::uint8_t>(r) <= 2; }

struct Reject {
  crypto::SessionId session;
  RejectReason reason{};
  auto operator<=>(const Reject&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Reject::session, &Reject::reason);
  }
};

/// 100 members, 16 + 8 nonces, 1 request, 4 shares: 11 KB.
struct SigningState {
  Hash256 cid;  ///< Which group and generation: the certified key's configuration.
  /// Unspent nonces for blocks, and for announcements: two suites that never mix.
  std::optional<crypto::NonceCommitments> nonces;
  std::optional<crypto::NonceCommitments> announce_nonces;
  List<PostedRequest, max_posted_requests> requests;
  List<crypto::SignatureShare, max_posted_shares> shares;
  List<Reject, max_posted_rejects> rejects;

  bool operator==(const SigningState&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SigningState::cid, &SigningState::nonces,
                           &SigningState::announce_nonces, &SigningState::requests,
                           &SigningState::shares, &SigningState::rejects);
  }
};

/// The group signature as a block's seal carries it.
[[nodiscard]] consensus::GroupSeal group_seal(const crypto::GroupSignature& signature);

}  // namespace quorate::messages
