// Proofs of faults in threshold signing. What they show follows from the group's public shares
// alone; that the accused said it follows from its signed states that come with them.
// Source: docs/threshold_signing.md "Finding a bad share", "Nonces".
#pragma once

#include "consensus/controlling_contract.hpp"
#include "crypto/frost_session.hpp"
#include "messages/keygen_state.hpp"
#include "messages/signing_state.hpp"

namespace quorate::messages {

/// What a member wrote into its signing slots, with its signature.
struct SignedState {
  /// Of the first slot.
  SignedDealing word;
  /// The encoded MemberState, pieces put together.
  SharedBlob<consensus::max_chunk_bytes> state;
  /// What `word` signs when the state is cut into pieces; else empty.
  SharedBlob<consensus::max_chunk_bytes> manifest;
  bool operator==(const SignedState&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SignedState::word, &SignedState::state, &SignedState::manifest);
  }
};

/// An answer that is wrong for the request it answers; answers to two requests of one view that
/// are about two blocks; two lists that name different nonces for one index of one batch; or a
/// list with something that is no nonce.
struct SigningFault {
  Hash256 cid;
  MemberIndex member;
  List<PostedRequest, 2> requests;
  /// One per request.
  List<crypto::SignatureShare, 2> shares;
  List<crypto::NonceCommitments, 2> batches;
  /// Of the accused: in them the shares and lists above stand.
  List<SignedState, 2> states;
  bool operator==(const SigningFault&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SigningFault::cid, &SigningFault::member, &SigningFault::requests,
                           &SigningFault::shares, &SigningFault::batches, &SigningFault::states);
  }
};

/// Whether two lists of one batch differ where both speak.
[[nodiscard]] bool contradict(const crypto::NonceCommitments& a,
                              const crypto::NonceCommitments& b);

/// Whether an honest member answers at most one of two requests: one instance and view, two blocks.
[[nodiscard]] bool are_rivals(const PostedRequest& a, const PostedRequest& b);

enum class SigningOffence : std::uint8_t { bad_share, two_shares, nonce_equivocation, bad_nonce };

struct SigningVerdict {
  MemberIndex member;
  SigningOffence offence{};
};

/// Where and among whom it happened.
struct SigningScene {
  const consensus::Params& params;
  const consensus::SignerSet& set;
};

/// What the accused did, by its own signed words. `group`: of the set's certified key.
/// @returns fault_unsigned when the accused did not say what is held against it, or no_fault_shown
/// when nothing is wrong with what it said.
[[nodiscard]] Result<SigningVerdict> judge(const SigningFault& fault, const SigningScene& scene,
                                           const crypto::ThresholdGroup& group);

}  // namespace quorate::messages
