#include "actors/producer_machine.hpp"

#include <algorithm>

namespace quorate::actors {

using consensus::InstanceId;
using consensus::Purpose;
using consensus::Value;
using consensus::ValueKind;

namespace {

constexpr std::uint8_t collect_timer = 60;
constexpr std::uint8_t cutoff_timer = 61;

/// Candidates are collected at least this long, however late the work came.
constexpr Duration collect_time = milliseconds(200);
/// Candidates and early blocks of later heights that are remembered.
constexpr std::size_t max_known = 256;

/// Which candidate slot, counted from 0, a producer owns.
std::uint32_t candidate_place(const consensus::SignerSet& set, const crypto::PublicKey& owner) {
  const auto& small = set.zero_slot_keys;
  const auto at = std::find(small.begin(), small.end(), owner);
  if (at != small.end()) return static_cast<std::uint32_t>(at - small.begin());
  const MemberIndex member = set.find(owner).value_or(MemberIndex{});
  return static_cast<std::uint32_t>(small.size() + member.value);
}

}  // namespace

ProducerMachine::ProducerMachine(ProducerConfig config, crypto::SecretKey key)
    : config_(std::move(config)),
      key_(std::move(key)),
      public_key_(key_.public_key()),
      notary_(key_.clone()),
      view_(config_.params) {}

MemberEffects ProducerMachine::step(Instant now, const MemberInput& input) {
  out_.clear();
  if (const auto* event = std::get_if<messages::ChainEvent>(&input)) {
    on_event(now, *event);
  } else if (const auto* reply = std::get_if<messages::KeeperReply>(&input)) {
    on_reply(now, *reply);
  } else if (const auto* seen = std::get_if<ChunkSeen>(&input)) {
    on_chunk(now, seen->chunk);
  } else if (const auto* refused = std::get_if<ChunkRefused>(&input)) {
    if (GroupMember* group = generations_.find(refused->db)) {
      group->on_write_refused(refused->slot, refused->reason, refused->standing);
    }
  } else if (const auto* led = std::get_if<messages::LeaderNews>(&input)) {
    on_leader(now, led->certificate);
  } else if (const auto* entered = std::get_if<messages::EpochNews>(&input)) {
    on_epoch(*entered);
  } else if (const auto* sign = std::get_if<messages::SignAnnouncement>(&input)) {
    if (member() != nullptr) announcements_.open(now, sign->offer);
  } else {
    on_timer(now, std::get<Timer>(input));
  }
  settle(now);
  return std::move(out_);
}

// ---- What the node tells.

void ProducerMachine::on_event(Instant now, const messages::ChainEvent& event) {
  view_.apply(event);
  if (const auto* moved = std::get_if<messages::BurnTipChanged>(&event)) {
    on_burn(now, *moved);
  } else if (const auto* planned = std::get_if<messages::SetPlanned>(&event)) {
    on_planned(now, *planned);
  } else if (const auto* learned = std::get_if<messages::KeyLearned>(&event)) {
    const auto& content = learned->certificate.content;
    auto& groups = content.kind == GroupKind::producers ? generations_ : observed_;
    if (GroupMember* group = groups.find(content.generation, learned->set)) {
      group->on_key_certified(now, learned->certificate);
    }
  } else if (const auto* accepted = std::get_if<messages::BlockAccepted>(&event)) {
    const auto& header = accepted->block.block.header;
    for (auto& entry : generations_) entry.second->on_accepted(now, header);
  } else if (const auto* final_block = std::get_if<messages::BlockFinal>(&event)) {
    for (auto& entry : generations_) entry.second->on_final(final_block->height);
  } else if (const auto* position = std::get_if<messages::Position>(&event)) {
    on_position(now, *position);
  } else if (std::holds_alternative<messages::MempoolChanged>(event)) {
    schedule(now);
  }
}

void ProducerMachine::on_burn(Instant now, const messages::BurnTipChanged& moved) {
  const BurnHeight height = moved.tip.height;
  const agreement::BurnMoved told{moved.links, moved.tip.hash};
  const std::uint64_t memory = 2 * config_.params.term_length;
  for (auto* groups : {&generations_, &observed_}) {
    groups->forget_before(height, memory);
    for (auto& entry : *groups) entry.second->on_burn(now, told, height);
  }
}

void ProducerMachine::on_planned(Instant now, const messages::SetPlanned& planned) {
  const bool producers = planned.set.kind == GroupKind::producers;
  auto& groups = producers ? generations_ : observed_;
  if (!groups.make_way(planned.set)) return;
  const auto self = producers ? planned.set.find(public_key_) : std::nullopt;
  // A producer without signer slots votes on nothing, but has a candidate slot.
  const auto& small = planned.set.zero_slot_keys;
  if (producers && !self && std::find(small.begin(), small.end(), public_key_) == small.end()) {
    return;
  }
  const auto joined = groups.join(now, planned, self,
                                  {config_.params, config_.timing, key_, notary_, config_.entropy,
                                   config_.stored, scopes_, view_, early_});
  if (!joined.ok()) out_.push_back(Note{"generation not joined: " + joined.error().message()});
}

void ProducerMachine::on_position(Instant now, const messages::Position& position) {
  const GroupMember* const mine = generations_.find(position.term.value);
  producing_.reset();
  if (mine != nullptr) producing_ = position.term.value;
  if (mine != nullptr && election_term_ != position.term) begin_election(*mine, position.term);
  if (mine == nullptr || !position.keys_ready) {
    place_.reset();
    return;
  }
  const bool moved_on = !place_ || place_->term != position.term ||
                        place_->height != position.height ||
                        place_->attempt != position.attempt || place_->parent != position.parent;
  place_ = position;
  if (!position.first_of_term) member()->settle_key();
  if (moved_on) {
    out_.push_back(ElectionOrder{messages::ElectionProgress{position.term}});
    begin_height(now);
  }
  schedule(now);
  announcements_.retry(now);
}

void ProducerMachine::begin_election(const GroupMember& group, TermNumber term) {
  election_term_ = term;
  epoch_ = 0;
  leader_.reset();
  told_work_ = Work::none;
  told_seen_.clear();
  out_.push_back(ElectionOrder{messages::ElectionTerm{group.set(), term, group.self()}});
  out_.push_back(ElectionOrder{messages::ElectionWork{term, false}});
  tell_leadership();
}

void ProducerMachine::on_leader(Instant now, const messages::LeaderCertificate& certificate) {
  GroupMember* group = member();
  if (group == nullptr || certificate.term.value != *producing_) return;
  leader_ = certificate;
  epoch_ = certificate.epoch;
  group->set_epoch(epoch_, is_leading() ? leader_ : std::nullopt);
  tell_leadership();
  if (const auto id = instance()) {
    republish();
    group->agree(now, *id, agreement::LeaderGranted{certificate});
  }
  if (is_leading() && place_ && cutoff_at_ && now + collect_time >= *cutoff_at_) {
    build(now, place_->burn_tip);
  }
}

void ProducerMachine::on_epoch(const messages::EpochNews& entered) {
  GroupMember* group = member();
  if (group == nullptr || entered.term.value != *producing_) return;
  epoch_ = entered.epoch;
  if (leader_ && leader_->epoch != epoch_) leader_.reset();
  group->set_epoch(epoch_, is_leading() ? leader_ : std::nullopt);
  tell_leadership();
}

void ProducerMachine::on_chunk(Instant now, const consensus::Chunk& chunk) {
  for (auto* groups : {&generations_, &observed_}) {
    if (GroupMember* group = groups->find(chunk.db)) return group->on_chunk(now, chunk);
  }
  if (!view_.is_planned(chunk.db)) early_.keep(chunk);
}

void ProducerMachine::on_timer(Instant now, const Timer& timer) {
  if (timer.scope != 0) {
    for (auto* groups : {&generations_, &observed_}) {
      for (auto& entry : *groups) {
        if (entry.second->timer_scope() == timer.scope) entry.second->on_timer(now, timer);
      }
    }
    return;
  }
  if (!place_ || timer.a != place_->height.value || timer.b != place_->attempt ||
      timer.c != place_->term.value) {
    return;
  }
  if (!view_.has_work() && !cut_) {
    // What there was to say has been said elsewhere; the next work starts the clock again.
    cutoff_at_.reset();
    return;
  }
  if (timer.kind == cutoff_timer) {
    if (cutoff_at_ && now >= *cutoff_at_) cut_off(now);
    return;
  }
  if (timer.kind != collect_timer) return;
  tell_work(Work::some);
  // The leader offers what it has. Others may compete: they do when nobody leads, and when they
  // hold clearly more fees than the best candidate (checked at the cut-off).
  if (is_leading()) build(now, place_->burn_tip);
}

// ---- One height.

void ProducerMachine::begin_height(Instant now) {
  began_ = now;
  // A leader is not blamed for the pause between blocks.
  tell_work(Work::none);
  cutoff_at_.reset();
  cut_ = false;
  put_forward_ = false;
  sealed_.reset();
  building_on_.reset();
  block_wanted_ = false;
  std::erase_if(known_, [&](const auto& entry) {
    const auto& header = entry.second.block.header;
    return header.height < place_->height || header.term < place_->term;
  });
  GroupMember* group = member();
  const InstanceId id = *instance();
  group->open(now, id);
  if (leader_) group->agree(now, id, agreement::LeaderGranted{*leader_});
  // Candidates that came before this node reached the height: those remembered are judged anew,
  // then those in the slots that are not among them.
  std::vector<BlockId> early;
  for (const auto& [block, known] : known_) {
    if (view_.is_next(known.block.header)) early.push_back(block);
  }
  for (const BlockId& block : early) {
    Known& known = known_.at(block);
    known.tried = false;
    judge(now, known.block, known.owner, agreement::Seen::before_cutoff);
  }
  for (const auto& [owner, candidate] : group->candidates()) {
    on_candidate(now, *group, CandidateHeard{owner, candidate});
  }
}

void ProducerMachine::schedule(Instant now) {
  if (!place_) return;
  if (!view_.has_work()) return tell_work(Work::none);
  if (cutoff_at_) return;
  const Duration after_parent =
      std::max(config_.timing.min_block_spacing, config_.timing.candidate_cutoff);
  cutoff_at_ = std::max(began_ + after_parent, now + collect_time);
  const std::uint64_t height = place_->height.value;
  const std::uint64_t term = place_->term.value;
  out_.push_back(
      ArmTimer{Timer{collect_timer, height, place_->attempt, term}, *cutoff_at_ - collect_time});
  out_.push_back(ArmTimer{Timer{cutoff_timer, height, place_->attempt, term}, *cutoff_at_});
}

void ProducerMachine::tell_work(Work work) {
  if (work == told_work_) return;
  told_work_ = work;
  out_.push_back(ElectionOrder{messages::ElectionWork{place_->term, work == Work::some}});
}

void ProducerMachine::cut_off(Instant now) {
  cut_ = true;
  MicroStx best;
  for (const auto& entry : known_) {
    if (entry.second.fees && *entry.second.fees > best) best = *entry.second.fees;
  }
  // Better late than censored: this candidate competes from the next view on.
  if (!put_forward_ && view_.mempool_fees().value > 2 * best.value && !is_leading() && !leader_) {
    build(now, place_->burn_tip);
  }
  if (block_wanted_ && is_leading()) build(now, place_->burn_tip);
  block_wanted_ = false;
  if (GroupMember* group = member()) group->agree(now, *instance(), agreement::CutOff{});
}

void ProducerMachine::build(Instant now, const BurnView& burn_view) {
  // A sealed block must stay where stackers look for it.
  if (!place_ || is_sealed() || building_on_ == burn_view) return;
  building_on_ = burn_view;
  messages::BuildBlock request;
  request.token = ++build_token_;
  request.height = place_->height;
  request.attempt = place_->attempt;
  request.parent = place_->parent;
  request.burn_view = burn_view;
  request.timestamp_ms =
      std::max(static_cast<std::uint64_t>(now.ms()), place_->parent_timestamp_ms + 1);
  out_.push_back(AskKeeper{request});
}

void ProducerMachine::on_reply(Instant now, const messages::KeeperReply& reply) {
  if (const auto* built = std::get_if<messages::BuiltBlock>(&reply)) on_built(now, *built);
  if (const auto* tried = std::get_if<messages::TriedBlock>(&reply)) on_tried(now, *tried);
}

void ProducerMachine::on_built(Instant now, const messages::BuiltBlock& built) {
  if (built.token != build_token_ || !place_) return;
  if (!built.block) {
    building_on_.reset();
    return;
  }
  if (is_sealed() || !view_.is_next(built.block->header)) return;
  put_forward(now, *built.block, built.fees);
}

void ProducerMachine::put_forward(Instant now, const consensus::Block& block, MicroStx fees) {
  put_forward_ = true;
  remember(block, fees);
  member()->put_candidate({block, {}, std::nullopt});
  tell_candidate(now, known_.at(block.id()), agreement::Verdict::valid, Errc{});
}

void ProducerMachine::remember(const consensus::Block& block, MicroStx fees) {
  const auto seen = cut_ ? agreement::Seen::after_cutoff : agreement::Seen::before_cutoff;
  known_[block.id()] = {block, fees, public_key_, seen, true};
}

void ProducerMachine::on_candidate(Instant now, const GroupMember& group,
                                   const CandidateHeard& heard) {
  const consensus::Block& block = heard.candidate.block;
  if (!producing_ || group.set().generation != *producing_) return;
  if (heard.candidate.seal) on_final(now, heard.candidate);
  if (!place_ || block.header.height < place_->height || block.header.term != place_->term) return;
  if (known_.size() >= max_known && !known_.contains(block.id())) return;
  const auto seen = cut_ ? agreement::Seen::after_cutoff : agreement::Seen::before_cutoff;
  if (view_.is_next(block.header)) {
    judge(now, block, heard.owner, seen);
  } else {
    known_.try_emplace(block.id(), Known{block, std::nullopt, heard.owner, seen, false});
  }
}

void ProducerMachine::judge(Instant, const consensus::Block& block, const crypto::PublicKey& owner,
                            agreement::Seen seen) {
  Known& known =
      known_.try_emplace(block.id(), Known{block, std::nullopt, owner, seen, false}).first->second;
  if (known.tried) return;
  known.tried = true;
  known.seen = seen;
  out_.push_back(AskKeeper{messages::TryBlock{known.block}});
}

void ProducerMachine::on_tried(Instant now, const messages::TriedBlock& tried) {
  const auto at = known_.find(tried.id);
  if (at == known_.end()) return;
  auto verdict = agreement::Verdict::parked;
  if (tried.outcome == messages::Outcome::valid) {
    verdict = agreement::Verdict::valid;
    at->second.fees = tried.fees;
    at->second.tail = tried.shorter_tail ? agreement::Tail::shorter : agreement::Tail::longest;
  } else if (tried.outcome == messages::Outcome::refused) {
    verdict = agreement::Verdict::refused;
  }
  tell_candidate(now, at->second, verdict, static_cast<Errc>(tried.reason));
}

void ProducerMachine::tell_candidate(Instant now, const Known& known, agreement::Verdict verdict,
                                     Errc reason) {
  GroupMember* group = member();
  const auto id = instance();
  if (group == nullptr || !id || !view_.is_next(known.block.header)) return;
  group->agree(now, *id,
               agreement::Candidate{value_of(known.block.header), known.fees.value_or(MicroStx{}),
                                    candidate_place(group->set(), known.owner), verdict, reason,
                                    known.seen, known.tail});
}

void ProducerMachine::republish() {
  GroupMember* group = member();
  if (is_sealed()) return group->put_candidate(*sealed_);
  if (machine() == nullptr || machine()->closed() || put_forward_) return;
  for (const auto& lock : machine()->locks()) {
    const auto known = known_.find(BlockId{lock.first.id.bytes});
    if (known == known_.end() || known->second.owner == public_key_) continue;
    group->put_candidate({known->second.block, {}, std::nullopt});
    return;
  }
}

// ---- What the generations report.

void ProducerMachine::on_report(Instant now, GroupMember& group, GroupReport& report) {
  if (auto* done = std::get_if<KeyDone>(&report)) {
    out_.push_back(AskKeeper{messages::LearnKey{done->certificate}});
  } else if (auto* sealed = std::get_if<SealDone>(&report)) {
    on_sealed(now, *sealed);
  } else if (auto* done = std::get_if<SignatureDone>(&report)) {
    const auto both = announcements_.on_signature(now, group.set().kind, *done);
    if (both) out_.push_back(*both);
  } else if (auto* rejected = std::get_if<RejectionDone>(&report)) {
    out_.push_back(AskKeeper{messages::LearnRejection{rejected->certificate}});
  } else if (auto* wanted = std::get_if<BlockWanted>(&report)) {
    if (instance() != wanted->instance) return;
    // A height that Bitcoin reopened is as new as any other: candidates first.
    if (cut_) return build(now, wanted->burn_view);
    block_wanted_ = true;
  } else if (auto* asked = std::get_if<PermitAsked>(&report)) {
    if (&group == member()) announcements_.permit(now, group, *asked);
  } else if (auto* heard = std::get_if<MemberHeard>(&report)) {
    if (&group == member()) on_heard(*heard);
  } else if (auto* candidate = std::get_if<CandidateHeard>(&report)) {
    on_candidate(now, group, *candidate);
  }
}

void ProducerMachine::on_heard(const MemberHeard& heard) {
  const auto seen = std::pair{heard.epoch, heard.leader.has_value()};
  const auto [told, fresh] = told_seen_.try_emplace(heard.member, seen);
  if (!fresh && told->second == seen) return;
  told->second = seen;
  out_.push_back(ElectionOrder{messages::ElectionSeen{TermNumber{*producing_}, heard.member,
                                                      heard.epoch, heard.leader}});
}

void ProducerMachine::on_final(Instant now, const messages::CandidateBlock& candidate) {
  const BlockId id = candidate.block.id();
  GroupMember* group = member();
  const auto current = instance();
  const auto* key = view_.key(GroupKind::producers, *producing_);
  if (group == nullptr || key == nullptr || !current || finals_.contains(id) ||
      !view_.is_next(candidate.block.header)) {
    return;
  }
  const auto sealed =
      consensus::verify(*candidate.seal, group->set(), key->content.group_key, key->content.cid, id,
                        config_.params.network_id);
  if (!sealed.ok()) {
    out_.push_back(Note{"final block refused: " + sealed.error().message()});
    return;
  }
  if (finals_.size() > max_known) finals_.clear();
  finals_.insert(id);
  sealed_ = candidate;
  group->agree(now, *current, agreement::Signed{candidate.view, value_of(candidate.block.header)});
}

void ProducerMachine::on_sealed(Instant now, const SealDone& sealed) {
  const auto known = known_.find(sealed.block);
  GroupMember* group = member();
  if (known == known_.end() || group == nullptr) return;
  finals_.insert(sealed.block);
  const messages::CandidateBlock shown{known->second.block, sealed.view, sealed.seal};
  group->put_candidate(shown);
  if (instance() == sealed.instance) sealed_ = shown;
  group->agree(now, sealed.instance,
               agreement::Signed{sealed.view, value_of(known->second.block.header)});
  group->sign(now, CloseSigning{sealed.instance});
}

// ---- Small questions.

void ProducerMachine::tell_leadership() {
  const GroupMember* group = member();
  messages::LeadershipChanged told;
  told.term = election_term_.value_or(TermNumber{});
  told.member = group != nullptr && group->self();
  told.leading = is_leading();
  if (told.member) {
    const auto members = static_cast<std::uint32_t>(group->set().members.size());
    told.rank = static_cast<std::uint16_t>(
        (group->self()->value + members - epoch_ % members) % members);
  }
  out_.push_back(told);
}

bool ProducerMachine::is_leading() const {
  if (!leader_ || !producing_) return false;
  const GroupMember* group = generations_.find(*producing_);
  return group != nullptr && group->self() == leader_->leader &&
         leader_->epoch == epoch_ && leader_->term.value == *producing_;
}

const AgreementMachine* ProducerMachine::machine() const {
  const auto id = instance();
  const GroupMember* group = id ? generations_.find(id->generation) : nullptr;
  return group == nullptr ? nullptr : group->instance(*id);
}

bool ProducerMachine::is_sealed() const {
  // A block that Bitcoin orphaned needs a successor at the same height.
  return sealed_ && machine() != nullptr && machine()->closed();
}

GroupMember* ProducerMachine::member_of(const std::optional<std::uint64_t>& generation) {
  return generation ? generations_.find(*generation) : nullptr;
}

std::optional<InstanceId> ProducerMachine::instance() const {
  if (!place_ || !producing_) return std::nullopt;
  return InstanceId{GroupKind::producers, Purpose::block, *producing_,
                    place_->term,         place_->height, place_->attempt};
}

void ProducerMachine::settle(Instant now) {
  for (auto* groups : {&generations_, &observed_}) {
    for (auto& entry : *groups) drain(now, *entry.second);
  }
  if (GroupMember* group = member()) announcements_.show(*group);
  for (auto& entry : generations_) {
    entry.second->flush(now);
    drain(now, *entry.second);
  }
  for (auto& entry : observed_) drain(now, *entry.second);
}

void ProducerMachine::drain(Instant now, GroupMember& group) {
  group.drain(config_.stored, out_,
              [&](GroupReport& report) { on_report(now, group, report); });
}

}  // namespace quorate::actors
