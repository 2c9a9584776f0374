// The coordinator's side: feeds members' nonces, shares and refusals to one crypto coordinator per
// opening, and turns what it says into requests, seals and evidence.
// Source: docs/threshold_signing.md "Coordination"; SIP "Block Signing and Announcement".
#include "actors/signing_core.hpp"

namespace quorate::actors {

using consensus::InstanceId;
using crypto::SigningSubject;
using messages::PostedRequest;
using messages::RejectReason;

namespace {

/// How often a member may say in one opening that its nonce was spent elsewhere.
constexpr std::size_t max_lost = 8;
/// Waiting times grow up to this multiple of the first.
constexpr std::int64_t max_growth = 8;

}  // namespace

const std::optional<crypto::NonceCommitments>& SigningMachine::Core::nonces_of(
    const Opening& opening, const Peer& peer) const {
  const bool is_block = opening.subject.kind == SigningSubject::Kind::block;
  return is_block ? peer.nonces : peer.announce_nonces;
}

Weight SigningMachine::Core::ready_weight() const {
  Weight sum{0};
  for (const auto& [member, peer] : peers_) {
    if (peer.nonces && !excluded_.contains(member)) sum += set_.weight(member);
  }
  if (signer_) sum += set_.weight(*self_);
  return sum;
}

void SigningMachine::Core::on(const OpenSigning& open, Effects& out) {
  const auto before = openings_.find(open.instance);
  if (before != openings_.end()) {
    const Opening& known = before->second;
    if (known.view == open.view && known.subject == open.subject) return;
    openings_.erase(before);
  }
  crypto::SigningCoordinator coordinator(
      group_, messages::instance_hash(open.instance),
      crypto::view_bytes(open.view.epoch, open.view.round), open.subject);
  for (const MemberIndex member : excluded_) (void)coordinator.exclude(member);
  auto [entry, is_new] = openings_.emplace(
      open.instance, Opening{++openings_made_, open.view, open.subject, std::move(coordinator),
                             {}, {}, {}, collect_wait_, next_random().bytes[0]});
  ASSERT(is_new);
  Opening& opening = entry->second;
  if (signer_) {
    const auto own = suite_of(open.subject).offered();
    handle(open.instance, opening, opening.coordinator.on_nonces(*self_, own), out);
  }
  for (const auto& [member, peer] : peers_) {
    feed_nonces(open.instance, opening, member, peer, out);
  }
  arm(opening, out);
}

void SigningMachine::Core::on(const ExcludeSigner& excluded, Effects& out) {
  if (excluded_.insert(excluded.member).second) exclude_everywhere(out);
}

void SigningMachine::Core::exclude_everywhere(Effects& out) {
  for (auto& [id, opening] : openings_) {
    for (const MemberIndex member : excluded_) {
      handle(id, opening, opening.coordinator.exclude(member), out);
    }
  }
}

void SigningMachine::Core::on(const Timer& timer, Effects& out) {
  if (timer.kind == signing_work_timer) return go_on_checking(timer, out);
  if (timer.kind != signing_timer) return;
  for (auto& [id, opening] : openings_) {
    if (opening.number != timer.a || opening.coordinator.is_finished()) continue;
    if (opening.armed_for != timer.b) return;  // A session opened since; its own timer runs.
    opening.armed_for.reset();
    handle(id, opening, opening.coordinator.on_timer(), out);
    arm(opening, out);
    return;
  }
}

void SigningMachine::Core::go_on_checking(const Timer& timer, Effects& out) {
  for (auto& [id, opening] : openings_) {
    if (opening.number != timer.a || opening.coordinator.is_finished()) continue;
    handle(id, opening, opening.coordinator.on_time(), out);
    arm(opening, out);
    return;
  }
}

/// One timer per opening, for the newest session.
void SigningMachine::Core::arm(Opening& opening, Effects& out) {
  const std::size_t sessions = opening.coordinator.sessions_opened();
  if (opening.coordinator.is_finished() || opening.armed_for == sessions) return;
  if (sessions > 0) opening.wait = std::max(opening.wait, session_wait_);
  opening.armed_for = sessions;
  // Coordinators that got into each other's way come back at different times.
  const Duration spread{sessions == 0 ? 0 : opening.wait.us * opening.jitter / 256};
  out.push_back(ArmTimer{Timer{signing_timer, opening.number, sessions, 0},
                         now_ + opening.wait + spread});
  opening.wait = std::min(Duration{opening.wait.us * 3 / 2}, session_wait_ * max_growth);
}

void SigningMachine::Core::feed(const PeerSigning& peer, Effects& out) {
  Peer& known = peers_[peer.member];
  const Peer before = std::exchange(
      known, Peer{peer.state.nonces,
                  peer.state.announce_nonces,
                  {peer.state.shares.begin(), peer.state.shares.end()},
                  peer.written});
  for (const auto& [old_list, new_list] :
       {std::pair{before.nonces, known.nonces},
        std::pair{before.announce_nonces, known.announce_nonces}}) {
    if (old_list && new_list && messages::contradict(*old_list, *new_list)) {
      convict_equivocation(peer.member, *old_list, *new_list, before.written, peer.written, out);
    }
  }
  note_shares(peer.member, known, out);
  for (auto& [id, opening] : openings_) {
    feed_nonces(id, opening, peer.member, known, out);
    for (const messages::Reject& reject : peer.state.rejects) {
      feed_reject(id, opening, peer.member, reject, out);
    }
    for (const crypto::SignatureShare& share : peer.state.shares) {
      handle(id, opening, opening.coordinator.on_share(peer.member, share), out);
    }
    arm(opening, out);
  }
}

void SigningMachine::Core::feed_nonces(const InstanceId& id, Opening& opening, MemberIndex member,
                                       const Peer& peer, Effects& out) {
  const auto& list = nonces_of(opening, peer);
  if (list) handle(id, opening, opening.coordinator.on_nonces(member, *list), out);
}

void SigningMachine::Core::feed_reject(const InstanceId& id, Opening& opening, MemberIndex member,
                                       const messages::Reject& reject, Effects& out) {
  const bool is_ours =
      std::any_of(opening.posted.begin(), opening.posted.end(),
                  [&](const Posted& posted) { return posted.session == reject.session; });
  std::set<crypto::SessionId>& lost = opening.lost[member];
  if (!is_ours || !lost.insert(reject.session).second) return;
  const bool is_fault = reject.reason == RejectReason::too_many || lost.size() > max_lost;
  handle(id, opening,
         is_fault ? opening.coordinator.exclude(member)
                  : opening.coordinator.release(member, reject.session),
         out);
}

/// The own answers reach the own coordinators without a detour through the replica.
void SigningMachine::Core::feed_own_share(const crypto::SignatureShare& share, Effects& out) {
  for (auto& [id, opening] : openings_) {
    handle(id, opening, opening.coordinator.on_share(*self_, share), out);
    const auto own = suite_of(opening.subject).offered();
    handle(id, opening, opening.coordinator.on_nonces(*self_, own), out);
  }
}

void SigningMachine::Core::feed_own_reject(const messages::Reject& reject, Effects& out) {
  for (auto& [id, opening] : openings_) feed_reject(id, opening, *self_, reject, out);
}

void SigningMachine::Core::handle(const InstanceId& id, Opening& opening, Outputs outputs,
                                  Effects& out) {
  for (const crypto::CoordinatorOutput& output : outputs) {
    if (const auto* open = std::get_if<crypto::OpenSession>(&output)) {
      post(id, opening, *open, out);
    } else if (const auto* finished = std::get_if<crypto::SigningFinished>(&output)) {
      complete(id, opening, finished->signature, out);
    } else if (std::holds_alternative<crypto::CoordinatorBusy>(output)) {
      out.push_back(ArmTimer{Timer{signing_work_timer, opening.number}, now_});
    } else {
      convict(id, std::get<crypto::Convicted>(output), out);
    }
  }
}

void SigningMachine::Core::post(const InstanceId& id, Opening& opening,
                                const crypto::OpenSession& open, Effects& out) {
  const PostedRequest request{id, opening.view, opening.subject, open.request.entries};
  opening.posted.push_back({open.session, request, encode(request).size()});
  arm(opening, out);
  if (signer_) hear_request(set_.members[self_->value].key, request, out);
}

void SigningMachine::Core::complete(const InstanceId& id, Opening& opening,
                                    const crypto::GroupSignature& signature, Effects& out) {
  opening.posted.clear();
  if (opening.subject.kind == SigningSubject::Kind::sighash) {
    out.push_back(SignatureReady{id, opening.view, opening.subject.hash, signature.signature});
    return;
  }
  const consensus::GroupSeal seal = messages::group_seal(signature);
  const BlockId block = BlockId::from(opening.subject.hash.view());
  // The coordinator has checked every part; a seal that others would refuse must not leave.
  ASSERT(consensus::verify(seal, set_, content_.group_key, cid_, block, network_id_).ok());
  out.push_back(SealReady{id, opening.view, block, seal});
}

void SigningMachine::Core::convict(const InstanceId& id, const crypto::Convicted& verdict,
                                   Effects& out) {
  messages::SigningFault fault;
  fault.member = verdict.party;
  const auto opening = openings_.find(id);
  ASSERT(opening != openings_.end());
  if (verdict.request && verdict.share) {
    fault.requests = {PostedRequest{id, opening->second.view, opening->second.subject,
                                    verdict.request->entries}};
    fault.shares = {*verdict.share};
  }
  fault.batches.assign(verdict.batches.begin(), verdict.batches.end());
  const auto peer = peers_.find(verdict.party);
  if (peer != peers_.end()) fault.states = {peer->second.written};
  const bool is_equivocation = verdict.reason == Errc::nonce_equivocation;
  accuse(is_equivocation ? "nonce_equivocation" : "bad_share", std::move(fault), out);
}

void SigningMachine::Core::convict_equivocation(MemberIndex member,
                                                const crypto::NonceCommitments& before,
                                                const crypto::NonceCommitments& now,
                                                const messages::SignedState& written_before,
                                                const messages::SignedState& written_now,
                                                Effects& out) {
  messages::SigningFault fault;
  fault.member = member;
  fault.batches = {before, now};
  fault.states = {written_before, written_now};
  accuse("nonce_equivocation", std::move(fault), out);
}

void SigningMachine::Core::accuse(const char* kind, messages::SigningFault fault, Effects& out) {
  const MemberIndex member = fault.member;
  if (!convicted_.insert(member).second) return;
  fault.cid = cid_;
  for (messages::SignedState& written : fault.states) {
    const auto& first_slot = written.manifest.bytes.is_empty() ? written.state : written.manifest;
    written.word.content_hash = crypto::sha512_256(first_slot.bytes.view());
  }
  out.push_back(SigningEvidence{member, kind, encode(fault)});
  excluded_.insert(member);
  exclude_everywhere(out);
}

/// Own requests fit the budget: the oldest sessions of all openings give way.
void SigningMachine::Core::trim_posted() {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const auto& [id, opening] : openings_) {
    for (const Posted& posted : opening.posted) bytes += posted.bytes;
    count += opening.posted.size();
  }
  for (auto& [id, opening] : openings_) {
    while (opening.posted.size() > 1 &&
           (bytes > request_budget_ || count > messages::max_posted_requests)) {
      bytes -= opening.posted.front().bytes;
      --count;
      opening.posted.erase(opening.posted.begin());
    }
  }
}

}  // namespace quorate::actors
