#include "messages/signing_proof.hpp"

namespace quorate::messages {
namespace {

/// A list with something that is no nonce.
bool has_bad_nonce(const crypto::NonceCommitments& list) {
  for (const crypto::PublicNonce& nonce : list.nonces) {
    if (!crypto::Point::parse(nonce.view().first(33)).ok() ||
        !crypto::Point::parse(nonce.view().subspan(33)).ok()) {
      return true;
    }
  }
  return false;
}

Result<SigningVerdict> judge_share(const SigningFault& fault, const crypto::ThresholdGroup& group) {
  const crypto::SigningRequest request = fault.request->request(fault.cid);
  if (request.keygen != group.config().id()) return Errc::no_fault_shown;
  const auto session = crypto::SessionContext::make(group, request, nullptr);
  if (!session.ok()) return Errc::no_fault_shown;
  const Result<> verdict =
      crypto::check_share(group, request, *session, fault.member, *fault.share);
  if (verdict.ok()) return Errc::no_fault_shown;
  const Errc reason = verdict.code();
  if (reason != Errc::bad_partial_signature && reason != Errc::bad_attestation) {
    return Errc::no_fault_shown;
  }
  return SigningVerdict{fault.member, reason};
}

}  // namespace

bool contradict(const crypto::NonceCommitments& a, const crypto::NonceCommitments& b) {
  if (a.batch != b.batch) return false;
  for (std::size_t i = 0; i < a.nonces.size(); ++i) {
    const std::uint64_t index = std::uint64_t{a.base} + i;
    if (index < b.base || index - b.base >= b.nonces.size()) continue;
    if (a.nonces[i] != b.nonces[index - b.base]) return true;
  }
  return false;
}

Result<SigningVerdict> judge(const SigningFault& fault, const crypto::ThresholdGroup& group) {
  if (fault.member.value >= group.config().party_count()) return Errc::no_fault_shown;
  if (fault.request && fault.share) return judge_share(fault, group);
  if (fault.batches.size() == 2 && contradict(fault.batches[0], fault.batches[1])) {
    return SigningVerdict{fault.member, Errc::nonce_equivocation};
  }
  for (const crypto::NonceCommitments& list : fault.batches) {
    if (has_bad_nonce(list)) return SigningVerdict{fault.member, Errc::bad_public_nonce};
  }
  return Errc::no_fault_shown;
}

}  // namespace quorate::messages
