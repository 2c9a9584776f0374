#include "actors/stacker_machine.hpp"

#include <algorithm>

namespace quorate::actors {

using consensus::InstanceId;
using consensus::Purpose;
using consensus::Value;
using consensus::ValueKind;

namespace {

constexpr std::size_t max_finals = 128;

bool is_below(const consensus::BlockHeader& header, const messages::Position& place) {
  return std::tie(header.term, header.height) < std::tie(place.term, place.height);
}

}  // namespace

StackerMachine::StackerMachine(StackerConfig config, crypto::SecretKey key)
    : config_(std::move(config)),
      key_(std::move(key)),
      public_key_(key_.public_key()),
      notary_(key_.clone()),
      view_(config_.params) {}

MemberEffects StackerMachine::step(Instant now, const MemberInput& input) {
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
  } else if (const auto* timer = std::get_if<Timer>(&input)) {
    on_timer(now, *timer);
  }
  settle(now);
  return std::move(out_);
}

void StackerMachine::on_event(Instant now, const messages::ChainEvent& event) {
  view_.apply(event);
  if (const auto* moved = std::get_if<messages::BurnTipChanged>(&event)) {
    on_burn(now, *moved);
  } else if (const auto* planned = std::get_if<messages::SetPlanned>(&event)) {
    on_planned(now, *planned);
  } else if (const auto* learned = std::get_if<messages::KeyLearned>(&event)) {
    const auto& content = learned->certificate.content;
    GroupMember* group = generations_.find(content.generation, learned->set);
    if (content.kind == GroupKind::stackers && group != nullptr) {
      group->on_key_certified(now, learned->certificate);
    }
    retry_waiting(now);
  } else if (const auto* accepted = std::get_if<messages::BlockAccepted>(&event)) {
    const auto& header = accepted->block.block.header;
    for (auto& entry : generations_) entry.second->on_accepted(now, header);
  } else if (const auto* final_block = std::get_if<messages::BlockFinal>(&event)) {
    for (auto& entry : generations_) entry.second->on_final(final_block->height);
  } else if (const auto* position = std::get_if<messages::Position>(&event)) {
    on_position(now, *position);
  }
}

void StackerMachine::on_burn(Instant now, const messages::BurnTipChanged& moved) {
  const BurnHeight height = moved.tip.height;
  generations_.forget_before(height, config_.params.cycle_length);
  std::erase_if(watched_, [&](const auto& entry) {
    return height.value > entry.second->planned.last.value + 2 * config_.params.term_length;
  });
  for (auto& entry : generations_) {
    entry.second->on_burn(now, {moved.links, moved.tip.hash}, height);
  }
}

void StackerMachine::on_planned(Instant now, const messages::SetPlanned& planned) {
  const std::uint64_t generation = planned.set.generation;
  if (planned.set.kind == GroupKind::producers) {
    const auto standing = watched_.find(generation);
    if (standing != watched_.end() && standing->second->planned.set == planned.set) return;
    auto watched = std::make_unique<Watched>(Watched{
        planned, ChunkDesk{config_.params, planned.set, std::nullopt, nullptr}, {}, {}});
    // The desk keeps a reference to the set: it must be the one that stays.
    watched->desk = ChunkDesk{config_.params, watched->planned.set, std::nullopt, nullptr};
    const Watched& kept = *(watched_[generation] = std::move(watched));
    for (const auto& chunk : early_.take(kept.desk.address())) on_chunk(now, chunk);
    return;
  }
  if (!generations_.make_way(planned.set)) return;
  const auto self = planned.set.find(public_key_);
  if (!self) return;
  const auto joined = generations_.join(now, planned, self,
                                        {config_.params, config_.timing, key_, notary_,
                                         config_.entropy, config_.stored, scopes_, view_, early_});
  if (!joined.ok()) out_.push_back(Note{"generation not joined: " + joined.error().message()});
}

