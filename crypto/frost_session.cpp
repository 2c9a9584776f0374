#include "crypto/frost_session.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/public_memo.hpp"

namespace quorate::crypto {
namespace {

/// Position of a party's entry, which is its position in the signer set.
std::optional<std::size_t> position_of(const SigningRequest& request, MemberIndex party) {
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    if (request.entries[i].party == party) return i;
  }
  return std::nullopt;
}

bool is_block(const SigningRequest& request) {
  return request.subject.kind == SigningSubject::Kind::block;
}

}  // namespace

Result<SessionContext> SessionContext::make(const ThresholdGroup& group,
                                            const SigningRequest& request,
                                            std::shared_ptr<const SignerSet> signers) {
  TRY(check_request(group.config(), request));
  SessionContext out;
  out.id = session_id(group.config(), request);
  out.message = message_of(group.config(), request);
  out.parties = parties_of(group.config(), request);
  for (const RequestEntry& entry : request.entries) out.nonces.push_back(entry.nonce);
  out.signers = std::move(signers);
  if (out.signers == nullptr) {
    TRY_ASSIGN(out.signers, signers_of(group, out.parties));
  }
  TRY_ASSIGN(const AggregateNonce aggregate, aggregate_nonces(out.nonces));
  TRY_ASSIGN(const TweakedKey tweaked, tweak_key(group.key(), request.subject.tweaks));
  TRY_ASSIGN(out.values,
             session_values(*out.signers, aggregate, tweaked, out.message.view()));
  return out;
}

Result<SessionRef> session_of(const GroupRef& group, const SigningRequest& request,
                              std::shared_ptr<const SignerSet> signers) {
  // A handful of sessions is open at a time; at full size one takes some 100 KB.
  constexpr std::size_t remembered = 64;
  struct Remembered {
    GroupRef group;  ///< Kept, so its address means no other group.
    SessionRef session;
  };
  thread_local PublicMemo<Remembered> memo{remembered};
  TRY(check_request(group->config(), request));
  const auto key = Hash256::from(session_id(group->config(), request).view());
  const Remembered* known = memo.find(key);
  if (known != nullptr && known->group == group) return known->session;
  TRY_ASSIGN(SessionContext made, SessionContext::make(*group, request, std::move(signers)));
  return memo.insert(key, {group, std::make_shared<const SessionContext>(std::move(made))})
      ->session;
}

Result<std::shared_ptr<const SignerSet>> signers_of(const ThresholdGroup& group,
                                                    const BitVector& parties) {
  ASSERT(parties.size() == group.config().party_count());
  std::vector<std::vector<SlotIndex>> ids;
  for (std::uint16_t p = 0; p < parties.size(); ++p) {
    if (parties.test(p)) ids.push_back(group.config().party(MemberIndex{p}).ids);
  }
  TRY_ASSIGN(SignerSet set, SignerSet::trusted(group.config().threshold(), group.public_shares(),
                                               ids, group.key()));
  return std::make_shared<const SignerSet>(std::move(set));
}

/// What a signer keeps while the signers stay the same: its aggregated share above all.
struct ShareSigner::KeptSet {
  BitVector parties;
  std::shared_ptr<const SignerSet> signers;
  SecretScalar aggregated;
  Point party_key;
};

ShareSigner::ShareSigner(GroupRef group, PartyKey key, SecretKey host)
    : group_(std::move(group)), key_(std::move(key)), host_(std::move(host)) {
  ASSERT(group_ != nullptr);
  ASSERT(group_->config().party(key_.party).key == host_.public_key());
}
ShareSigner::ShareSigner(ShareSigner&&) noexcept = default;
ShareSigner& ShareSigner::operator=(ShareSigner&&) noexcept = default;
ShareSigner::~ShareSigner() = default;

Result<> ShareSigner::keep_set(const SessionContext& session, std::size_t position) {
  if (kept_ != nullptr && kept_->parties == session.parties) return done();
  TRY_ASSIGN(SecretScalar aggregated, aggregate_share(*session.signers, position, key_));
  kept_ = std::unique_ptr<KeptSet>(new KeptSet{session.parties, session.signers,
                                               std::move(aggregated),
                                               session.signers->party_key(position)});
  return done();
}

Result<SignatureShare> ShareSigner::answer(NonceBatch& batch, const SigningRequest& request,
                                           const Hash256& aux) {
  TRY(check_request(group_->config(), request));
  const std::optional<std::size_t> position = position_of(request, key_.party);
  if (!position) return Errc::not_a_signer;
  if (const auto before = answered(session_id(group_->config(), request))) return *before;
  const RequestEntry& own = request.entries[*position];
  TRY(batch.check(own.batch, own.index));
  const NonceCommitments& published = batch.commitments();
  if (published.nonces[own.index - published.base] != own.nonce) return Errc::foreign_nonce;

  const bool same_set = kept_ != nullptr && kept_->parties == parties_of(group_->config(), request);
  TRY_ASSIGN(const SessionRef session,
             session_of(group_, request, same_set ? kept_->signers : nullptr));
  TRY(keep_set(*session, *position));
  TRY_ASSIGN(SecretNonce nonce, batch.take(own.batch, own.index));
  TRY_ASSIGN(const PartialSignature partial,
             sign_partial(session->values, std::move(nonce), kept_->aggregated, kept_->party_key));
  SignatureShare share{session->id, own.index, partial, {}};
  if (is_block(request)) {
    share.attestation = sign_schnorr(host_, attestation_digest(session->message, key_.party), aux);
  }
  remember(share);
  return share;
}

std::optional<SignatureShare> ShareSigner::answered(const SessionId& session) const {
  const auto found = answers_.find(session);
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

void ShareSigner::remember(const SignatureShare& share) {
  answers_.insert_or_assign(share.session, share);
}

Result<> check_attestation(const KeygenConfig& config, const SigningRequest& request,
                           const Hash256& message, MemberIndex party,
                           const SchnorrSignature& attestation) {
  if (!is_block(request)) {
    if (!attestation.is_zero()) return Errc::bad_attestation;
    return done();
  }
  const Hash256 digest = attestation_digest(message, party);
  if (!verify_schnorr(x_only(config.party(party).key), digest.view(), attestation)) {
    return Errc::bad_attestation;
  }
  return done();
}

Result<> check_share(const ThresholdGroup& group, const SigningRequest& request,
                     const SessionContext& session, MemberIndex party,
                     const SignatureShare& share) {
  if (share.session != session.id) return Errc::bad_request;
  const std::optional<std::size_t> position = position_of(request, party);
  if (!position) return Errc::not_a_signer;
  if (share.index != request.entries[*position].index) return Errc::bad_request;
  TRY(check_attestation(group.config(), request, session.message, party, share.attestation));
  return verify_partial(session.values, session.nonces[*position],
                        session.signers->party_key(*position), share.partial);
}

}  // namespace quorate::crypto
