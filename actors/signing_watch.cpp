// Who gives signature shares for two blocks in one view: an honest member is locked on one of them.
// A share names its session and a session is a hash of its request, so the requests that members
// post tell what the shares are for. Source: docs/protocol.md "Agreement", rules 3 and 7.
#include "actors/signing_core.hpp"

namespace quorate::actors {

using crypto::SigningSubject;
using messages::PostedRequest;

namespace {

/// Requests for blocks that are remembered, and answers per member: a few views of few heights.
constexpr std::size_t max_heard = 32;
constexpr std::size_t max_answers = 8;

}  // namespace

void SigningMachine::Core::note_request(const PostedRequest& request, const Hash256& hash,
                                        Effects& out) {
  if (request.instance.purpose != consensus::Purpose::block ||
      request.subject.kind != SigningSubject::Kind::block) {
    return;
  }
  const auto same = [&](const HeardRequest& heard) { return heard.hash == hash; };
  if (std::any_of(heard_.begin(), heard_.end(), same)) return;
  // What is no request of this group has no session.
  if (!crypto::check_request(group_->config(), request.request(cid_)).ok()) return;
  heard_.push_back({hash, crypto::session_id(group_->config(), request.request(cid_)),
                    std::make_shared<const PostedRequest>(request)});
  if (heard_.size() > max_heard) heard_.pop_front();
  // A share may be read before the request it answers.
  for (const auto& [member, peer] : peers_) {
    for (const crypto::SignatureShare& share : peer.shares) {
      if (share.session != heard_.back().session) continue;
      note_answer(member, {heard_.back().request, share, peer.written}, out);
    }
  }
}

void SigningMachine::Core::note_shares(MemberIndex member, const Peer& peer, Effects& out) {
  for (const crypto::SignatureShare& share : peer.shares) {
    const auto heard = std::find_if(heard_.begin(), heard_.end(), [&](const HeardRequest& h) {
      return h.session == share.session;
    });
    if (heard != heard_.end()) note_answer(member, {heard->request, share, peer.written}, out);
  }
}

void SigningMachine::Core::note_answer(MemberIndex member, const Answer& answer, Effects& out) {
  std::deque<Answer>& answers = peer_answers_[member];
  for (const Answer& known : answers) {
    if (known.share == answer.share) return;
  }
  for (const Answer& known : answers) {
    if (!messages::are_rivals(*known.request, *answer.request)) continue;
    messages::SigningFault fault;
    fault.member = member;
    fault.requests = {*known.request, *answer.request};
    fault.shares = {known.share, answer.share};
    fault.states = {known.written, answer.written};
    return accuse("two_shares", std::move(fault), out);
  }
  answers.push_back(answer);
  if (answers.size() > max_answers) answers.pop_front();
}

void SigningMachine::Core::forget_answers(const consensus::InstanceId& instance) {
  std::erase_if(heard_, [&](const HeardRequest& h) { return h.request->instance == instance; });
  for (auto& [member, answers] : peer_answers_) {
    std::erase_if(answers, [&](const Answer& a) { return a.request->instance == instance; });
  }
}

}  // namespace quorate::actors
