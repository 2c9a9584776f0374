// Proofs of faults in threshold signing. What they show follows from the group's public shares
// alone; that the accused said it follows from the signed chunks that come with them.
// Source: docs/threshold_signing.md "Finding a bad share", "Nonces".
#pragma once

#include "consensus/chunk.hpp"
#include "crypto/frost_session.hpp"
#include "messages/signing_state.hpp"

namespace quorate::messages {

/// An answer that is wrong for the request it answers, or two lists that name different nonces for
/// one index of one batch.
struct SigningFault {
  Hash256 cid;
  MemberIndex member;
  std::optional<PostedRequest> request;
  std::optional<crypto::SignatureShare> share;
  List<crypto::NonceCommitments, 2> batches;
  /// Encoded signed chunks of the accused in which the words above stand, where the accuser kept
  /// them.
  List<SharedBlob<consensus::max_chunk_bytes>, 2> chunks;
  bool operator==(const SigningFault&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SigningFault::cid, &SigningFault::member, &SigningFault::request,
                           &SigningFault::share, &SigningFault::batches, &SigningFault::chunks);
  }
};

/// Whether two lists of one batch differ where both speak.
[[nodiscard]] bool contradict(const crypto::NonceCommitments& a,
                              const crypto::NonceCommitments& b);

struct SigningVerdict {
  MemberIndex member;
  /// bad_partial_signature, bad_attestation, bad_public_nonce or nonce_equivocation.
  Errc reason{};
};

/// What the accused did. @returns no_fault_shown when nothing wrong is to be seen.
[[nodiscard]] Result<SigningVerdict> judge(const SigningFault& fault,
                                           const crypto::ThresholdGroup& group);

}  // namespace quorate::messages
