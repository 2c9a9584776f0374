#include "messages/signing_proof.hpp"

#include <algorithm>

#include "messages/keygen_proof.hpp"
#include "messages/member_state.hpp"

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

/// What the accused signed about threshold signing. @returns fault_unsigned.
Result<std::vector<SigningState>> words_of(const SigningFault& fault, const SigningScene& scene) {
  const crypto::PublicKey& key = scene.set.members[fault.member.value].key;
  std::vector<SigningState> words;
  for (const SignedState& signed_state : fault.states) {
    const SignedDealing& word = signed_state.word;
    TRY(check_content(word, signed_state.state.bytes, signed_state.manifest.bytes));
    const Hash256 digest = consensus::chunk_digest(
        scene.params.network_id, consensus::boot_db_address(scene.params, scene.set),
        consensus::first_signing_slot(scene.params, scene.set, fault.member), word.version,
        word.content_hash);
    const auto signer = crypto::recover(digest, word.signature);
    if (!signer.ok() || *signer != key) return Error{Errc::fault_unsigned, "another signer"};
    const auto state = decode<MemberState>(signed_state.state.bytes.view());
    if (!state.ok() || !state->signing || state->signing->cid != fault.cid) {
      return Error{Errc::fault_unsigned, "another key"};
    }
    words.push_back(*state->signing);
  }
  return words;
}

bool says(const std::vector<SigningState>& words, const crypto::SignatureShare& share) {
  return std::any_of(words.begin(), words.end(), [&](const SigningState& state) {
    return std::find(state.shares.begin(), state.shares.end(), share) != state.shares.end();
  });
}

bool says(const std::vector<SigningState>& words, const crypto::NonceCommitments& list) {
  return std::any_of(words.begin(), words.end(), [&](const SigningState& state) {
    return state.nonces == list || state.announce_nonces == list;
  });
}

/// Every share and list held against the accused is its own word. @returns fault_unsigned.
Result<> check_said(const SigningFault& fault, const std::vector<SigningState>& words) {
  for (const crypto::SignatureShare& share : fault.shares) {
    if (!says(words, share)) return Error{Errc::fault_unsigned, "a share"};
  }
  for (const crypto::NonceCommitments& list : fault.batches) {
    if (!says(words, list)) return Error{Errc::fault_unsigned, "nonces"};
  }
  return done();
}

bool is_bad_share(const SigningFault& fault, const crypto::ThresholdGroup& group) {
  const crypto::SigningRequest request = fault.requests[0].request(fault.cid);
  const auto session = crypto::SessionContext::make(group, request, nullptr);
  if (!session.ok()) return false;
  const Result<> right =
      crypto::check_share(group, request, *session, fault.member, fault.shares[0]);
  return !right.ok() && (right.code() == Errc::bad_partial_signature ||
                         right.code() == Errc::bad_attestation);
}

/// A session's name is a hash of its request, so a share's word for it is a word for the block.
bool are_two_shares(const SigningFault& fault, const crypto::ThresholdGroup& group) {
  const PostedRequest& first = fault.requests[0];
  const PostedRequest& second = fault.requests[1];
  if (!are_rivals(first, second)) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto request = fault.requests[i].request(fault.cid);
    if (crypto::session_id(group.config(), request) != fault.shares[i].session) return false;
  }
  return true;
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

bool are_rivals(const PostedRequest& a, const PostedRequest& b) {
  return a.instance.purpose == consensus::Purpose::block && a.instance == b.instance &&
         a.view == b.view && a.subject != b.subject;
}

Result<SigningVerdict> judge(const SigningFault& fault, const SigningScene& scene,
                             const crypto::ThresholdGroup& group) {
  using Offence = SigningOffence;
  if (fault.member.value >= scene.set.members.size() ||
      group.config().party_count() != scene.set.members.size() ||
      fault.cid != Hash256::from(group.config().id().view()) ||
      fault.shares.size() != fault.requests.size()) {
    return Errc::no_fault_shown;
  }
  TRY_ASSIGN(const auto words, words_of(fault, scene));
  TRY(check_said(fault, words));
  const auto convict = [&](Offence what) { return SigningVerdict{fault.member, what}; };
  if (fault.shares.size() == 1 && is_bad_share(fault, group)) return convict(Offence::bad_share);
  if (fault.shares.size() == 2 && are_two_shares(fault, group)) {
    return convict(Offence::two_shares);
  }
  if (fault.batches.size() == 2 && contradict(fault.batches[0], fault.batches[1])) {
    return convict(Offence::nonce_equivocation);
  }
  if (std::any_of(fault.batches.begin(), fault.batches.end(), has_bad_nonce)) {
    return convict(Offence::bad_nonce);
  }
  return Errc::no_fault_shown;
}

}  // namespace quorate::messages