void StackerMachine::on_position(Instant now, const messages::Position& position) {
  if (!position.keys_ready || generations_.find(position.cycle.value) == nullptr) {
    place_.reset();
    return;
  }
  const bool moved_on = !place_ || place_->term != position.term ||
                        place_->height != position.height ||
                        place_->attempt != position.attempt || place_->parent != position.parent;
  place_ = position;
  if (!position.first_of_term) member()->settle_key();
  if (!moved_on) return;
  std::erase_if(finals_, [&](const auto& entry) {
    return is_below(entry.second.candidate.block.header, position);
  });
  GroupMember& group = *member();
  group.open(now, *instance());
  for (const auto& [id, known] : finals_) {
    // The parent is known now, so the own node may think otherwise than before.
    if (view_.is_next(known.candidate.block.header)) {
      out_.push_back(AskKeeper{messages::TryBlock{known.candidate.block}});
    }
  }
  retry_waiting(now);
}

void StackerMachine::on_reply(Instant now, const messages::KeeperReply& reply) {
  const auto* tried = std::get_if<messages::TriedBlock>(&reply);
  if (tried == nullptr) return;
  const auto at = finals_.find(tried->id);
  if (at == finals_.end()) return;
  at->second.tried = *tried;
  tell_final(now, at->second);
}

void StackerMachine::tell_final(Instant now, const Final& known) {
  GroupMember* group = member();
  const auto id = instance();
  const auto& header = known.candidate.block.header;
  // A block of a dropped tail may have the same height: only what follows the own tip is a value.
  if (group == nullptr || !id || !known.tried || !view_.is_next(header)) return;
  agreement::Candidate told{value_of(known.candidate.block.header), known.tried->fees,
                            group->self()->value, agreement::Verdict::parked};
  if (known.tried->outcome == messages::Outcome::valid) told.verdict = agreement::Verdict::valid;
  if (known.tried->outcome == messages::Outcome::refused) {
    told.verdict = agreement::Verdict::refused;
    told.reason = static_cast<Errc>(known.tried->reason);
  }
  group->agree(now, *id, told);
}

void StackerMachine::on_chunk(Instant now, const consensus::Chunk& chunk) {
  if (GroupMember* own = generations_.find(chunk.db)) return own->on_chunk(now, chunk);
  const auto watched = watched_.find(chunk.db.generation);
  if (watched != watched_.end() && watched->second->desk.address() == chunk.db) {
    on_producer_chunk(now, *watched->second, chunk);
  } else if (!view_.is_planned(chunk.db)) {
    early_.keep(chunk);
  }
}

void StackerMachine::on_producer_chunk(Instant now, Watched& watched,
                                       const consensus::Chunk& chunk) {
  auto read = watched.desk.read(chunk);
  if (!read.ok()) return;  // A producer's business; its peers note it.
  if (auto* candidate = std::get_if<CandidateRead>(&*read)) {
    if (!candidate->candidate.seal) return;
    const auto [at, is_new] =
        watched.sealed.insert_or_assign(candidate->owner, std::move(candidate->candidate));
    on_candidate(watched, at->second);
  } else if (auto* state = std::get_if<StateRead>(&*read)) {
    on_producer_state(now, watched, state->member, state->state);
  }
}

/// A sealed block in a producer's slot. What cannot be placed now is read again when this node's
/// place or its keys change.
void StackerMachine::on_candidate(const Watched& watched,
                                  const messages::CandidateBlock& candidate) {
  const consensus::BlockHeader& header = candidate.block.header;
  const BlockId id = header.id();
  const std::uint64_t term = watched.planned.set.generation;
  const auto* key = view_.key(GroupKind::producers, term);
  if (key == nullptr || header.term.value != term || finals_.contains(id)) return;
  if (place_ && is_below(header, *place_)) return;
  const auto sealed =
      consensus::verify(*candidate.seal, watched.planned.set, key->content.group_key,
                        key->content.cid, id, config_.params.network_id);
  if (!sealed.ok()) {
    out_.push_back(Note{"producers' seal refused: " + sealed.error().message()});
    return;
  }
  make_room();
  out_.push_back(AskKeeper{messages::TryBlock{candidate.block}});
  finals_.emplace(id, Final{candidate, std::nullopt});
}

void StackerMachine::make_room() {
  if (finals_.size() < max_finals) return;
  const auto place = [](const auto& entry) {
    const auto& header = entry.second.candidate.block.header;
    return std::tie(header.term, header.height);
  };
  finals_.erase(std::min_element(finals_.begin(), finals_.end(), [&](const auto& a, const auto& b) {
    return place(a) < place(b);
  }));
}

