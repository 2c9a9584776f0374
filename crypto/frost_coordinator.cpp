#include "crypto/frost_coordinator.hpp"

#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

/// An answer checked by itself: two signatures' worth, and the sum over the party's public shares.
constexpr std::uint64_t check_units = 2'500;
constexpr std::uint64_t share_units = 120;

/// Whether two lists of one batch name different nonces for one index.
bool contradict(const NonceCommitments& a, const NonceCommitments& b) {
  if (a.batch != b.batch) return false;
  for (std::size_t i = 0; i < a.nonces.size(); ++i) {
    const std::uint64_t index = a.base + std::uint64_t{i};
    if (index < b.base || index - b.base >= b.nonces.size()) continue;
    if (a.nonces[i] != b.nonces[index - b.base]) return true;
  }
  return false;
}

}  // namespace

SigningCoordinator::SigningCoordinator(GroupRef group, const Hash256& instance,
                                       const ViewBytes& view, SigningSubject subject,
                                       std::uint64_t slice_units)
    : group_(std::move(group)),
      instance_(instance),
      view_(view),
      subject_(std::move(subject)),
      slice_units_(slice_units) {
  ASSERT(group_ != nullptr);
}

bool SigningCoordinator::is_asked(MemberIndex party) const {
  return party.value < group_->config().party_count() && !convicted_.contains(party) &&
         !excluded_.contains(party);
}

std::vector<MemberIndex> SigningCoordinator::ready() const {
  std::vector<MemberIndex> out;
  for (const auto& [party, nonces] : nonces_) {
    if (is_asked(party) && !pending_.contains(party) && nonces.has_next()) out.push_back(party);
  }
  return out;
}

std::vector<MemberIndex> SigningCoordinator::chosen() const {
  const std::vector<MemberIndex> all = ready();
  std::vector<MemberIndex> out;
  Weight weight;
  for (const MemberIndex party : all) {
    if (lost_.contains(party)) continue;
    out.push_back(party);
    weight += group_->config().weight(party);
  }
  return weight.value >= group_->config().threshold() ? out : all;
}

Weight SigningCoordinator::ready_weight() const {
  Weight sum;
  for (const MemberIndex party : ready()) sum += group_->config().weight(party);
  return sum;
}

SigningCoordinator::Outputs SigningCoordinator::on_nonces(MemberIndex party,
                                                          const NonceCommitments& nonces) {
  Outputs out;
  if (finished_ || !is_asked(party)) return out;
  const auto known = nonces_.find(party);
  if (known == nonces_.end()) {
    nonces_.emplace(party, Nonces{nonces, nonces.base});
  } else if (contradict(known->second.list, nonces)) {
    convict({party, Errc::nonce_equivocation, {}, {}, {known->second.list, nonces}}, out);
  } else {
    const bool same_batch = known->second.list.batch == nonces.batch;
    const std::uint32_t next =
        same_batch ? std::max(known->second.next, nonces.base) : nonces.base;
    known->second = {nonces, next};
  }
  open_if_possible(out);
  return out;
}

/// Nobody is missing: waiting longer would gain nothing.
bool SigningCoordinator::is_everybody_ready() const {
  std::size_t asked = 0;
  for (std::uint16_t p = 0; p < group_->config().party_count(); ++p) {
    if (is_asked(MemberIndex{p})) ++asked;
  }
  return ready().size() == asked;
}

SigningCoordinator::Outputs SigningCoordinator::on_share(MemberIndex party,
                                                         const SignatureShare& share) {
  Outputs out;
  if (finished_ || !is_asked(party)) return out;
  const auto pending = pending_.find(party);
  if (pending == pending_.end()) return out;
  Session& session = sessions_[pending->second];
  if (share.session != session.context->id || session.shares.contains(party)) return out;
  // What needs no arithmetic over the set is checked at once; the partial signature itself when all
  // are here (one check of the sum) or when its sender is needed for another session.
  const Result<> attested = check_attestation(group_->config(), session.request,
                                              session.context->message, party, share.attestation);
  const bool in_range = Scalar::from_bytes(share.partial.view()).ok();
  if (!attested.ok() || !in_range) {
    convict({party, attested.ok() ? Errc::bad_partial_signature : attested.code(),
             session.request, share, {}},
            out);
  } else {
    session.shares.emplace(party, share);
    if (session.shares.size() == session.request.entries.size()) try_finish(session, out);
  }
  open_if_possible(out);
  return out;
}

SigningCoordinator::Outputs SigningCoordinator::on_timer() {
  Outputs out;
  if (finished_) return out;
  may_open_ = true;
  open_if_possible(out);
  return out;
}

SigningCoordinator::Outputs SigningCoordinator::on_time() {
  Outputs out;
  has_asked_for_time_ = false;
  open_if_possible(out);
  return out;
}

SigningCoordinator::Outputs SigningCoordinator::exclude(MemberIndex party) {
  Outputs out;
  if (finished_ || !is_asked(party)) return out;
  excluded_.insert(party);
  // Its session can no longer finish, so there is nothing to wait for.
  if (pending_.contains(party)) may_open_ = true;
  open_if_possible(out);
  return out;
}

