// Chunks coming and going: client writes and what peers say.
#include "actors/replica_records.hpp"
#include "actors/replica_turn.hpp"

namespace quorate::actors::replica {

using consensus::Chunk;
using consensus::ChunkSlot;
using consensus::DbAddress;
using consensus::SlotEntry;
using consensus::Standing;
using messages::AckKind;
using messages::Audience;
using messages::NackReason;
using messages::SlotAck;
using messages::SlotMeta;

namespace {

/// Up to so many neighbours everybody is told: fewer relays would leave part of a sparse mesh to
/// anti-entropy.
constexpr std::uint32_t sparse_mesh = 4;
/// Neighbours drawn to find one that may lack a chunk.
constexpr std::uint32_t relay_draws = 3;

/// What a peer is told about a refused chunk, and whether an honest peer could have sent it: honest
/// ones check everything that does not depend on the Bitcoin tip before they pass a chunk on.
struct PeerRefusal {
  NackReason reason{};
  bool is_offence{};
};
PeerRefusal refusal_of(Errc code) {
  switch (code) {
    case Errc::no_such_slot: return {NackReason::no_such_slot, true};
    case Errc::chunk_too_big: return {NackReason::too_big, true};
    case Errc::version_zero: return {NackReason::version_zero, true};
    case Errc::bad_signer: return {NackReason::bad_signer, true};
    case Errc::chunk_is_garbage: return {NackReason::garbage, false};
    default: ASSERT(code == Errc::write_too_fast); return {NackReason::too_fast, false};
  }
}

bool does_not_care(const Neighbour& neighbour, Audience audience) {
  return audience == Audience::members && neighbour.attention() == messages::Attention::loose;
}

}  // namespace

messages::Push Turn::push_of(const ReplicaGeneration& replica, ChunkSlot slot) {
  const ReplicaGeneration::Hints hints = replica.hints(slot);
  return {replica.chunk(slot), hints.origin, hints.audience};
}

Result<> Turn::on(const ClientWrite& input) {
  const Chunk& chunk = input.chunk;
  AnswerClient answer{input.token, chunk.db, chunk.slot, chunk.version, std::nullopt, {}};
  Generation* generation = s_.find(chunk.db);
  if (generation == nullptr || !generation->open) {
    answer.refusal = generation == nullptr ? Errc::no_such_db : Errc::generation_closed;
    effects_.push_back(std::move(answer));
    return done();
  }
  const Verdict verdict = generation->open->write(now_, s_.tip, chunk);
  answer.refusal = verdict.refusal;
  if (chunk.slot.value < generation->contract->slot_count()) {
    answer.standing = generation->open->meta(chunk.slot);
  }
  effects_.push_back(std::move(answer));
  note_evidence(*generation, verdict);
  if (verdict.outcome != Outcome::accepted) return done();
  generation->open->set_hints(chunk.slot, {messages::Origin::here, input.audience});
  keep(*generation, chunk.slot);
  for (auto& [peer, neighbour] : s_.peers) offer(peer, neighbour, *generation, chunk.slot);
  return done();
}

Result<> Turn::on(const PeerMessage& input) {
  const auto peer = s_.peers.find(input.from);
  if (peer == s_.peers.end()) return Errc::unknown_peer;
  const DbAddress& db = messages::address_of(input.message);
  switch (peer->second.admit(now_, messages::wire_size(input.message))) {
    case Neighbour::Admission::excess: return done();
    case Neighbour::Admission::first_excess:
      offend(input.from, Errc::peer_too_fast);
      refuse(input.from, db, std::nullopt, NackReason::too_fast);
      return done();
    case Neighbour::Admission::taken: break;
  }
  if (db.contract != s_.config.contract) {
    offend(input.from, Errc::foreign_contract);
    return done();
  }
  std::visit([&](const auto& m) { hear(input.from, m); }, input.message);
  return done();
}

void Turn::hear(PeerId from, const messages::Push& m) {
  Generation* generation = s_.find(m.chunk.db);
  if (generation == nullptr) {
    park_or_refuse(from, m.chunk);
  } else if (!generation->open) {
    refuse(from, m.chunk.db, std::nullopt, NackReason::generation_closed);
  } else {
    merge(from, *generation, m);
  }
}

void Turn::park_or_refuse(PeerId from, const Chunk& chunk) {
  std::uint64_t newest = 0;
  for (const auto& [db, generation] : s_.generations) newest = std::max(newest, db.generation);
  const bool is_near = s_.generations.empty() || (chunk.db.generation >= newest &&
                                                  chunk.db.generation - newest <= park_ahead);
  if (!is_near || s_.peers.at(from).park(now_, chunk) == Neighbour::Parking::full) {
    refuse(from, chunk.db, std::nullopt, NackReason::no_such_db);
    return;
  }
  // Only the version matters in this acknowledgement; nothing was hashed for a chunk not
  // understood.
  const SlotEntry entry{chunk.version, {}, {}, 0};
  acknowledge(from, chunk.db, {{AckKind::heard, {chunk.slot, entry}}});
}

void Turn::merge(PeerId from, Generation& generation, const messages::Push& m) {
  const Chunk& chunk = m.chunk;
  const Verdict verdict = generation.open->merge(now_, s_.tip, chunk);
  note_evidence(generation, verdict);
  answer_push(from, generation, chunk, verdict);
  const SlotKey key{generation.id, chunk.slot};
  if (verdict.outcome == Outcome::refused) {
    s_.fetches.reject(key, from);
    return;
  }
  if (verdict.outcome == Outcome::accepted) {
    generation.open->set_hints(chunk.slot, {messages::Origin::elsewhere, m.audience});
    keep(generation, chunk.slot);
    relay(generation, chunk.slot);
    // What a writer tells later says nothing about the mesh.
    const bool was_late = m.audience == Audience::members &&
                          s_.config.attention == messages::Attention::loose;
    if (!was_late) learn_mesh(m.origin);
  }
  s_.fetches.settle(key, generation.open->line(chunk.slot).entry, verdict.offered);
}

void Turn::answer_push(PeerId from, Generation& generation, const Chunk& chunk,
                       const Verdict& verdict) {
  if (verdict.outcome == Outcome::refused) {
    const PeerRefusal refusal = refusal_of(*verdict.refusal);
    if (refusal.is_offence) offend(from, *verdict.refusal);
    refuse(from, chunk.db, chunk.slot, refusal.reason);
    return;
  }
  Neighbour& neighbour = s_.peers.at(from);
  const SlotKey key{generation.id, chunk.slot};
  const SlotMeta own = generation.open->line(chunk.slot);
  const std::uint32_t slot_count = generation.contract->slot_count();
  if (verdict.outcome == Outcome::accepted || verdict.outcome == Outcome::same) {
    neighbour.learn(key, slot_count, own.entry);
    neighbour.acknowledged(key);
  } else if (verdict.offered) {
    neighbour.learn(key, slot_count, *verdict.offered);
  }
  if (verdict.outcome == Outcome::held) {
    const SlotEntry told{chunk.version, {}, {}, 0};
    acknowledge(from, chunk.db, {{AckKind::heard, {chunk.slot, told}}});
  } else {
    const AckKind kind = verdict.outcome == Outcome::same ? AckKind::had : AckKind::holds;
    acknowledge(from, chunk.db, {{kind, own}});
  }
}

void Turn::hear(PeerId from, const messages::Announce& m) {
  Generation* generation = s_.find(m.db);
  if (generation == nullptr || !generation->open) {
    // An unknown generation is compared as soon as it opens here.
    refuse(from, m.db, std::nullopt,
           generation == nullptr ? NackReason::no_such_db : NackReason::generation_closed);
    return;
  }
  std::vector<SlotAck> acks;
  for (const SlotMeta& theirs : m.metas) {
    if (theirs.slot.value >= generation->contract->slot_count()) {
      offend(from, Errc::no_such_slot);
      continue;
    }
    weigh(from, *generation, theirs, acks);
  }
  acknowledge(from, m.db, std::move(acks));
}

void Turn::weigh(PeerId from, const Generation& generation, const SlotMeta& theirs,
                 std::vector<SlotAck>& acks) {
  if (theirs.entry.version == ChunkVersion{0} && theirs.entry != SlotEntry{}) {
    offend(from, Errc::version_zero);
    return;
  }
  const SlotKey key{generation.id, theirs.slot};
  const SlotMeta own = generation.open->line(theirs.slot);
  Neighbour& neighbour = s_.peers.at(from);
  neighbour.learn(key, generation.contract->slot_count(), theirs.entry);
  switch (consensus::standing(own.entry, theirs.entry)) {
    case Standing::same:
      neighbour.acknowledged(key);
      acks.push_back({AckKind::had, own});
      break;
    case Standing::behind: acks.push_back({AckKind::holds, own}); break;
    case Standing::undecided:
      // Each side looks at the other's chunk; both then keep the one that replicas prefer.
      s_.fetches.want(key, theirs.entry, from);
      acks.push_back({AckKind::holds, own});
      break;
    case Standing::ahead:
      s_.fetches.want(key, theirs.entry, from);
      acks.push_back({AckKind::heard, theirs});
      break;
  }
}

void Turn::acknowledge(PeerId to, const DbAddress& db, std::vector<SlotAck> acks) {
  if (acks.empty()) return;
  send(to, messages::Ack{db, List<SlotAck, messages::max_metas>{std::move(acks)}});
}

void Turn::hear(PeerId from, const messages::Ack& m) {
  Generation* generation = s_.find(m.db);
  if (generation == nullptr || !generation->open) return;
  Neighbour& neighbour = s_.peers.at(from);
  for (const SlotAck& ack : m.slots) {
    const std::uint32_t slot_count = generation->contract->slot_count();
    if (ack.meta.slot.value >= slot_count) {
      offend(from, Errc::no_such_slot);
      continue;
    }
    const SlotKey key{generation->id, ack.meta.slot};
    if (ack.meta.entry.version == ChunkVersion{0} && ack.meta.entry != SlotEntry{}) {
      offend(from, Errc::version_zero);
      continue;
    }
    const SlotEntry own = generation->open->line(ack.meta.slot).entry;
    if (ack.kind == AckKind::heard) {
      if (ack.meta.entry.version < own.version) continue;
      if (const auto needless = neighbour.acknowledged(key)) {
        relay_to_one(*generation, ack.meta.slot, *needless);
      }
      continue;
    }
    neighbour.learn(key, slot_count, ack.meta.entry);
    const Standing standing = consensus::standing(own, ack.meta.entry);
    if (standing == Standing::behind) continue;  // An answer to something older; ours is repeated.
    const auto needless = neighbour.acknowledged(key);
    if (needless && ack.kind == AckKind::holds) {
      relay_to_one(*generation, ack.meta.slot, *needless);
    } else if (needless && *needless > 0) {
      relay_to_one(*generation, ack.meta.slot, *needless - 1);
    }
    if (standing != Standing::same) s_.fetches.want(key, ack.meta.entry, from);
  }
}

void Turn::hear(PeerId from, const messages::Pull& m) {
  Generation* generation = s_.find(m.db);
  if (generation == nullptr || !generation->open) {
    refuse(from, m.db, std::nullopt,
           generation == nullptr ? NackReason::no_such_db : NackReason::generation_closed);
    return;
  }
  std::uint64_t bytes = 0;
  for (const ChunkSlot slot : m.slots) {
    if (slot.value >= generation->contract->slot_count()) {
      offend(from, Errc::no_such_slot);
      continue;
    }
    if (generation->open->meta(slot).version == ChunkVersion{0}) continue;
    bytes += generation->open->content_size(slot);
    const bool is_first = bytes == generation->open->content_size(slot);
    if (!is_first && bytes > s_.config.fetch_bytes)
      break;  // A short request must not pull gigabytes.
    send(from, push_of(*generation->open, slot));
  }
  s_.peers.at(from).charge(bytes);
}

void Turn::hear(PeerId from, const messages::Nack& m) {
  Generation* generation = s_.find(m.db);
  Neighbour& neighbour = s_.peers.at(from);
  if (m.reason == NackReason::too_fast) {
    neighbour.postpone(now_ + seconds(1));
  } else if (generation != nullptr && m.slot) {
    if (m.slot->value < generation->contract->slot_count()) {
      neighbour.acknowledged({generation->id, *m.slot});
    }
  } else if (generation != nullptr) {
    neighbour.forget(generation->id);  // Its replica is not open; it compares when it opens.
    s_.fetches.forget(from, generation->id);
  }
}

void Turn::keep(Generation& generation, ChunkSlot slot) {
  const Chunk chunk = generation.open->chunk(slot);
  const SlotEntry own = generation.open->line(slot).entry;
  writes_.push_back(chunk_record(chunk));
  effects_.push_back(ChunkAccepted{chunk});
  s_.fetches.settle({generation.id, slot}, own, own);
}

/// In a complete mesh the writer's own pushes reach everybody, and hardly any relay is needed; in a
/// random one most nodes hear from relays alone. Which it is shows in where chunks come from.
void Turn::learn_mesh(messages::Origin origin) {
  s_.relay_chance = origin == messages::Origin::here ? std::max(s_.relay_chance - 1, 1u)
                                                     : std::min(s_.relay_chance + 1, relay_scale);
}

void Turn::relay(const Generation& generation, ChunkSlot slot) {
  if (s_.peers.size() <= sparse_mesh) {
    for (auto& [peer, neighbour] : s_.peers) {
      offer(peer, neighbour, generation, slot);
    }
  } else if (s_.rng.draw(relay_scale) < s_.relay_chance) {
    relay_to_one(generation, slot, s_.relay_chance / 2);
  }
}

/// Rumours end by themselves: with four needless answers each, all but one in a hundred hear one
/// (Demers et al., "Epidemic Algorithms for Replicated Database Maintenance", 1987). What is for
/// members is relayed to those who follow closely; comparisons bring it to the others.
void Turn::relay_to_one(const Generation& generation, ChunkSlot slot, std::uint32_t needless) {
  const Audience audience = generation.open->hints(slot).audience;
  for (std::uint32_t draw = 0; draw < relay_draws; ++draw) {
    const auto drawn =
        std::next(s_.peers.begin(), s_.rng.draw(static_cast<std::uint32_t>(s_.peers.size())));
    auto& [peer, neighbour] = *drawn;
    if (does_not_care(neighbour, audience)) continue;
    if (!offer(peer, neighbour, generation, slot)) continue;
    neighbour.mark_relay({generation.id, slot}, needless);
    return;
  }
}

/// Tells the peer of the slot unless it was seen to hold as much: at once, or in a while when it
/// does not care. In a sparse mesh such a neighbour may be the only way to one that does.
bool Turn::offer(PeerId peer, Neighbour& neighbour, const Generation& generation, ChunkSlot slot) {
  const SlotKey key{generation.id, slot};
  const Standing theirs =
      consensus::standing(generation.open->line(slot).entry, neighbour.known(key));
  if (theirs == Standing::same || theirs == Standing::ahead) return false;
  if (does_not_care(neighbour, generation.open->hints(slot).audience) &&
      s_.peers.size() > sparse_mesh) {
    wake_at(neighbour.tell_later(now_, key));
  } else {
    wake_at(neighbour.await_ack(now_, key));
    tell(peer, generation, slot);
  }
  return true;
}

void Turn::tell(PeerId to, const Generation& generation, ChunkSlot slot) {
  if (generation.open->content_size(slot) <= s_.config.push_bytes) {
    send(to, push_of(*generation.open, slot));
    return;
  }
  messages::Announce announce{generation.open->address(), {}};
  announce.metas.push_back(generation.open->line(slot));
  send(to, std::move(announce));
}

void Turn::note_evidence(const Generation& generation, const Verdict& verdict) {
  if (!verdict.evidence) return;
  const auto owner = generation.contract->owner(verdict.evidence->first.slot);
  ASSERT(owner.ok());  // Both chunks were authorised.
  writes_.push_back(evidence_record(*verdict.evidence));
  effects_.push_back(EquivocationFound{*owner, *verdict.evidence});
}

}  // namespace quorate::actors::replica
