#include "actors/announcement_desk.hpp"

namespace quorate::actors {

using consensus::InstanceId;
using consensus::Purpose;
using messages::AnnouncementOffer;

namespace {

const Hash256& digest_of(GroupKind kind, const AnnouncementDigests& digests) {
  return kind == GroupKind::producers ? digests.producers : digests.stackers;
}

std::uint64_t generation_of(GroupKind kind, const AnnouncementOffer& offer) {
  return kind == GroupKind::producers ? offer.term.value : offer.cycle.value;
}

}  // namespace

InstanceId announce_instance(GroupKind kind, const AnnouncementOffer& offer) {
  return {kind,       Purpose::announce, generation_of(kind, offer),
          offer.term, offer.height,      0};
}

Result<std::optional<Permit>> judge_permit(const NodeView& view, GroupKind kind,
                                           const AnnouncementOffer& offer,
                                           const PermitAsked& asked) {
  TRY_ASSIGN(const auto digests, view.check_offer(offer));
  const auto* key = view.key(kind, generation_of(kind, offer));
  ASSERT(key != nullptr);  // check_offer found the group's coin
  const auto expected =
      messages::announcement_subject(digest_of(kind, digests), key->content.group_key);
  if (asked.subject != expected || asked.instance != announce_instance(kind, offer)) {
    return std::optional<Permit>{};
  }
  return std::optional{Permit{asked.instance, asked.view, asked.subject}};
}

void AnnouncementDesk::open(Instant now, const AnnouncementOffer& offer) {
  GroupMember* const producers = group(GroupKind::producers, offer);
  GroupMember* const stackers = group(GroupKind::stackers, offer);
  const auto digests = view_.check_offer(offer);
  if (producers == nullptr || stackers == nullptr || !digests.ok()) return;
  close(now);
  open_ = Open{offer, std::nullopt, std::nullopt};
  for (GroupMember* const one : {producers, stackers}) {
    ask(now, *one, digest_of(one->set().kind, *digests));
  }
}

void AnnouncementDesk::ask(Instant now, GroupMember& group, const Hash256& digest) {
  const GroupKind kind = group.set().kind;
  const auto* key = view_.key(kind, group.set().generation);
  ASSERT(key != nullptr);  // check_offer found the group's coin
  const auto instance = announce_instance(kind, open_->offer);
  const consensus::View view{open_->offer.counter, 0};
  const auto subject = messages::announcement_subject(digest, key->content.group_key);
  if (group.self()) group.permit_announcement(now, Permit{instance, view, subject});
  group.sign(now, OpenSigning{instance, view, subject});
}

void AnnouncementDesk::permit(Instant now, GroupMember& group, const PermitAsked& asked) {
  const auto index = group.set().find(asked.from);
  const messages::MemberState* state = index ? group.state_of(*index) : nullptr;
  if (state == nullptr || !state->offer) return;
  const auto permit = judge_permit(view_, GroupKind::producers, *state->offer, asked);
  if (!permit.ok()) return waiting_.keep(asked);
  if (*permit) group.permit_announcement(now, **permit);
}

void AnnouncementDesk::retry(Instant now) {
  for (const PermitAsked& asked : waiting_.take()) {
    if (GroupMember* one = own_.find(asked.instance.generation)) permit(now, *one, asked);
  }
}

std::optional<messages::AnnouncementSigned> AnnouncementDesk::on_signature(
    Instant now, GroupKind kind, const SignatureDone& done) {
  if (!open_ || done.instance != announce_instance(kind, open_->offer) ||
      done.view.epoch != open_->offer.counter) {
    return std::nullopt;
  }
  (kind == GroupKind::producers ? open_->producers : open_->stackers) = done.signature;
  if (!open_->producers || !open_->stackers) return std::nullopt;
  const messages::AnnouncementSigned out{open_->offer.height, open_->offer.counter,
                                         *open_->producers, *open_->stackers};
  close(now);
  return out;
}

void AnnouncementDesk::show(GroupMember& member) const {
  List<messages::PostedRequest, messages::max_posted_requests> foreign;
  const GroupMember* stackers = open_ ? group(GroupKind::stackers, open_->offer) : nullptr;
  if (stackers != nullptr && stackers->signing_state() != nullptr) {
    foreign = stackers->signing_state()->requests;
  }
  member.set_offer(open_ ? std::optional{open_->offer} : std::nullopt, std::move(foreign));
}

void AnnouncementDesk::close(Instant now) {
  if (!open_) return;
  for (const GroupKind kind : {GroupKind::producers, GroupKind::stackers}) {
    GroupMember* const one = group(kind, open_->offer);
    if (one != nullptr) one->sign(now, CloseSigning{announce_instance(kind, open_->offer)});
  }
  open_.reset();
}

GroupMember* AnnouncementDesk::group(GroupKind kind, const AnnouncementOffer& offer) const {
  return (kind == GroupKind::producers ? own_ : observed_).find(generation_of(kind, offer));
}

}  // namespace quorate::actors