SigningCoordinator::Outputs SigningCoordinator::release(MemberIndex party,
                                                        const SessionId& session) {
  Outputs out;
  if (finished_ || !is_asked(party)) return out;
  const auto pending = pending_.find(party);
  if (pending == pending_.end()) return out;
  const Session& lost = sessions_[pending->second];
  if (lost.context->id != session || lost.shares.contains(party)) return out;
  // The next session waits for its time: two leaders that want the same nonces would else go on
  // taking them from each other.
  pending_.erase(pending);
  lost_.insert(party);
  open_if_possible(out);
  return out;
}

void SigningCoordinator::open_if_possible(Outputs& out) {
  if (finished_) return;
  if (sessions_.empty() && is_everybody_ready()) may_open_ = true;
  if (!check_answers(out)) {
    if (!std::exchange(has_asked_for_time_, true)) out.push_back(CoordinatorBusy{});
    return;
  }
  if (!may_open_) return;
  release_answered();
  // An unparsable nonce convicts its owner and leaves the others for the next try.
  while (!finished_ && may_open_ && ready_weight().value >= group_->config().threshold()) {
    if (try_open(out)) may_open_ = false;
  }
}

SigningRequest SigningCoordinator::request_for(const std::vector<MemberIndex>& parties) const {
  SigningRequest request{group_->config().id(), instance_, view_, subject_, {}};
  for (const MemberIndex party : parties) {
    const Nonces& n = nonces_.at(party);
    request.entries.push_back(
        {party, n.list.batch, n.next, n.list.nonces[n.next - n.list.base]});
  }
  return request;
}

bool SigningCoordinator::try_open(Outputs& out) {
  const std::vector<MemberIndex> parties = chosen();
  SigningRequest request = request_for(parties);
  Result<SessionRef> context = session_of(group_, request, nullptr);
  if (!context.ok()) {
    // Parties, order and weight are ours; only a nonce can be wrong.
    ASSERT(context.code() == Errc::bad_public_nonce);
    const MemberIndex culprit = parties[std::stoul(context.error().detail)];
    convict({culprit, Errc::bad_public_nonce, {}, {}, {nonces_.at(culprit).list}}, out);
    return false;
  }
  for (const MemberIndex party : parties) {
    ++nonces_.at(party).next;
    pending_.emplace(party, sessions_.size());
  }
  out.push_back(OpenSession{request, (*context)->id});
  sessions_.push_back({std::move(request), std::move(context).value(), {}});
  return true;
}

/// Who is wanted for the next session, or whose session failed: its answer is checked by itself.
/// @returns false when the slice was too short; then the next one goes on.
bool SigningCoordinator::check_answers(Outputs& out) {
  WorkBudget budget{slice_units_};
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const bool is_asked_about = sessions_[i].has_failed || may_open_;
    if (is_asked_about && !check_answers(sessions_[i], i, budget, out)) return false;
  }
  return true;
}

bool SigningCoordinator::check_answers(Session& session, std::size_t index, WorkBudget& budget,
                                       Outputs& out) {
  for (const auto& [party, share] : session.shares) {
    const auto pending = pending_.find(party);
    const bool is_open = pending != pending_.end() && pending->second == index;
    if (!is_open || !is_asked(party) || session.good.contains(party)) continue;
    if (budget.is_spent()) return false;
    const Result<> verdict = check_share(*group_, session.request, *session.context, party, share);
    budget.spend(check_units + share_units * group_->config().party(party).ids.size());
    if (verdict.ok()) {
      session.good.insert(party);
    } else {
      convict({party, verdict.code(), session.request, share, {}}, out);
    }
  }
  // The sum of right shares is a right signature, so somebody was to blame.
  ASSERT(!session.has_failed || session.good.size() < session.request.entries.size());
  session.has_failed = false;
  return true;
}

/// Who answered an unfinished session correctly is free for the next one.
void SigningCoordinator::release_answered() {
  std::erase_if(pending_, [&](const auto& entry) {
    return is_asked(entry.first) && sessions_[entry.second].good.contains(entry.first);
  });
}

void SigningCoordinator::try_finish(Session& session, Outputs& out) {
  std::vector<PartialSignature> partials;
  for (const auto& [party, share] : session.shares) partials.push_back(share.partial);
  const Result<SchnorrSignature> signature =
      aggregate_partials(session.context->values, *session.context->signers, partials);
  ASSERT(signature.ok());  // ranges were checked on arrival
  const XOnlyKey key = session.context->values.tweaked.key.x_bytes();
  if (!verify_schnorr(key, session.context->message.view(), *signature)) {
    session.has_failed = true;  // Whose fault it is takes longer to find.
    return;
  }
  finished_ = true;
  out.push_back(SigningFinished{finished_signature(session, *signature)});
}

GroupSignature SigningCoordinator::finished_signature(const Session& session,
                                                      const SchnorrSignature& signature) const {
  GroupSignature out{signature, session.context->parties, {}};
  if (subject_.kind == SigningSubject::Kind::block) {
    for (const auto& [party, share] : session.shares) {
      out.attestations.push_back(share.attestation);
    }
  }
  return out;
}

void SigningCoordinator::convict(Convicted verdict, Outputs& out) {
  if (!convicted_.insert(verdict.party).second) return;
  // The session it sits in can never finish, so the next one need not wait for the timer.
  if (pending_.contains(verdict.party)) may_open_ = true;
  out.push_back(std::move(verdict));
}

}  // namespace quorate::crypto