void StackerMachine::read_again() {
  for (const auto& [term, watched] : watched_) {
    for (const auto& [owner, candidate] : watched->sealed) on_candidate(*watched, candidate);
  }
}

void StackerMachine::on_producer_state(Instant now, Watched& watched, MemberIndex member,
                                       std::shared_ptr<const messages::MemberState> state) {
  watched.states[member] = state;
  const messages::MemberState& kept = *state;
  if (view_.key(GroupKind::producers, watched.planned.set.generation) == nullptr) {
    if (auto key = shown_key(kept)) out_.push_back(AskKeeper{messages::LearnKey{std::move(*key)}});
  }
  if (!kept.offer || kept.foreign_requests.empty()) return;
  GroupMember* const group = generations_.find(kept.offer->cycle.value);
  if (group == nullptr) return;
  const crypto::PublicKey from = watched.planned.set.members[member.value].key;
  for (const auto& request : kept.foreign_requests) {
    group->sign(now, RequestSeen{from, request});
  }
}

void StackerMachine::on_timer(Instant now, const Timer& timer) {
  for (auto& entry : generations_) {
    if (entry.second->timer_scope() == timer.scope) entry.second->on_timer(now, timer);
  }
}

void StackerMachine::on_report(Instant now, GroupMember& group, GroupReport& report) {
  if (auto* key = std::get_if<KeyDone>(&report)) {
    out_.push_back(AskKeeper{messages::LearnKey{key->certificate}});
  } else if (auto* sealed = std::get_if<SealDone>(&report)) {
    on_sealed(now, group, *sealed);
  } else if (auto* rejected = std::get_if<RejectionDone>(&report)) {
    out_.push_back(AskKeeper{messages::LearnRejection{rejected->certificate}});
  } else if (auto* asked = std::get_if<PermitAsked>(&report)) {
    permit(now, group, *asked);
  }
  // A wanted value is a producer-signed block: it comes with the producers' Stacker DB.
}

void StackerMachine::on_sealed(Instant now, GroupMember& group, const SealDone& sealed) {
  const auto known = finals_.find(sealed.block);
  if (known == finals_.end()) return;
  const messages::CandidateBlock& candidate = known->second.candidate;
  out_.push_back(AskKeeper{messages::SubmitSealed{
      {candidate.block, {*candidate.seal, sealed.seal}}}});
  group.agree(now, sealed.instance,
              agreement::Signed{sealed.view, value_of(candidate.block.header)});
  group.sign(now, CloseSigning{sealed.instance});
}

void StackerMachine::permit(Instant now, GroupMember& group, const PermitAsked& asked) {
  const auto watched = watched_.find(asked.instance.term.value);
  if (watched == watched_.end()) return;
  const auto index = watched->second->planned.set.find(asked.from);
  if (!index) return;
  const auto state = watched->second->states.find(*index);
  if (state == watched->second->states.end() || !state->second->offer) return;
  const auto permit = judge_permit(view_, GroupKind::stackers, *state->second->offer, asked);
  if (!permit.ok()) return waiting_permits_.keep(asked);
  if (*permit) group.permit_announcement(now, **permit);
}

void StackerMachine::retry_waiting(Instant now) {
  read_again();
  for (const PermitAsked& asked : waiting_permits_.take()) {
    if (GroupMember* group = generations_.find(asked.instance.generation)) {
      permit(now, *group, asked);
    }
  }
}

GroupMember* StackerMachine::member() {
  return place_ ? generations_.find(place_->cycle.value) : nullptr;
}

std::optional<InstanceId> StackerMachine::instance() const {
  if (!place_) return std::nullopt;
  return InstanceId{GroupKind::stackers, Purpose::block, place_->cycle.value,
                    place_->term,        place_->height, place_->attempt};
}

void StackerMachine::settle(Instant now) {
  const auto drain = [&](GroupMember& group) {
    group.drain(config_.stored, out_,
                [&](GroupReport& report) { on_report(now, group, report); });
  };
  for (auto& entry : generations_) {
    drain(*entry.second);
    entry.second->flush(now);
    drain(*entry.second);
  }
}

}  // namespace quorate::actors
